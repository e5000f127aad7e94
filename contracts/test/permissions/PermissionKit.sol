// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IParticipants} from "../../src/interfaces/IParticipants.sol";
import {IReceivables} from "../../src/interfaces/IReceivables.sol";
import {ParticipantStatus, Roles} from "../../src/types/Types.sol";
import {AbiKit} from "../AbiKit.sol";
import {BaseTest} from "../Base.t.sol";

/// @title PermissionKit
/// @notice Every function that changes state × everyone who may call it: allowed, or exactly which error.
///
/// COMPLETENESS
/// @dev Each contract's rows are compared with the functions of its built ABI: a new function without a row fails here.
///
/// READING
/// @dev A row begins with whom the act belongs to and what the others are told, then says who is different. Four columns
/// are its owner again: suspended, closed, with the key it had before, and with the one it has now. The acts are such that
/// they succeed for whom they belong to.
abstract contract PermissionKit is BaseTest, AbiKit {
    /* CALLERS */

    uint256 internal constant OPERATOR = 0;
    uint256 internal constant COMPLIANCE = 1;
    uint256 internal constant BANK = 2;
    uint256 internal constant DEBTOR = 3;
    uint256 internal constant RIVAL_DEBTOR = 4;
    uint256 internal constant SUPPLIER = 5;
    uint256 internal constant HOLDER = 6;
    uint256 internal constant OTHER_SUPPLIER = 7;
    uint256 internal constant FINANCIER = 8;
    uint256 internal constant OTHER_FINANCIER = 9;
    uint256 internal constant DISCOUNTING = 10;
    uint256 internal constant SETTLEMENT = 11;
    uint256 internal constant RECEIVABLES = 12;
    uint256 internal constant ORIGINATION = 13;
    uint256 internal constant HOLDS = 14;
    uint256 internal constant SUSPENDED = 15;
    uint256 internal constant CLOSED = 16;
    uint256 internal constant STRANGER = 17;
    uint256 internal constant CALLERS = 18;

    uint256 internal constant OWNER_SUSPENDED = 18;
    uint256 internal constant OWNER_CLOSED = 19;
    uint256 internal constant OWNER_RETIRED_KEY = 20;
    uint256 internal constant OWNER_PRESENT_KEY = 21;
    uint256 internal constant COLUMNS = 22;

    /// @dev When the rows begin: noon, two days later.
    uint256 internal constant START = NOON + ROTATION_DELAY_S;

    /// @dev The owner of what belongs to no organisation: its four columns are passed by.
    uint256 internal constant NOBODY = type(uint256).max;

    bytes internal constant ALLOWED = "";
    /// @dev A revert without a word, as of a call to who has no such function.
    bytes internal constant MUTE = "mute";

    struct Row {
        uint256 owner;
        bytes[COLUMNS] expected;
    }

    /// @dev Holds pieces that `supplier` handed on.
    address internal holder;
    address internal closed;

    address[CALLERS] internal _callers;
    string[COLUMNS] internal _names;
    mapping(address account => address) internal _nextKeyOf;
    string[] internal _rows;

    function setUp() public virtual override {
        super.setUp();
        holder = supplier2;
        closed = _actor("closed");
        _admit(closed, Roles.DEBTOR | Roles.SUPPLIER | Roles.FINANCIER);
        vm.prank(operator);
        participants.close(closed, "reason");
        _callers = [
            operator,
            compliance,
            bank,
            debtor,
            rivalDebtor,
            supplier,
            holder,
            supplier3,
            financier,
            financier2,
            address(discounting),
            address(settlement),
            address(receivables),
            address(origination),
            address(holds),
            suspended,
            closed,
            stranger
        ];
        _names = [
            "operator",
            "compliance",
            "bank",
            "debtor",
            "rival debtor",
            "supplier",
            "holder",
            "other supplier",
            "financier",
            "other financier",
            "Discounting",
            "Settlement",
            "Receivables",
            "Origination",
            "Holds",
            "suspended",
            "closed",
            "stranger",
            "its owner, suspended",
            "its owner, closed",
            "its owner's retired key",
            "its owner's present key"
        ];
        _announceKeys();
    }

    /// @dev Every organisation's next key waits, so that a cell can rotate without letting time pass.
    function _announceKeys() private {
        for (uint256 c = BANK; c <= OTHER_FINANCIER; ++c) {
            address key = _actor(string.concat("next key of ", _names[c]));
            _nextKeyOf[_callers[c]] = key;
            vm.prank(operator);
            participants.announceRotation(_callers[c], key);
            _credit(_callers[c], 10);
        }
        vm.warp(START);
    }

    /* ROWS */

    /// @dev Who may not act is told so; of the others only the owner may.
    function _acting(uint256 owner, function(address) view returns (bytes memory) refusal)
        internal
        view
        returns (Row memory row)
    {
        row = _owned(owner, refusal);
        for (uint256 c; c < CALLERS; ++c) {
            bytes memory inactive = _inactive(_callers[c]);
            if (inactive.length != 0) row.expected[c] = inactive;
        }
    }

    /// @dev All are told the same, whether they may act or not; the owner may.
    function _owned(uint256 owner, function(address) view returns (bytes memory) refusal)
        internal
        view
        returns (Row memory row)
    {
        row = _only(owner, refusal);
        row.owner = owner;
        row.expected[OWNER_SUSPENDED] = _notActive(_callers[owner], ParticipantStatus.Suspended);
        row.expected[OWNER_CLOSED] = _notActive(_callers[owner], ParticipantStatus.Closed);
        row.expected[OWNER_RETIRED_KEY] = _retired(_callers[owner]);
    }

    /// @dev One alone may, who is no organisation with a status or a key that rotates.
    function _only(uint256 one, function(address) view returns (bytes memory) refusal)
        internal
        view
        returns (Row memory row)
    {
        row.owner = NOBODY;
        for (uint256 c; c < CALLERS; ++c) {
            if (c != one) row.expected[c] = refusal(_callers[c]);
        }
    }

    /// @dev Everybody may; what becomes of the owner is for the row to say.
    function _anyone(uint256 owner) internal pure returns (Row memory row) {
        row.owner = owner;
    }

    /* MACHINERY */

    function _row(string memory signature, address target, bytes memory data, Row memory row) internal {
        assertEq(bytes4(data), bytes4(keccak256(bytes(signature))), signature);
        _rows.push(signature);
        _again(signature, target, data, row);
    }

    /// @dev A function in another state than its row's.
    function _again(string memory label, address target, bytes memory data, Row memory row) internal {
        for (uint256 c; c < CALLERS; ++c) {
            _cell(label, target, data, c, row);
        }
        if (row.owner == NOBODY) return;
        for (uint256 c = OWNER_SUSPENDED; c < COLUMNS; ++c) {
            _cell(label, target, data, c, row);
        }
    }

    function _cell(string memory label, address target, bytes memory data, uint256 c, Row memory row) internal {
        uint256 snapshot = vm.snapshotState();
        string memory cell = string.concat(label, " by ", _names[c]);
        address caller = c < CALLERS ? _callers[c] : _become(c, _callers[row.owner]);
        vm.prank(caller);
        (bool success, bytes memory answer) = target.call(data);
        bytes memory expected = row.expected[c];
        if (success) assertEq(expected, ALLOWED, string.concat(cell, ": went through"));
        else assertEq(answer.length == 0 ? MUTE : answer, expected, cell);
        assertTrue(vm.revertToStateAndDelete(snapshot));
    }

    /// @return caller Who acts for the row's owner in this column.
    function _become(uint256 column, address owner) private returns (address caller) {
        if (column == OWNER_SUSPENDED) {
            _suspend(owner);
            return owner;
        }
        if (column == OWNER_CLOSED) {
            vm.prank(operator);
            participants.close(owner, "reason");
            return owner;
        }
        address key = _nextKeyOf[owner];
        vm.prank(key);
        participants.completeRotation(owner);
        return column == OWNER_RETIRED_KEY ? owner : key;
    }

    function _assertComplete(string memory name) internal view {
        string memory json = _abiOf(name);
        uint256 changing;
        string memory path = _entry(json, 0);
        for (uint256 i; bytes(path).length != 0; path = _entry(json, ++i)) {
            if (!_changesState(json, path)) continue;
            ++changing;
            string memory function_ = _nameOf(json, path);
            assertTrue(_hasRow(function_), string.concat(name, ".", function_, " has no row"));
        }
        assertEq(_rows.length, changing, string.concat(name, ": rows and state-changing functions"));
        for (uint256 i; i < _rows.length; ++i) {
            assertTrue(
                vm.keyExistsJson(json, string.concat(".methodIdentifiers['", _rows[i], "']")),
                string.concat(name, " has no ", _rows[i])
            );
            for (uint256 j; j < i; ++j) {
                assertNotEq(_rows[i], _rows[j], "a row stands twice");
            }
        }
    }

    function _changesState(string memory json, string memory path) private pure returns (bool) {
        if (!_is(json, path, "function")) return false;
        string memory mutability = vm.parseJsonString(json, string.concat(path, ".stateMutability"));
        return _same(mutability, "nonpayable") || _same(mutability, "payable");
    }

    function _hasRow(string memory function_) private view returns (bool) {
        for (uint256 i; i < _rows.length; ++i) {
            if (vm.indexOf(_rows[i], string.concat(function_, "(")) == 0) return true;
        }
        return false;
    }

    /* SIGNED */

    function _signPermit(address owner, address spender, uint256 value, uint256 deadline)
        internal
        view
        returns (bytes memory)
    {
        bytes32 permit = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                owner,
                spender,
                value,
                0,
                deadline
            )
        );
        return _sign(owner, _digest(cash.name(), address(cash), permit));
    }

    /* REFUSALS */

    /// @dev None for who is active.
    function _inactive(address caller) internal view returns (bytes memory) {
        for (uint256 c = BANK; c <= SETTLEMENT; ++c) {
            if (caller == _callers[c]) return ALLOWED;
        }
        if (caller == suspended) return _notActive(caller, ParticipantStatus.Suspended);
        if (caller == closed) return _notActive(caller, ParticipantStatus.Closed);
        return _notActive(caller, ParticipantStatus.None);
    }

    function _notActive(address account, ParticipantStatus status) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, account, status);
    }

    function _retired(address account) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantKeyRetired.selector, account, _nextKeyOf[account]);
    }

    function _lacksRole(address account, uint16 anyOf) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantLacksRole.selector, account, _rolesOf(account), anyOf);
    }

    function _rolesOf(address account) internal view returns (uint16) {
        if (account == bank) return Roles.BANK;
        if (account == debtor || account == rivalDebtor) return Roles.DEBTOR;
        if (account == financier || account == financier2) return Roles.FINANCIER;
        if (account == address(discounting) || account == address(settlement)) return Roles.CONTRACT;
        return Roles.SUPPLIER;
    }

    function _unauthorized(address caller) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
    }

    function _notReceivables(address caller) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.CallerNotNetworkContract.selector, caller, receivables);
    }

    /// @dev Nobody but the access manager, after its delay.
    function _authorityRow(address target) internal {
        _row(
            "setAuthority(address)",
            target,
            abi.encodeWithSignature("setAuthority(address)", operator),
            _only(NOBODY, _unauthorized)
        );
    }
}
