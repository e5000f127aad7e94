// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {DepositToken} from "../src/DepositToken.sol";
import {IDishonours} from "../src/interfaces/IDishonours.sol";
import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {CalendarLib} from "../src/libraries/CalendarLib.sol";
import {ParticipantStatus, Payable, PayableState, Programme, Terms} from "../src/types/Types.sol";
import {OriginationKit} from "./OriginationKit.sol";

/// @dev What the tests of the register share.
abstract contract DishonoursKit is OriginationKit {
    uint32 internal constant DUE = TODAY + 90;
    /// @dev Three days of grace pass after the due date.
    uint32 internal constant EARLIEST = DUE + 4;

    /// @dev Noon of the network's day.
    function _warpTo(uint256 day) internal {
        vm.warp(day * 1 days + 4 hours);
    }

    function _due(uint32 dueDate) internal returns (uint256 payableId) {
        Terms memory terms = _terms();
        terms.dueDate = dueDate;
        terms.tenorReasonHash = "reason";
        return _payableOf(_confirmed(terms));
    }

    function _lift(uint256 payableId) internal {
        vm.prank(operator);
        dishonours.lift(payableId, "reason");
    }
}

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

/// barredUntil()
/// ├── given two records of due dates within six calendar months
/// │   └── it should bar the debtor until 24 months after the later one, in whatever order they came
/// ├── given several records of one due date
/// │   └── it should count them once, and as long as one of them stands
/// ├── given due dates further apart
/// │   └── it should not bar
/// └── given a record is lifted
///     └── it should bar no longer than what stands asks for
contract Dishonours_Bar_Test is DishonoursKit {
    /* WHAT IT DOES */

    function test_Bar_StopsConfirmingAndIssuing() external {
        uint256[2] memory ids = [_due(DUE), _due(DUE + 1)];
        Terms memory terms = _terms();
        terms.dueDate = TODAY + 200;
        terms.tenorReasonHash = "reason";
        uint256 proposed = _propose(terms);
        _warpTo(DUE + 5);
        dishonours.record(ids[0]);
        // 2027-02-21: two years later is 2029-02-21.
        uint32 until = CalendarLib.addMonths(DUE + 1, 24);
        assertEq(until, TODAY + 822);
        _expectBar(until);
        dishonours.record(ids[1]);
        assertEq(dishonours.barredUntil(debtor), until);
        assertEq(dishonours.barredUntil(rivalDebtor), 0);

        bytes memory refusal = abi.encodeWithSelector(IOrigination.DebtorBarred.selector, debtor, until);
        vm.startPrank(debtor);
        vm.expectRevert(refusal);
        origination.confirm(proposed, terms);
        vm.expectRevert(refusal);
        origination.issue("salt", terms);
        vm.stopPrank();
        uint256 stillProposed = _propose(terms);
        assertGt(stillProposed, 0, "who is barred can be asked");

        vm.warp(uint256(until) * 1 days - 8 hours - 1);
        assertEq(dishonours.barredUntil(debtor), until, "the last second");
        terms.issueDate = until - 1;
        terms.dueDate = until + 30;
        vm.expectRevert(refusal);
        vm.prank(debtor);
        origination.issue("salt", terms);
        vm.warp(uint256(until) * 1 days - 8 hours);
        assertEq(dishonours.barredUntil(debtor), 0, "over");
        vm.prank(debtor);
        origination.issue("salt", terms);
        _foldLogs();
        _assertJournals();
    }

    function test_Bar_OtherDebtorsAreTheirOwn() external {
        Terms memory terms = _terms();
        (terms.debtor, terms.programmeId, terms.dueDate) = (rivalDebtor, rivalProgrammeId, DUE + 1);
        uint256 rivals = _payableOf(_confirmed(terms));
        uint256 own = _due(DUE);
        _warpTo(DUE + 5);
        dishonours.record(rivals);
        dishonours.record(own);
        assertEq(dishonours.barredUntil(debtor), 0);
        assertEq(dishonours.barredUntil(rivalDebtor), 0);
    }

    function test_Bar_SeveralOnOneDayCountOnce() external {
        uint256[3] memory ids = [_due(DUE), _due(DUE), _due(DUE + 9)];
        _warpTo(DUE + 13);
        dishonours.record(ids[0]);
        dishonours.record(ids[1]);
        assertEq(dishonours.barredUntil(debtor), 0);
        uint32 until = CalendarLib.addMonths(DUE + 9, 24);
        _expectBar(until);
        dishonours.record(ids[2]);

        _lift(ids[1]);
        assertEq(dishonours.barredUntil(debtor), until, "one of the day still stands");
        _expectBar(0);
        _lift(ids[0]);
        assertEq(dishonours.barredUntil(debtor), 0);
    }

    /* WHICH DATES */

    /// @dev 2026-08-31 and 2027-02-28 are six calendar months apart, 2027-03-01 is one day more.
    function test_Bar_SixMonths_MonthEnds() external {
        _both(20_696, 20_877, 21_608); // until 2029-02-28
        _both(20_696, 20_878, 0);
        // 2027-02-28 and 2027-08-28, 2027-08-29.
        _both(20_877, 21_058, 21_789);
        _both(20_877, 21_059, 0);
        // Two days side by side; 2028-02-29 plus 24 months is 2030-02-28.
        _both(21_242, 21_243, 21_973);
    }

    function testFuzz_Bar_InEitherOrder(uint32 first, uint32 second) external {
        first = uint32(bound(first, TODAY, TODAY + 4000));
        second = uint32(bound(second, first, first + 400));
        bool near = second != first && second <= CalendarLib.addMonths(first, 6);
        _both(first, second, near ? CalendarLib.addMonths(second, 24) : 0);
    }

    function test_Bar_ToldOnlyWhenItChanges() external {
        uint256[5] memory ids = [_due(DUE), _due(DUE + 10), _due(DUE + 5), _due(DUE + 20), _due(DUE + 10)];
        _warpTo(DUE + 30);
        uint256[5] memory told = [uint256(0), 1, 1, 2, 2];
        for (uint256 i; i < ids.length; ++i) {
            dishonours.record(ids[i]);
            assertEq(_barsTold(), told[i], "on record");
        }
        // The latest falls back to the pair before, then nothing changes until one date alone is left.
        uint256[5] memory order = [ids[3], ids[4], ids[1], ids[0], ids[2]];
        uint32[5] memory later = [DUE + 10, DUE + 10, DUE + 5, 0, 0];
        told = [uint256(3), 3, 4, 5, 5];
        for (uint256 i; i < order.length; ++i) {
            _lift(order[i]);
            uint32 until = later[i] == 0 ? 0 : CalendarLib.addMonths(later[i], 24);
            assertEq(dishonours.barredUntil(debtor), until, "until");
            assertEq(_barsTold(), told[i], "on lift");
        }
    }

    /* WHAT IS FORGOTTEN */

    /// @dev Of five dates the first falls out, and with it the pair that bars. The bar stands, until a record is lifted.
    function test_Bar_StandsWhenItsDatesAreForgotten() external {
        uint32 first = DUE;
        uint32[5] memory dates = [first, first + 150, first + 350, first + 550, first + 750];
        for (uint256 i; i < 4; ++i) {
            _record(i + 1, dates[i], uint256(dates[i]) + 4);
        }
        uint32 until = CalendarLib.addMonths(first + 150, 24);
        assertEq(dishonours.barredUntil(debtor), until);
        _record(5, dates[4], uint256(dates[4]) + 4);
        _record(6, dates[4], uint256(dates[4]) + 4);
        assertEq(dishonours.barredUntil(debtor), until, "a record ends no bar");
        // The forgotten date itself is lifted without a trace of it left: what is kept asks for no bar.
        _lift(1);
        assertFalse(dishonours.isDishonoured(1));
        assertEq(dishonours.barredUntil(debtor), 0);
    }

    /// @dev A date older than the four kept still counts when it is recorded.
    function test_Bar_ByADateThatIsForgottenAtOnce() external {
        uint32 first = DUE;
        uint32[4] memory dates = [first, first + 200, first + 400, first + 600];
        for (uint256 i; i < 4; ++i) {
            _record(i + 1, dates[i], uint256(dates[i]) + 4);
        }
        assertEq(dishonours.barredUntil(debtor), 0);
        _record(5, first - 1, uint256(first) + 604);
        assertEq(dishonours.barredUntil(debtor), CalendarLib.addMonths(first, 24));
    }

    /* MODEL */

    struct Kept {
        uint32 dueDate;
        uint256 count;
    }

    Kept[] internal _kept;
    uint32 internal _until;

    /// @dev Any records and lifts in any order against the rule written down plainly: all pairs of the dates kept.
    function testFuzz_Bar_Model(uint256 seed) external {
        uint256[] memory standing = new uint256[](24);
        uint32[] memory dates = new uint32[](24);
        uint256 count;
        uint256 changes;
        for (uint256 step = 1; step <= 24; ++step) {
            uint256 roll = uint256(keccak256(abi.encode(seed, step)));
            uint32 before = _until;
            if (roll % 3 != 0 || count == 0) {
                // Few days to choose from, so that dates repeat; weeks apart, so that some are near and some are not. On
                // the day of all this no bar is over.
                uint32 dueDate = TODAY + uint32(roll / 3 % 12) * 55;
                _record(step, dueDate, TODAY + 610);
                _modelRecord(dueDate);
                (standing[count], dates[count]) = (step, dueDate);
                ++count;
            } else {
                uint256 pick = roll / 3 % count;
                _lift(standing[pick]);
                _modelLift(dates[pick]);
                --count;
                (standing[pick], dates[pick]) = (standing[count], dates[count]);
            }
            if (_until != before) ++changes;
            assertEq(dishonours.barredUntil(debtor), _until, "bar");
        }
        assertEq(_barsTold(), changes, "told when it changes");
        _assertJournals();
    }

    function _modelRecord(uint32 dueDate) internal {
        bool found;
        for (uint256 i; i < _kept.length; ++i) {
            if (_kept[i].dueDate != dueDate) continue;
            ++_kept[i].count;
            found = true;
        }
        if (!found) _kept.push(Kept(dueDate, 1));
        uint32 until = _modelBar();
        if (until > _until) _until = until;
        if (_kept.length <= 4) return;
        uint256 oldest;
        for (uint256 i; i < _kept.length; ++i) {
            if (_kept[i].dueDate < _kept[oldest].dueDate) oldest = i;
        }
        _drop(oldest);
    }

    function _modelLift(uint32 dueDate) internal {
        for (uint256 i; i < _kept.length; ++i) {
            if (_kept[i].dueDate != dueDate) continue;
            if (--_kept[i].count == 0) _drop(i);
            break;
        }
        _until = _modelBar();
    }

    function _modelBar() internal view returns (uint32 until) {
        for (uint256 i; i < _kept.length; ++i) {
            for (uint256 j; j < _kept.length; ++j) {
                (uint32 a, uint32 b) = (_kept[i].dueDate, _kept[j].dueDate);
                if (a >= b || b > CalendarLib.addMonths(a, 6)) continue;
                uint32 ends = CalendarLib.addMonths(b, 24);
                if (ends > until) until = ends;
            }
        }
    }

    function _drop(uint256 i) internal {
        _kept[i] = _kept[_kept.length - 1];
        _kept.pop();
    }

    /* HELPERS */

    /// @dev Both records, each order from nothing.
    function _both(uint32 first, uint32 second, uint32 until) internal {
        uint256 snapshot = vm.snapshotState();
        uint256 day = uint256(second) + 4;
        _record(1, first, day);
        _record(2, second, day);
        assertEq(dishonours.barredUntil(debtor), until, "in order");
        vm.revertToState(snapshot);
        _record(2, second, day);
        _record(1, first, day);
        assertEq(dishonours.barredUntil(debtor), until, "the later one first");
        _lift(2);
        assertEq(dishonours.barredUntil(debtor), 0, "one is none");
        vm.revertToState(snapshot);
    }

    /// @dev Records a payable of any due date, told to the register by {Receivables} on that day.
    function _record(uint256 id, uint32 dueDate, uint256 day) internal {
        Payable memory p;
        p.debtor = debtor;
        p.programmeId = programmeId;
        p.state = PayableState.Confirmed;
        p.faceValue = FACE;
        p.dueDate = dueDate;
        p.dishonourDays = 3;
        vm.mockCall(address(receivables), abi.encodeCall(receivables.payableOf, (id)), abi.encode(p));
        _warpTo(day);
        dishonours.record(id);
    }

    function _expectBar(uint32 until) internal {
        vm.expectEmit(address(dishonours));
        emit IDishonours.DebtorBarredUntil(debtor, until);
    }

    function _barsTold() internal returns (uint256) {
        _foldLogs();
        return _seen[IDishonours.DebtorBarredUntil.selector];
    }
}
