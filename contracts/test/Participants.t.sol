// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {Participant, ParticipantStatus, Roles} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// admit()
/// ├── when the caller is not the operator
/// │   └── it should revert
/// ├── when the account is zero, or the roles are none or unknown
/// │   └── it should revert
/// ├── given the account was admitted before, whatever became of it
/// │   └── it should revert
/// └── else
///     └── it should be active, with its roles and its entity's hash
///
/// suspend(), reinstate()
/// ├── when the caller is not the operator
/// │   └── it should revert
/// ├── given the account is not in the state this ends
/// │   └── it should revert
/// └── else
///     └── it should change the status and nothing else
///
/// requireActive(), requireActiveEnds()
/// ├── given an end is not active
/// │   └── it should revert, but for a suspended sender towards a contract of the network
/// ├── given the account has none of the roles asked for
/// │   └── it should revert
/// └── else
///     └── it should pass
contract Participants_Test is BaseTest {
    address internal newcomer = address(0xA11CE);

    /* ADMIT */

    function test_RevertWhen_StrangerAdmits() external {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        vm.prank(stranger);
        participants.admit(newcomer, Roles.SUPPLIER, "hash");
    }

    function test_RevertWhen_AdmittingZero() external {
        vm.expectRevert(IParticipants.ParticipantZeroAddress.selector);
        vm.prank(operator);
        participants.admit(address(0), Roles.SUPPLIER, "hash");
    }

    function test_RevertWhen_RolesUnknown(uint16 roles) external {
        vm.assume(roles == 0 || roles > 63);
        vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantRolesUnknown.selector, roles, 63));
        vm.prank(operator);
        participants.admit(newcomer, roles, "hash");
    }

    function test_RevertGiven_AlreadyAdmitted() external {
        vm.startPrank(operator);
        vm.expectRevert(
            abi.encodeWithSelector(
                IParticipants.ParticipantAlreadyAdmitted.selector, supplier, ParticipantStatus.Active
            )
        );
        participants.admit(supplier, Roles.BANK, "hash");
        vm.expectRevert(
            abi.encodeWithSelector(
                IParticipants.ParticipantAlreadyAdmitted.selector, suspended, ParticipantStatus.Suspended
            )
        );
        participants.admit(suspended, Roles.BANK, "hash");
    }

    function test_Admit(uint16 roles) external {
        roles = uint16(bound(roles, 1, 63));
        vm.expectEmit(address(participants));
        emit IParticipants.ParticipantAdmitted(newcomer, roles, "hash");
        vm.prank(operator);
        participants.admit(newcomer, roles, "hash");

        Participant memory p = participants.participant(newcomer);
        assertEq(p.roles, roles, "roles");
        assertEq(p.legalEntityHash, "hash", "legal entity");
        assertEq(uint256(p.status), uint256(ParticipantStatus.Active), "status");
    }

    /* SUSPEND, REINSTATE */

    function test_RevertWhen_StrangerSuspendsOrReinstates() external {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, bank);
        vm.startPrank(bank);
        vm.expectRevert(refusal);
        participants.suspend(supplier, "reason");
        vm.expectRevert(refusal);
        participants.reinstate(suspended);
    }

    function test_RevertGiven_SuspendingWhoIsNotActive() external {
        vm.startPrank(operator);
        vm.expectRevert(_notActive(newcomer, ParticipantStatus.None));
        participants.suspend(newcomer, "reason");
        vm.expectRevert(_notActive(suspended, ParticipantStatus.Suspended));
        participants.suspend(suspended, "reason");
    }

    function test_RevertGiven_ReinstatingWhoIsNotSuspended() external {
        vm.startPrank(operator);
        vm.expectRevert(
            abi.encodeWithSelector(IParticipants.ParticipantNotSuspended.selector, supplier, ParticipantStatus.Active)
        );
        participants.reinstate(supplier);
        vm.expectRevert(
            abi.encodeWithSelector(IParticipants.ParticipantNotSuspended.selector, newcomer, ParticipantStatus.None)
        );
        participants.reinstate(newcomer);
    }

    function test_SuspendAndReinstate() external {
        Participant memory before = participants.participant(supplier);
        vm.startPrank(operator);

        vm.expectEmit(address(participants));
        emit IParticipants.ParticipantSuspended(supplier, "reason");
        participants.suspend(supplier, "reason");
        before.status = ParticipantStatus.Suspended;
        assertEq(abi.encode(participants.participant(supplier)), abi.encode(before), "suspended");

        vm.expectEmit(address(participants));
        emit IParticipants.ParticipantReinstated(supplier);
        participants.reinstate(supplier);
        before.status = ParticipantStatus.Active;
        assertEq(abi.encode(participants.participant(supplier)), abi.encode(before), "reinstated");
    }

    /* CHECKS */

    function test_RevertGiven_NotActive() external {
        vm.expectRevert(_notActive(newcomer, ParticipantStatus.None));
        participants.requireActive(newcomer, 0);
        vm.expectRevert(_notActive(suspended, ParticipantStatus.Suspended));
        participants.requireActive(suspended, 0);
    }

    function test_RevertGiven_RoleLacking() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                IParticipants.ParticipantLacksRole.selector, supplier, Roles.SUPPLIER, Roles.DEBTOR | Roles.FINANCIER
            )
        );
        participants.requireActive(supplier, Roles.DEBTOR | Roles.FINANCIER);
    }

    function test_RequireActive_OneOfSeveralRoles() external view {
        participants.requireActive(supplier, 0);
        participants.requireActive(supplier, Roles.SUPPLIER);
        participants.requireActive(supplier, Roles.SUPPLIER | Roles.FINANCIER);
    }

    function test_RequireActiveEnds() external {
        participants.requireActiveEnds(supplier, supplier2);
        participants.requireActiveEnds(suspended, address(settlement));
        vm.expectRevert(_notActive(suspended, ParticipantStatus.Suspended));
        participants.requireActiveEnds(suspended, supplier);
        vm.expectRevert(_notActive(suspended, ParticipantStatus.Suspended));
        participants.requireActiveEnds(supplier, suspended);
        vm.expectRevert(_notActive(newcomer, ParticipantStatus.None));
        participants.requireActiveEnds(supplier, newcomer);
        _suspend(address(settlement));
        vm.expectRevert(_notActive(address(settlement), ParticipantStatus.Suspended));
        participants.requireActiveEnds(supplier, address(settlement));
    }

    function _notActive(address account, ParticipantStatus status) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, account, status);
    }
}
