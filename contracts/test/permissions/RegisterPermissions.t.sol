// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {IParticipants} from "../../src/interfaces/IParticipants.sol";
import {AccessRoles, Roles} from "../../src/types/Types.sol";
import {PermissionKit} from "./PermissionKit.sol";

/// @notice Who admits, who names keys, who wires the network, who puts a hash on record.
contract PermissionMatrix_Register_Test is PermissionKit {
    bytes internal wiring;

    function test_Participants() external {
        address at = address(participants);
        _authorityRow(at);
        Row memory row = _only(OPERATOR, _unauthorized);
        _row(
            "admit(address,uint16,bytes32)",
            at,
            abi.encodeCall(participants.admit, (address(1), Roles.SUPPLIER, "hash")),
            row
        );
        _row("suspend(address,bytes32)", at, abi.encodeCall(participants.suspend, (supplier3, "reason")), row);
        _row("reinstate(address)", at, abi.encodeCall(participants.reinstate, (suspended)), row);
        _row("close(address,bytes32)", at, abi.encodeCall(participants.close, (supplier3, "reason")), row);
        _row(
            "readmit(address,uint16,bytes32)",
            at,
            abi.encodeCall(participants.readmit, (closed, Roles.SUPPLIER, "hash")),
            row
        );
        _row(
            "announceRotation(address,address)",
            at,
            abi.encodeCall(participants.announceRotation, (holder, address(1))),
            row
        );

        // Its present key may, suspended or not. A closed account has no rotation, nor has one that has just rotated.
        bytes memory none = abi.encodeWithSelector(IParticipants.KeyRotationNotAnnounced.selector, holder);
        row = _owned(HOLDER, _unauthorized);
        row.expected[OPERATOR] = ALLOWED;
        row.expected[OWNER_SUSPENDED] = ALLOWED;
        row.expected[OWNER_CLOSED] = none;
        row.expected[OWNER_RETIRED_KEY] = _unauthorized(holder);
        row.expected[OWNER_PRESENT_KEY] = none;
        _row("cancelRotation(address)", at, abi.encodeCall(participants.cancelRotation, (holder)), row);

        row = _only(NOBODY, _notTheNextKey);
        bytes memory complete = abi.encodeCall(participants.completeRotation, (holder));
        _row("completeRotation(address)", at, complete, row);
        _callers[STRANGER] = _nextKeyOf[holder];
        row.expected[STRANGER] = ALLOWED;
        _again("completeRotation by the key, ", at, complete, row);
        _callers[STRANGER] = stranger;

        row = _only(HOLDS, _unauthorized);
        _row("countOrder(address,bool)", at, abi.encodeCall(participants.countOrder, (holder, true)), row);
        _assertComplete("Participants");
    }

    function test_Anchors() external {
        _row(
            "anchor(bytes32,bytes32)",
            address(anchors),
            abi.encodeCall(anchors.anchor, ("hash", "kind")),
            _acting(SUPPLIER, _nothing)
        );
        _assertComplete("Anchors");
    }

    /// @dev As it is left after the deployment: whatever changes the wiring is announced a day before.
    function test_AccessManager() external {
        vm.prank(operator);
        accessManager.grantRole(0, operator, 1 days);
        address at = address(accessManager);
        _wiringRow("labelRole(uint64,string)", abi.encodeCall(accessManager.labelRole, (1, "label")));
        _wiringRow("grantRole(uint64,address,uint32)", abi.encodeCall(accessManager.grantRole, (1, stranger, 0)));
        _wiringRow("revokeRole(uint64,address)", abi.encodeCall(accessManager.revokeRole, (2, compliance)));
        _wiringRow("setRoleAdmin(uint64,uint64)", abi.encodeCall(accessManager.setRoleAdmin, (2, 1)));
        _wiringRow("setRoleGuardian(uint64,uint64)", abi.encodeCall(accessManager.setRoleGuardian, (2, 1)));
        _wiringRow("setGrantDelay(uint64,uint32)", abi.encodeCall(accessManager.setGrantDelay, (2, 0)));
        _wiringRow(
            "setTargetFunctionRole(address,bytes4[],uint64)",
            abi.encodeCall(accessManager.setTargetFunctionRole, (address(holds), new bytes4[](1), 1))
        );
        _wiringRow(
            "setTargetAdminDelay(address,uint32)",
            abi.encodeCall(accessManager.setTargetAdminDelay, (address(holds), 0))
        );
        _wiringRow(
            "setTargetClosed(address,bool)", abi.encodeCall(accessManager.setTargetClosed, (address(holds), true))
        );
        _wiringRow(
            "updateAuthority(address,address)",
            abi.encodeCall(accessManager.updateAuthority, (address(holds), address(cash)))
        );

        wiring = abi.encodeCall(accessManager.grantRole, (AccessRoles.OPERATOR, stranger, 0));
        bytes memory unscheduled = abi.encodeWithSelector(
            IAccessManager.AccessManagerNotScheduled.selector, accessManager.hashOperation(operator, at, wiring)
        );
        bytes[] memory calls = new bytes[](1);
        calls[0] = wiring;
        Row memory row = _only(OPERATOR, _notAdministrator);
        row.expected[OPERATOR] = unscheduled;
        _row("multicall(bytes[])", at, abi.encodeCall(accessManager.multicall, (calls)), row);
        row = _only(OPERATOR, _notAllowedToCall);
        row.expected[OPERATOR] = unscheduled;
        _row("execute(address,bytes)", at, abi.encodeCall(accessManager.execute, (at, wiring)), row);
        row.expected[OPERATOR] = ALLOWED;
        _row("schedule(address,bytes,uint48)", at, abi.encodeCall(accessManager.schedule, (at, wiring, 0)), row);
        _scheduledRows(at);
        _row(
            "renounceRole(uint64,address)",
            at,
            abi.encodeCall(accessManager.renounceRole, (1, operator)),
            _only(OPERATOR, _badConfirmation)
        );
        _assertComplete("AccessManager");
    }

    function _scheduledRows(address at) private {
        vm.prank(operator);
        accessManager.schedule(at, wiring, 0);
        _row(
            "cancel(address,address,bytes)",
            at,
            abi.encodeCall(accessManager.cancel, (operator, at, wiring)),
            _only(OPERATOR, _notAllowedToCancel)
        );

        // Only contracts that ask it are answered, and none of them is asking.
        Row memory row = _only(NOBODY, _mute);
        row.expected[SETTLEMENT] = _notConsuming(address(settlement));
        row.expected[ORIGINATION] = _notConsuming(address(origination));
        row.expected[HOLDS] = _notConsuming(address(holds));
        _row(
            "consumeScheduledOp(address,bytes)",
            at,
            abi.encodeCall(accessManager.consumeScheduledOp, (operator, wiring)),
            row
        );

        skip(1 days);
        _again("grantRole a day later, ", at, wiring, _only(OPERATOR, _notAdministrator));
    }

    function _wiringRow(string memory signature, bytes memory data) private {
        bytes32 operation = accessManager.hashOperation(operator, address(accessManager), data);
        Row memory row = _only(OPERATOR, _notAdministrator);
        row.expected[OPERATOR] = abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, operation);
        _row(signature, address(accessManager), data, row);
    }

    /* REFUSALS */

    function _nothing(address) private pure returns (bytes memory) {
        return ALLOWED;
    }

    function _mute(address) private pure returns (bytes memory) {
        return MUTE;
    }

    function _notTheNextKey(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.KeyRotationNotForCaller.selector, caller, _nextKeyOf[holder]);
    }

    function _notAdministrator(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedAccount.selector, caller, uint64(0));
    }

    function _notAllowedToCall(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(
            IAccessManager.AccessManagerUnauthorizedCall.selector,
            caller,
            accessManager,
            IAccessManager.grantRole.selector
        );
    }

    function _notAllowedToCancel(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(
            IAccessManager.AccessManagerUnauthorizedCancel.selector,
            caller,
            operator,
            accessManager,
            IAccessManager.grantRole.selector
        );
    }

    function _badConfirmation(address) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManager.AccessManagerBadConfirmation.selector);
    }

    function _notConsuming(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedConsume.selector, caller);
    }
}
