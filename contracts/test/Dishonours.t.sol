// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {DepositToken} from "../src/DepositToken.sol";
import {IDishonours} from "../src/interfaces/IDishonours.sol";
import {ParticipantStatus, PayableState, Programme, Terms} from "../src/types/Types.sol";
import {DishonoursKit} from "./DishonoursKit.sol";

/// record()
/// ├── given there is no such payable, or it is closed
/// │   └── it should revert
/// ├── given it was recorded or lifted before
/// │   └── it should revert
/// ├── given the days of grace are not over, counted from the due date, or from when a token moved again if later
/// │   └── it should revert
/// ├── given every token is paused
/// │   └── it should revert
/// ├── given all that is outstanding is disputed
/// │   └── it should revert
/// └── else
///     └── it should record what is outstanding and undisputed, whoever asks
contract Dishonours_Record_Test is DishonoursKit {
    function test_RevertGiven_PayableNotOpen() external {
        (uint256 proposed,) = _proposed();
        uint256 settled = _due(DUE);
        Terms memory terms = _terms();
        uint256 cancelled = _payableOf(_confirmed(terms));
        bytes memory consent = _signCancellation(address(origination), supplier, cancelled, uint64(NOON));
        vm.prank(debtor);
        origination.cancel(cancelled, terms, uint64(NOON), consent);
        _pay(settled, FACE);
        uint256 writtenOff = _due(DUE);
        _warpTo(DUE + 400);
        vm.prank(operator);
        settlement.writeOff(writtenOff, "reason");

        uint256[5] memory ids = [7, proposed, settled, cancelled, writtenOff];
        for (uint256 i; i < ids.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDishonours.DishonourPayableNotOpen.selector, ids[i]));
            dishonours.record(ids[i]);
        }
    }

    function test_RevertGiven_RecordedBefore() external {
        uint256 id = _due(DUE);
        _warpTo(EARLIEST);
        dishonours.record(id);
        vm.expectRevert(abi.encodeWithSelector(IDishonours.DishonourAlreadyRecorded.selector, id));
        dishonours.record(id);
        _lift(id);
        vm.expectRevert(abi.encodeWithSelector(IDishonours.DishonourAlreadyRecorded.selector, id));
        dishonours.record(id);
    }

    function testFuzz_RevertGiven_TooEarly(uint256 moment, uint8 dishonourDays) external {
        Programme memory programme = _programme();
        programme.dishonourDays = uint8(bound(dishonourDays, 3, 30));
        programme.registrationRequired = true;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        uint256 id = _payableOf(_confirmed(terms));
        uint32 earliest = DUE + programme.dishonourDays + 1;
        uint256 opens = uint256(earliest) * 1 days - 8 hours;
        _earliestBoundary(id, earliest, bound(moment, opens - 5 days, opens + 5 days));
    }

    function test_RevertGiven_TooEarly_TheVerySecond() external {
        uint256 id = _due(DUE);
        uint256 opens = uint256(EARLIEST) * 1 days - 8 hours;
        _earliestBoundary(id, EARLIEST, opens - 1);
        _earliestBoundary(id, EARLIEST, opens);
    }

    function test_RevertGiven_AllTokensPaused() external {
        DepositToken second = _secondToken();
        uint256 id = _inTwoTokens(second);
        _warpTo(EARLIEST);
        _pause(cash);
        _pause(second);
        vm.expectRevert(abi.encodeWithSelector(IDishonours.DishonourTokensPaused.selector, id));
        dishonours.record(id);
        _warpTo(EARLIEST + 100);
        vm.expectRevert(abi.encodeWithSelector(IDishonours.DishonourTokensPaused.selector, id));
        dishonours.record(id);
    }

    /// @dev A pause before the due date that is over by then costs the debtor nothing.
    function test_Record_GivenTokenResumedBeforeTheDueDate() external {
        uint256 id = _due(DUE);
        _pause(cash);
        _warpTo(DUE - 1);
        _resume(cash);
        _earliestBoundary(id, EARLIEST, uint256(EARLIEST) * 1 days - 8 hours - 1);
        _earliestBoundary(id, EARLIEST, uint256(EARLIEST) * 1 days - 8 hours);
    }

    function testFuzz_RevertGiven_TokenResumedAfterTheDueDate(uint256 resumedAt, uint256 moment) external {
        uint256 id = _due(DUE);
        _warpTo(DUE - 1);
        _pause(cash);
        resumedAt = bound(resumedAt, block.timestamp, block.timestamp + 60 days);
        vm.warp(resumedAt);
        _resume(cash);
        uint32 since = uint32((resumedAt + 8 hours) / 1 days);
        if (since < DUE) since = DUE;
        uint256 opens = uint256(since + 4) * 1 days - 8 hours;
        moment = bound(moment, opens - 2 days, opens + 2 days);
        _earliestBoundary(id, since + 4, moment < resumedAt ? resumedAt : moment);
    }

    /// @dev One token that moves is a chance to pay; of two the one that moved first counts.
    function test_Record_GivenTwoTokens() external {
        DepositToken second = _secondToken();
        uint256 id = _inTwoTokens(second);
        _warpTo(DUE - 1);
        _pause(cash);
        uint256 snapshot = vm.snapshotState();

        // The second never paused.
        _warpTo(EARLIEST);
        dishonours.record(id);
        vm.revertToState(snapshot);

        _pause(second);
        _warpTo(DUE + 10);
        _resume(second);
        _warpTo(DUE + 12);
        _resume(cash);
        _warpTo(DUE + 13);
        vm.expectRevert(abi.encodeWithSelector(IDishonours.DishonourTooEarly.selector, id, DUE + 14, DUE + 13));
        dishonours.record(id);
        // Paused anew, the second counts no more.
        _pause(second);
        _warpTo(DUE + 15);
        vm.expectRevert(abi.encodeWithSelector(IDishonours.DishonourTooEarly.selector, id, DUE + 16, DUE + 15));
        dishonours.record(id);
        _warpTo(DUE + 16);
        dishonours.record(id);
    }

    function test_RevertGiven_AllDisputed() external {
        uint256 id = _due(DUE);
        uint32 holdId = _dispute(id, FACE);
        _warpTo(EARLIEST);
        vm.expectRevert(abi.encodeWithSelector(IDishonours.DishonourDisputed.selector, id));
        dishonours.record(id);
        vm.prank(debtor);
        holds.release(holdId);
        _records(id, FACE);
    }

    /// @dev R-02: the undisputed part is to be paid all the same. What was paid of a disputed payable counts for it.
    function test_RevertGiven_AllOutstandingIsDisputed() external {
        uint256 id = _due(DUE);
        _dispute(id, 60_000_000);
        _pay(id, 40_000_000);
        _warpTo(EARLIEST);
        vm.expectRevert(abi.encodeWithSelector(IDishonours.DishonourDisputed.selector, id));
        dishonours.record(id);
        _pay(id, 10_000_000);
        vm.expectRevert(abi.encodeWithSelector(IDishonours.DishonourDisputed.selector, id));
        dishonours.record(id);
    }

    function test_Record_GivenPartDisputedAndPartPaid() external {
        uint256 id = _due(DUE);
        _dispute(id, 60_000_000);
        _pay(id, 39_999_999);
        _warpTo(EARLIEST);
        _records(id, 1);
    }

    function test_Record() external {
        uint256 id = _due(DUE);
        _warpTo(EARLIEST);
        _suspend(debtor);
        assertFalse(dishonours.isDishonoured(id));
        _records(id, FACE);
        assertTrue(dishonours.isDishonoured(id));
        assertEq(dishonours.barredUntil(debtor), 0, "one is none");
        _foldLogs();
        _assertJournals();
    }

    /// @dev Paid late, it stays on record.
    function test_Record_StandsWhenPaidLate() external {
        uint256 id = _due(DUE);
        _warpTo(EARLIEST);
        dishonours.record(id);
        (uint56 principal, uint56 interest) = settlement.outstanding(id);
        _pay(id, principal + interest);
        assertEq(uint256(receivables.payableOf(id).state), uint256(PayableState.Settled));
        assertTrue(dishonours.isDishonoured(id));
        vm.expectRevert(abi.encodeWithSelector(IDishonours.DishonourPayableNotOpen.selector, id));
        dishonours.record(id);
        _lift(id);
        assertFalse(dishonours.isDishonoured(id));
    }

    /* HELPERS */

    function _records(uint256 id, uint56 amount) internal {
        vm.expectEmit(address(dishonours));
        emit IDishonours.DishonourRecorded(id, debtor, DUE, amount);
        vm.prank(stranger);
        dishonours.record(id);
    }

    function _earliestBoundary(uint256 id, uint32 earliest, uint256 moment) internal {
        vm.warp(moment);
        uint32 today = uint32((moment + 8 hours) / 1 days);
        if (today < earliest) {
            vm.expectRevert(abi.encodeWithSelector(IDishonours.DishonourTooEarly.selector, id, earliest, today));
        }
        dishonours.record(id);
    }

    function _inTwoTokens(DepositToken second) internal returns (uint256 id) {
        Programme memory programme = _programme();
        programme.depositTokens = new address[](2);
        (programme.depositTokens[0], programme.depositTokens[1]) = (address(cash), address(second));
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        return _payableOf(_confirmed(terms));
    }

    function _dispute(uint256 id, uint56 amount) internal returns (uint32 holdId) {
        vm.prank(debtor);
        return holds.dispute(id << 32 | 1, amount, uint40(block.timestamp + 30 days), "reason");
    }

    function _pause(DepositToken token) internal {
        vm.prank(token.bank());
        token.pause("reason");
    }

    function _resume(DepositToken token) internal {
        vm.prank(token.bank());
        token.resume();
    }
}

