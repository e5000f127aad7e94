// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";
import {Vm, VmSafe} from "forge-std/Vm.sol";
import {console} from "forge-std/console.sol";

/// @title GasMeter
/// @notice Measures a call as a transaction of its own, and counts what of it no code could save.
/// @dev For isolated tests only: gas then holds the transaction's own 21,000 and its calldata, storage is cold, refunds
/// are taken off. One measure a test: looking at what a call touches warms it, for later calls too. Each measure is one
/// line of JSON in the test's log; what the counts cost is reckoned by who reads them.
abstract contract GasMeter is Test {
    /// @dev Of one transaction. Slots by what became of them between its beginning and its end.
    struct Counts {
        uint256 zeroBytes;
        uint256 otherBytes;
        uint256 newSlots;
        uint256 changedSlots;
        uint256 clearedSlots;
        uint256 borrowedSlots;
        uint256 readSlots;
        uint256 accounts;
        uint256 signatures;
        uint256 logs;
        uint256 logTopics;
        uint256 logBytes;
    }

    /// @dev A slot as one transaction found it and leaves it.
    struct Slot {
        bool seen;
        bool written;
        bytes32 before;
        bytes32 afterwards;
    }

    address internal constant ECRECOVER = address(1);

    /// @dev What {IOrigination.confirm} stores in new words beside the token's: two of the payable, the invoice's claim.
    uint256 internal constant RECORD_WORDS = 3;

    bool private _measured;
    mapping(address account => bool) private _accountSeen;
    mapping(bytes32 key => Slot) private _slotOf;
    bytes32[] private _slotKeys;

    /// @param count How often the transaction did the act.
    function _measure(string memory act, address from, address to, bytes memory data, uint256 count)
        internal
        returns (Counts memory counts)
    {
        assertFalse(_measured, "one measure a test");
        _measured = true;
        uint256 gas = _gasOf(from, to, data);
        vm.recordLogs();
        vm.startStateDiffRecording();
        vm.prank(from);
        (bool well,) = to.call(data);
        VmSafe.AccountAccess[] memory accesses = vm.stopAndReturnStateDiff();
        assertTrue(well, "it went well once");
        _countBytes(counts, data);
        _countLogs(counts, vm.getRecordedLogs());
        _countState(counts, from, to, accesses);
        _print(act, gas, count, counts);
    }

    function _measure(string memory act, address from, address to, bytes memory data) internal returns (Counts memory) {
        return _measure(act, from, to, data, 1);
    }

    /// @dev Done once to be measured and once to be looked at, which warms what it looks at.
    function _gasOf(address from, address to, bytes memory data) private returns (uint256 gas) {
        uint256 snapshot = vm.snapshotState();
        vm.prank(from);
        (bool well, bytes memory answer) = to.call(data);
        gas = vm.lastCallGas().gasTotalUsed;
        if (!well) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        vm.revertToStateAndDelete(snapshot);
    }

    /* COUNTING */

    function _countBytes(Counts memory counts, bytes memory data) private pure {
        for (uint256 i; i < data.length; ++i) {
            if (data[i] == 0) ++counts.zeroBytes;
            else ++counts.otherBytes;
        }
    }

    function _countLogs(Counts memory counts, Vm.Log[] memory logs) private pure {
        counts.logs = logs.length;
        for (uint256 i; i < logs.length; ++i) {
            counts.logTopics += logs[i].topics.length;
            counts.logBytes += logs[i].data.length;
        }
    }

    function _countState(Counts memory counts, address from, address to, VmSafe.AccountAccess[] memory accesses)
        private
    {
        for (uint256 i; i < accesses.length; ++i) {
            VmSafe.AccountAccess memory a = accesses[i];
            if (a.account == address(vm)) continue;
            if (a.account == ECRECOVER) {
                ++counts.signatures;
            } else if (a.account != to && a.account != from && !_accountSeen[a.account]) {
                _accountSeen[a.account] = true;
                ++counts.accounts;
            }
            for (uint256 j; j < a.storageAccesses.length; ++j) {
                _noteSlot(a.storageAccesses[j]);
            }
        }
        _countSlots(counts);
    }

    function _noteSlot(VmSafe.StorageAccess memory access) private {
        bytes32 key = keccak256(abi.encode(access.account, access.slot));
        Slot storage slot = _slotOf[key];
        if (!slot.seen) {
            _slotKeys.push(key);
            (slot.seen, slot.before, slot.afterwards) = (true, access.previousValue, access.previousValue);
        }
        if (!access.isWrite || access.reverted) return;
        if (access.newValue != slot.before) slot.written = true;
        slot.afterwards = access.newValue;
    }

    function _countSlots(Counts memory counts) private {
        for (uint256 i; i < _slotKeys.length; ++i) {
            Slot memory slot = _slotOf[_slotKeys[i]];
            if (slot.before == slot.afterwards) {
                if (slot.written && slot.before == 0) ++counts.borrowedSlots;
                else ++counts.readSlots;
            } else if (slot.before == 0) {
                ++counts.newSlots;
            } else if (slot.afterwards == 0) {
                ++counts.clearedSlots;
            } else {
                ++counts.changedSlots;
            }
        }
    }

    /* OUTPUT */

    function _print(string memory act, uint256 gas, uint256 count, Counts memory c) private pure {
        string memory line = string.concat('{"act":"', act, '"', _field("gas", gas), _field("count", count));
        line = string.concat(line, _field("zero_bytes", c.zeroBytes), _field("other_bytes", c.otherBytes));
        line = string.concat(line, _field("new_slots", c.newSlots), _field("changed_slots", c.changedSlots));
        line = string.concat(line, _field("cleared_slots", c.clearedSlots), _field("borrowed_slots", c.borrowedSlots));
        line = string.concat(line, _field("read_slots", c.readSlots), _field("accounts", c.accounts));
        line = string.concat(line, _field("signatures", c.signatures), _field("logs", c.logs));
        line = string.concat(line, _field("log_topics", c.logTopics), _field("log_bytes", c.logBytes), "}");
        console.log(line);
    }

    function _field(string memory name, uint256 value) private pure returns (string memory) {
        return string.concat(',"', name, '":', vm.toString(value));
    }
}
