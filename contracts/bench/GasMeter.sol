// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";
import {Vm, VmSafe} from "forge-std/Vm.sol";
import {console} from "forge-std/console.sol";

/// @title GasMeter
/// @notice Measures a call as a transaction of its own, and counts what of it no code could save.
/// @dev For isolated tests only: gas then holds the transaction's own 21,000 and its calldata, storage is cold, refunds
/// are taken off. Each measure is one line of JSON in the test's log; what they cost is reckoned by who reads them.
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

    address internal constant ECRECOVER = address(1);

    mapping(bytes32 act => mapping(address account => bool)) private _accountSeen;
    mapping(bytes32 act => mapping(bytes32 key => bool)) private _slotSeen;

    /// @dev What was found last, for what is measured beside it.
    Counts internal _last;

    /// @param count How often the transaction did the act.
    function _measure(string memory act, address from, address to, bytes memory data, uint256 count)
        internal
        returns (bytes memory)
    {
        vm.recordLogs();
        vm.startStateDiffRecording();
        vm.prank(from);
        (bool well, bytes memory answer) = to.call(data);
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        VmSafe.AccountAccess[] memory accesses = vm.stopAndReturnStateDiff();
        if (!well) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        Counts memory counts;
        _countBytes(counts, data);
        _countLogs(counts, vm.getRecordedLogs());
        _countState(counts, keccak256(bytes(act)), to, accesses);
        _last = counts;
        _print(act, gas, count, counts);
        return answer;
    }

    function _measure(string memory act, address from, address to, bytes memory data) internal returns (bytes memory) {
        return _measure(act, from, to, data, 1);
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

    function _countState(Counts memory counts, bytes32 act, address to, VmSafe.AccountAccess[] memory accesses)
        private
    {
        for (uint256 i; i < accesses.length; ++i) {
            VmSafe.AccountAccess memory a = accesses[i];
            if (a.account == address(vm)) continue;
            if (a.account == ECRECOVER) {
                ++counts.signatures;
            } else if (a.account != to && !_accountSeen[act][a.account]) {
                _accountSeen[act][a.account] = true;
                ++counts.accounts;
            }
            for (uint256 j; j < a.storageAccesses.length; ++j) {
                _countSlot(counts, act, a.storageAccesses[j], accesses);
            }
        }
    }

    function _countSlot(
        Counts memory counts,
        bytes32 act,
        VmSafe.StorageAccess memory first,
        VmSafe.AccountAccess[] memory accesses
    ) private {
        bytes32 key = keccak256(abi.encode(first.account, first.slot));
        if (_slotSeen[act][key]) return;
        _slotSeen[act][key] = true;

        (bytes32 last, bool written) = _lastValue(first, accesses);
        if (first.previousValue == last) {
            if (written && last == 0) ++counts.borrowedSlots;
            else ++counts.readSlots;
        } else if (first.previousValue == 0) {
            ++counts.newSlots;
        } else if (last == 0) {
            ++counts.clearedSlots;
        } else {
            ++counts.changedSlots;
        }
    }

    function _lastValue(VmSafe.StorageAccess memory of_, VmSafe.AccountAccess[] memory accesses)
        private
        pure
        returns (bytes32 value, bool written)
    {
        value = of_.previousValue;
        for (uint256 i; i < accesses.length; ++i) {
            VmSafe.StorageAccess[] memory all = accesses[i].storageAccesses;
            for (uint256 j; j < all.length; ++j) {
                if (!all[j].isWrite || all[j].reverted) continue;
                if (all[j].account != of_.account || all[j].slot != of_.slot) continue;
                value = all[j].newValue;
                if (value != of_.previousValue) written = true;
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