/// object(), lift()
/// ├── given no record stands
/// │   └── it should revert
/// ├── when it is not the debtor who objects, or not the operator who lifts
/// │   └── it should revert
/// ├── when the debtor objects
/// │   └── it should be told, and the record stand
/// └── when the operator lifts
///     └── the record should count no more
contract Dishonours_ObjectAndLift_Test is DishonoursKit {
    uint256 internal id;

    function setUp() public override {
        super.setUp();
        id = _due(DUE);
        _warpTo(EARLIEST);
    }

    function test_RevertGiven_NothingStands() external {
        _nothingStands();
        dishonours.record(id);
        _lift(id);
        _nothingStands();
    }

    function test_RevertWhen_NotTheDebtorObjects() external {
        dishonours.record(id);
        address[3] memory others = [rivalDebtor, supplier, bank];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDishonours.DishonourNotDebtor.selector, id, others[i], debtor));
            vm.prank(others[i]);
            dishonours.object(id, "reason");
        }
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        vm.prank(stranger);
        dishonours.object(id, "reason");
    }

    function test_RevertWhen_NotTheOperatorLifts() external {
        dishonours.record(id);
        address[4] memory others = [debtor, supplier, compliance, stranger];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            dishonours.lift(id, "reason");
        }
    }

    function test_Object() external {
        dishonours.record(id);
        vm.expectEmit(address(dishonours));
        emit IDishonours.DishonourObjected(id, debtor, "reason");
        vm.prank(debtor);
        dishonours.object(id, "reason");
        assertTrue(dishonours.isDishonoured(id), "it stands until lifted");
    }

    /// @dev The organisation objects, whatever key it has now.
    function test_Object_ByARotatedKey() external {
        dishonours.record(id);
        address newKey = _actor("new key");
        _rotate(debtor, newKey);
        vm.expectEmit(address(dishonours));
        emit IDishonours.DishonourObjected(id, debtor, "reason");
        vm.prank(newKey);
        dishonours.object(id, "reason");
    }

    function test_Lift() external {
        dishonours.record(id);
        vm.expectEmit(address(dishonours));
        emit IDishonours.DishonourLifted(id, debtor, "reason");
        _lift(id);
        assertFalse(dishonours.isDishonoured(id));
        _foldLogs();
        _assertJournals();
    }

    function _nothingStands() internal {
        bytes memory refusal = abi.encodeWithSelector(IDishonours.DishonourNotRecorded.selector, id);
        vm.expectRevert(refusal);
        vm.prank(debtor);
        dishonours.object(id, "reason");
        vm.expectRevert(refusal);
        vm.prank(operator);
        dishonours.lift(id, "reason");
    }
}
