// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDishonours} from "../src/interfaces/IDishonours.sol";
import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {CalendarLib} from "../src/libraries/CalendarLib.sol";
import {Payable, PayableState, Terms} from "../src/types/Types.sol";
import {DishonoursKit} from "./DishonoursKit.sol";

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
