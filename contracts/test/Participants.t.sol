// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {stdError} from "forge-std/StdError.sol";

import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {Actor, Participant, ParticipantStatus, Roles} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// admit()
/// ├── when the caller is not the operator
/// │   └── it should revert
/// ├── when the account is zero, or the roles are none or unknown
/// │   └── it should revert
/// ├── given the account was admitted before, whatever became of it
/// │   └── it should revert
/// └── else
///     └── it should be active, with its roles, its entity's hash and the next number
///
/// suspend(), reinstate(), close()
/// ├── when the caller is not the operator
/// │   └── it should revert
/// ├── given the account is not in a state that this ends, or is a contract of the network
/// │   └── it should revert
/// └── else
///     └── it should change the status and nothing else
///
/// readmit()
/// ├── when the caller is not the operator, or the roles are none or unknown
/// │   └── it should revert
/// ├── given the account is not closed
/// │   └── it should revert
/// └── else
///     └── it should be active under its old number, with the new roles and hash
///
/// countOrder()
/// ├── when the caller is not Holds
/// │   └── it should revert
/// ├── given the account was never admitted
/// │   └── it should revert
/// └── else
///     └── it should count up and down, and touch nothing else
///
/// requireActive(), requireActiveEnds(), requireTransfer(), requireTransfers(), actor(), active()
/// ├── given an end is not active
/// │   └── it should revert, but for a sender towards a contract of the network
/// ├── given the account has none of the roles asked for
/// │   └── it should revert
/// └── else
///     └── it should pass, and say who it is in one read
contract Participants_Test is BaseTest {
    address internal newcomer = address(0xA11CE);

    /* ADMIT */

    function test_RevertWhen_NotTheOperator() external {
        address[3] memory others = [stranger, bank, compliance];
        for (uint256 i; i < 3; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            participants.admit(newcomer, Roles.SUPPLIER, "hash");
            vm.expectRevert(refusal);
            participants.suspend(supplier, "reason");
            vm.expectRevert(refusal);
            participants.reinstate(suspended);
            vm.expectRevert(refusal);
            participants.close(supplier, "reason");
            vm.expectRevert(refusal);
            participants.readmit(supplier, Roles.SUPPLIER, "hash");
            vm.stopPrank();
        }
    }

    function test_RevertWhen_AdmittingZero() external {
        vm.expectRevert(IParticipants.ParticipantZeroAddress.selector);
        vm.prank(operator);
        participants.admit(address(0), Roles.SUPPLIER, "hash");
    }

    function test_RevertWhen_RolesUnknown(uint16 roles) external {
        vm.assume(roles == 0 || roles > 63);
        _close(supplier);
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantRolesUnknown.selector, roles, 63));
        participants.admit(newcomer, roles, "hash");
        vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantRolesUnknown.selector, roles, 63));
        participants.readmit(supplier, roles, "hash");
    }

    function test_RevertGiven_AlreadyAdmitted() external {
        _close(supplier2);
        address[3] memory accounts = [supplier, suspended, supplier2];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IParticipants.ParticipantAlreadyAdmitted.selector, accounts[i], ParticipantStatus(i + 1)
                )
            );
            vm.prank(operator);
            participants.admit(accounts[i], Roles.BANK, "hash");
        }
    }

    function test_Admit(uint16 roles) external {
        roles = uint16(bound(roles, 1, 63));
        uint32 number = participants.participant(supplier).number;
        while (participants.accountOf(number + 1) != address(0)) ++number;
        vm.expectEmit(address(participants));
        emit IParticipants.ParticipantAdmitted(newcomer, number + 1, roles, "hash");
        vm.prank(operator);
        participants.admit(newcomer, roles, "hash");

        Participant memory p = participants.participant(newcomer);
        assertEq(p.roles, roles, "roles");
        assertEq(p.legalEntityHash, "hash", "legal entity");
        assertEq(uint256(p.status), uint256(ParticipantStatus.Active), "status");
        assertEq(p.number, number + 1, "number");
        assertEq(p.key, newcomer, "key");
        assertEq(participants.accountOf(number + 1), newcomer, "the number's account");
    }

    /// @dev Numbers count from 1 without a gap, so that 0 can stand for nobody.
    function test_Numbers() external view {
        assertEq(participants.accountOf(0), address(0), "nobody");
        uint32 number = 1;
        for (; participants.accountOf(number) != address(0); ++number) {
            assertEq(participants.participant(participants.accountOf(number)).number, number);
        }
        assertGt(number, 12, "everybody has one");
    }

    /* SUSPEND, REINSTATE, CLOSE, READMIT */

    function test_RevertGiven_SuspendingWhoIsNotActive() external {
        _close(supplier);
        vm.startPrank(operator);
        vm.expectRevert(_notActive(newcomer, ParticipantStatus.None));
        participants.suspend(newcomer, "reason");
        vm.expectRevert(_notActive(suspended, ParticipantStatus.Suspended));
        participants.suspend(suspended, "reason");
        vm.expectRevert(_notActive(supplier, ParticipantStatus.Closed));
        participants.suspend(supplier, "reason");
    }

    function test_RevertGiven_ReinstatingWhoIsNotSuspended() external {
        _close(supplier2);
        address[3] memory accounts = [newcomer, supplier, supplier2];
        ParticipantStatus[3] memory status =
            [ParticipantStatus.None, ParticipantStatus.Active, ParticipantStatus.Closed];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IParticipants.ParticipantNotSuspended.selector, accounts[i], status[i])
            );
            vm.prank(operator);
            participants.reinstate(accounts[i]);
        }
    }

    function test_RevertGiven_ClosingWhoIsNotOpen() external {
        _close(supplier);
        vm.startPrank(operator);
        vm.expectRevert(_notOpen(newcomer, ParticipantStatus.None));
        participants.close(newcomer, "reason");
        vm.expectRevert(_notOpen(supplier, ParticipantStatus.Closed));
        participants.close(supplier, "reason");
    }

    function test_RevertGiven_ReadmittingWhoIsNotClosed() external {
        address[3] memory accounts = [newcomer, supplier, suspended];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IParticipants.ParticipantNotClosed.selector, accounts[i], ParticipantStatus(i))
            );
            vm.prank(operator);
            participants.readmit(accounts[i], Roles.SUPPLIER, "hash");
        }
    }

    /// @dev What a contract of the network owes must stay payable, whatever the operator wants.
    function test_RevertGiven_ContractOfTheNetwork() external {
        address[2] memory contracts = [address(settlement), address(discounting)];
        for (uint256 i; i < 2; ++i) {
            vm.startPrank(operator);
            vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantIsContract.selector, contracts[i]));
            participants.suspend(contracts[i], "reason");
            vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantIsContract.selector, contracts[i]));
            participants.close(contracts[i], "reason");
            vm.stopPrank();
        }
    }

    function test_SuspendAndReinstate() external {
        Participant memory before = participants.participant(supplier);
        vm.startPrank(operator);

        vm.expectEmit(address(participants));
        emit IParticipants.ParticipantSuspended(supplier, "reason");
        participants.suspend(supplier, "reason");
        before.status = ParticipantStatus.Suspended;
        _assertKnown(supplier, before);

        vm.expectEmit(address(participants));
        emit IParticipants.ParticipantReinstated(supplier);
        participants.reinstate(supplier);
        before.status = ParticipantStatus.Active;
        _assertKnown(supplier, before);
    }

    function test_Close(bool fromSuspended) external {
        if (fromSuspended) _suspend(supplier);
        Participant memory before = participants.participant(supplier);
        uint256 said = participants.journalCount();
        vm.expectEmit(address(participants));
        emit IParticipants.ParticipantClosed(supplier, "reason");
        vm.prank(operator);
        participants.close(supplier, "reason");
        assertEq(participants.journalCount(), said + 1, "no rotation was under way, none is called off");
        before.status = ParticipantStatus.Closed;
        _assertKnown(supplier, before);
        vm.expectRevert(_notActive(supplier, ParticipantStatus.Closed));
        participants.actor(supplier);
    }

    function test_Readmit(uint16 roles) external {
        roles = uint16(bound(roles, 1, 63));
        _count(supplier, true);
        _close(supplier);
        Participant memory expected = participants.participant(supplier);
        vm.expectEmit(address(participants));
        emit IParticipants.ParticipantReadmitted(supplier, roles, "another hash");
        vm.prank(operator);
        participants.readmit(supplier, roles, "another hash");
        expected.roles = roles;
        expected.legalEntityHash = "another hash";
        expected.status = ParticipantStatus.Active;
        _assertKnown(supplier, expected);
        assertEq(participants.actor(supplier).orders, 1, "leaving and coming back escapes no order");
    }

    /* ORDERS */

    function test_RevertWhen_NotHoldsCounts() external {
        address[4] memory others = [operator, compliance, stranger, address(receivables)];
        for (uint256 i; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            participants.countOrder(supplier, true);
        }
    }

    function test_RevertGiven_CountingForNobody() external {
        vm.expectRevert(_notActive(newcomer, ParticipantStatus.None));
        _count(newcomer, true);
    }

    function test_CountOrder() external {
        Participant memory before = participants.participant(suspended);
        (Actor memory expected, ParticipantStatus status) = participants.organisation(before.number);
        for (uint256 i; i < 5; ++i) {
            _count(suspended, true);
            expected.orders = uint16(i + 1);
            _assertOrganisation(before.number, expected, status);
        }
        for (uint256 i = 5; i > 0; --i) {
            _count(suspended, false);
            expected.orders = uint16(i - 1);
            _assertOrganisation(before.number, expected, status);
        }
        _assertKnown(suspended, before);
        vm.expectRevert(stdError.arithmeticError);
        _count(suspended, false);
    }

    /* CHECKS */

    function test_RevertGiven_NotActive() external {
        _close(supplier2);
        address[3] memory accounts = [newcomer, suspended, supplier2];
        ParticipantStatus[3] memory status =
            [ParticipantStatus.None, ParticipantStatus.Suspended, ParticipantStatus.Closed];
        for (uint256 i; i < 3; ++i) {
            bytes memory refusal = _notActive(accounts[i], status[i]);
            vm.expectRevert(refusal);
            participants.requireActive(accounts[i], 0);
            vm.expectRevert(refusal);
            participants.active(accounts[i], 0);
            vm.expectRevert(refusal);
            participants.actor(accounts[i]);
        }
    }

    function test_RevertGiven_RoleLacking() external {
        uint16 anyOf = Roles.DEBTOR | Roles.FINANCIER;
        bytes memory refusal =
            abi.encodeWithSelector(IParticipants.ParticipantLacksRole.selector, supplier, Roles.SUPPLIER, anyOf);
        vm.expectRevert(refusal);
        participants.requireActive(supplier, anyOf);
        vm.expectRevert(refusal);
        participants.active(supplier, anyOf);
    }

    function testFuzz_RoleAsked(uint16 roles, uint16 anyOf) external {
        roles = uint16(bound(roles, 1, 63));
        vm.prank(operator);
        participants.admit(newcomer, roles, "hash");
        if (anyOf != 0 && roles & anyOf == 0) {
            vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantLacksRole.selector, newcomer, roles, anyOf));
        }
        Actor memory a = participants.active(newcomer, anyOf);
        if (a.account != address(0)) assertEq(abi.encode(a), abi.encode(participants.actor(newcomer)));
    }

    /// @dev The receiver must be an organisation, the caller must act for itself: one question for both.
    function test_RequireTransfer() external {
        assertEq(participants.requireTransfer(supplier, supplier2), supplier);
        assertEq(participants.requireTransfer(address(settlement), supplier2), address(settlement));
        bytes memory lacks = abi.encodeWithSelector(
            IParticipants.ParticipantLacksRole.selector, address(settlement), Roles.CONTRACT, Roles.ORGANISATION
        );
        _transferRefused(supplier, address(settlement), lacks);
        _transferRefused(supplier, suspended, _notActive(suspended, ParticipantStatus.Suspended));
        _transferRefused(suspended, supplier, _notActive(suspended, ParticipantStatus.Suspended));
        _transferRefused(newcomer, supplier, _notActive(newcomer, ParticipantStatus.None));
        _transferRefused(supplier, newcomer, _notActive(newcomer, ParticipantStatus.None));
        _transferRefused(supplier, address(0), _notActive(address(0), ParticipantStatus.None));
    }

    function test_Standing() external {
        uint32 number = participants.participant(supplier).number;
        _assertStanding(number, supplier, false, true);
        vm.prank(address(holds));
        participants.countOrder(supplier, true);
        _assertStanding(number, supplier, true, true);
        _suspend(supplier);
        _assertStanding(number, supplier, true, false);
        _assertStanding(participants.participant(address(settlement)).number, address(settlement), false, false);
        _assertStanding(type(uint32).max, address(0), false, false);
    }

    function test_RequireActiveEnds() external {
        _close(supplier3);
        participants.requireActiveEnds(supplier, supplier2);
        participants.requireActiveEnds(suspended, address(settlement));
        participants.requireActiveEnds(supplier3, address(settlement));
        vm.expectRevert(_notActive(suspended, ParticipantStatus.Suspended));
        participants.requireActiveEnds(suspended, supplier);
        vm.expectRevert(_notActive(suspended, ParticipantStatus.Suspended));
        participants.requireActiveEnds(supplier, suspended);
        vm.expectRevert(_notActive(supplier3, ParticipantStatus.Closed));
        participants.requireActiveEnds(supplier3, address(cash));
        vm.expectRevert(_notActive(newcomer, ParticipantStatus.None));
        participants.requireActiveEnds(supplier, newcomer);
    }

    /* VIEWS */

    function test_Actor() external {
        _count(supplier, true);
        uint32 number = participants.participant(supplier).number;
        vm.record();
        Actor memory a = participants.actor(supplier);
        (bytes32[] memory slots,) = vm.accesses(address(participants));
        assertEq(abi.encode(a), abi.encode(Actor(supplier, number, Roles.SUPPLIER, 1)));
        assertEq(_distinct(slots), 1, "slots read");
    }

    function test_UnknownAddress() external view {
        Participant memory none;
        _assertKnown(newcomer, none);
        assertEq(participants.keyOf(newcomer), newcomer, "key");
        assertEq(participants.identityOf(newcomer), newcomer, "identity");
        (address key, uint64 effectiveAt) = participants.rotationOf(newcomer);
        assertEq(key, address(0), "rotation's key");
        assertEq(effectiveAt, 0, "rotation's time");
        Actor memory nobody;
        _assertOrganisation(0, nobody, ParticipantStatus.None);
        _assertOrganisation(type(uint32).max, nobody, ParticipantStatus.None);
    }

    /* INTERNAL */

    function _close(address account) internal {
        vm.prank(operator);
        participants.close(account, "reason");
    }

    function _count(address account, bool more) internal {
        vm.prank(address(holds));
        participants.countOrder(account, more);
    }

    /// @dev By both ways to ask, the list's second receiver being the one.
    function _transferRefused(address caller, address to, bytes memory refusal) internal {
        vm.expectRevert(refusal);
        participants.requireTransfer(caller, to);
        address[] memory both = new address[](2);
        (both[0], both[1]) = (supplier2, to);
        vm.expectRevert(refusal);
        participants.requireTransfers(caller, both);
    }

    function _assertStanding(uint32 number, address account, bool ordered, bool eligible) internal view {
        (address account_, bool ordered_, bool eligible_) = participants.standing(number);
        assertEq(abi.encode(account_, ordered_, eligible_), abi.encode(account, ordered, eligible), "standing");
    }

    function _assertKnown(address account, Participant memory expected) internal view {
        assertEq(abi.encode(participants.participant(account)), abi.encode(expected), "participant");
    }

    function _assertOrganisation(uint32 number, Actor memory expected, ParticipantStatus expectedStatus) internal view {
        (Actor memory a, ParticipantStatus status) = participants.organisation(number);
        assertEq(abi.encode(a, status), abi.encode(expected, expectedStatus), "organisation");
    }

    function _distinct(bytes32[] memory slots) internal pure returns (uint256 count) {
        for (uint256 i; i < slots.length; ++i) {
            bool seen;
            for (uint256 j; j < i; ++j) {
                seen = seen || slots[i] == slots[j];
            }
            if (!seen) ++count;
        }
    }

    function _notActive(address account, ParticipantStatus status) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, account, status);
    }

    function _notOpen(address account, ParticipantStatus status) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotOpen.selector, account, status);
    }
}
