// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDiscounting} from "../src/interfaces/IDiscounting.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {PayableState, Programme, Quote, Terms} from "../src/types/Types.sol";
import {SettlementKit} from "./SettlementKit.sol";

/// @title Boundaries_Test
/// @notice Any amount and any moment, near the boundary and far from it: allowed, or exactly which refusal.
/// @dev The boundaries are computed here, by the rules and not by the contracts. The very edges stand beside each
/// function's tests; half of all moments here lie within an hour of one.
contract Boundaries_Test is SettlementKit {
    uint256 internal constant DAY = 1 days;
    /// @dev The network's midnight is eight hours before UTC's.
    uint256 internal constant DUE_STARTS = uint256(DUE) * 1 days - 8 hours;

    /* AMOUNTS */

    function testFuzz_Pay(uint256 raw, uint56 before, uint8 late) external {
        before = uint56(bound(before, 1, FACE - 1));
        _pay(id, before);
        _onDay(DUE + late % 100);
        // 0.05 % a day, half a unit rounded up.
        uint256 days_ = late % 100;
        uint56 owed = FACE - before + uint56((uint256(FACE - before) * days_ * 5 + 5_000) / 10_000);
        uint56 amount = _amountNear(raw, owed);
        Payment memory p = _payment(amount);
        if (amount == 0 || amount > MAX_AMOUNT) return _refused(p, _outOfRange(amount));
        if (amount > owed) {
            return _refused(p, abi.encodeWithSelector(ISettlement.PaymentTooMuch.selector, id, amount, owed));
        }
        _payCash(p, amount);
        assertEq(
            uint8(receivables.payableOf(id).state),
            uint8(amount == owed ? PayableState.Settled : PayableState.Confirmed)
        );
        (uint56 principal, uint56 interest) = settlement.outstanding(id);
        assertEq(principal + interest, owed - amount);
    }

    function testFuzz_Recover(uint256 raw, uint56 before) external {
        before = uint56(bound(before, 1, FACE - 1));
        _pay(id, before);
        _writeOff();
        uint56 left = FACE - before;
        uint56 amount = _amountNear(raw, left);
        bytes memory refusal;
        if (amount > left) refusal = abi.encodeWithSelector(ISettlement.RecoveryTooMuch.selector, id, amount, left);
        if (amount == 0 || amount > MAX_AMOUNT) refusal = _outOfRange(amount);
        if (refusal.length == 0) {
            _recover(amount);
        } else {
            vm.expectRevert(refusal);
            settlement.recover(id, debtor, address(cash), amount, "reference", block.timestamp + 1, "");
        }
        (,,, uint56 recovered, bool closed) = settlement.ledgerOf(id);
        assertEq(recovered, refusal.length == 0 ? amount : 0);
        assertEq(closed, refusal.length == 0 && amount == left);
    }

    /// @dev Of a whole, of a part, and of none: the standard's transfer of value, in any amount.
    function testFuzz_TransferValue(uint256 raw, bool nearMinimum) external {
        uint56 value = _amountNear(raw, nearMinimum ? MINIMUM : FACE);
        if (value == 0 || value > FACE) {
            vm.expectRevert(_insufficient(value));
        } else if (value < MINIMUM) {
            vm.expectRevert(abi.encodeWithSelector(IReceivables.PieceBelowMinimum.selector, root, value, MINIMUM));
        }
        vm.prank(supplier);
        receivables.transferFrom(root, supplier2, value);
        bool moved = value >= MINIMUM && value <= FACE;
        assertEq(receivables.balanceOf(supplier2), moved ? 1 : 0);
        if (moved) assertEq(receivables.balanceOf(value == FACE ? root : root + 1), value);
        if (value != FACE) assertEq(receivables.balanceOf(root), moved ? FACE - value : FACE);
    }

    /// @dev What comes back to the debtor may be less than any minimum.
    function testFuzz_Dilute(uint256 raw) external {
        uint56 value = _amountNear(raw, FACE);
        bool fits = value != 0 && value <= FACE;
        if (!fits) vm.expectRevert(_insufficient(value));
        vm.prank(supplier);
        receivables.dilute(root, value, "credit note");
        assertEq(receivables.balanceOf(debtor), fits ? 1 : 0);
    }

    /* TIME */

    /// @dev I6: two days from the receipt, and never on the due date or after.
    function testFuzz_Refuse(uint256 received, uint256 moment) external {
        received = _momentNear(received, DUE_STARTS - 2 days, NOON + 1, DUE_STARTS + 5 days);
        vm.warp(received);
        uint256 piece = _splitTo(root, supplier2, MINIMUM);
        uint256 closes = received + 48 hours < DUE_STARTS ? received + 48 hours : DUE_STARTS;
        moment = _momentNear(moment, closes > received ? closes : received, received, received + 5 days);
        vm.warp(moment);
        if (moment >= closes) {
            vm.expectRevert(abi.encodeWithSelector(IReceivables.RefusalTooLate.selector, piece, closes, moment));
        }
        vm.prank(supplier2);
        receivables.refuse(piece);
        assertEq(receivables.ownerOf(piece), moment < closes ? supplier : supplier2);
    }

    /// @dev I7: whole days of the network's clock, the first and the last of them too.
    function testFuzz_Blackout(uint256 moment, uint8 before, uint8 after_) external {
        Programme memory programme = _programme();
        programme.blackoutDaysBefore = uint8(bound(before, 1, 30));
        programme.blackoutDaysAfter = uint8(bound(after_, 1, 30));
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        uint256 piece = _confirmed(terms);
        uint32 first = DUE - programme.blackoutDaysBefore;
        uint32 last = DUE + programme.blackoutDaysAfter;
        uint256 edge = uint256(moment % 2 == 0 ? first : last + 1) * DAY - 8 hours;
        vm.warp(_momentNear(moment / 2, edge, NOON, NOON + 200 days));
        uint256 today = (block.timestamp + 8 hours) / DAY;
        bool dark = today >= first && today <= last;
        if (dark) {
            vm.expectRevert(abi.encodeWithSelector(IReceivables.TransferBlackout.selector, piece >> 32, first, last));
        }
        vm.prank(supplier);
        receivables.transferFrom(supplier, supplier2, piece);
        assertEq(receivables.ownerOf(piece), dark ? supplier : supplier2);
    }

    function testFuzz_QuoteExpires(uint64 expiry, uint256 moment) external {
        Quote memory quote = _quote(root, FACE);
        // Within the network's day of its value date.
        uint256 endOfDay = NOON + 12 hours - 1;
        quote.expiry = uint64(bound(expiry, NOON, endOfDay));
        vm.warp(_momentNear(moment, quote.expiry, NOON, endOfDay));
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        bool expired = block.timestamp > quote.expiry;
        if (expired) {
            vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteExpired.selector, quote.expiry, block.timestamp));
        }
        vm.prank(supplier);
        discounting.accept(quote, FACE, quoteSignature, cashSignature);
        assertEq(receivables.ownerOf(root), expired ? supplier : financier);
    }

    function testFuzz_WriteOff(uint256 moment) external {
        vm.warp(_momentNear(moment, DUE_STARTS + 90 days, NOON, NOON + 400 days));
        uint256 today = (block.timestamp + 8 hours) / DAY;
        bool early = today < DUE + 90;
        if (early) vm.expectRevert(abi.encodeWithSelector(ISettlement.WriteOffTooEarly.selector, id, DUE + 90, today));
        vm.prank(operator);
        settlement.writeOff(id, "reason");
        assertEq(
            uint8(receivables.payableOf(id).state), uint8(early ? PayableState.Confirmed : PayableState.WrittenOff)
        );
    }

    function testFuzz_ClaimRecourse(uint256 moment) external {
        _handOn(root, financier, true);
        vm.warp(_momentNear(moment, DUE_STARTS + 1 days, NOON, NOON + 400 days));
        uint256 today = (block.timestamp + 8 hours) / DAY;
        if (today <= DUE) {
            vm.expectRevert(abi.encodeWithSelector(ISettlement.PayableNotOverdue.selector, id, DUE, today));
        } else {
            vm.expectEmit(address(settlement));
            emit ISettlement.RecourseClaimed(root, financier, supplier, FACE);
        }
        vm.prank(financier);
        settlement.claimRecourse(root);
    }

    /* INTERNAL */

    /// @dev Half of the time within two of `edge`, else any there is.
    function _amountNear(uint256 raw, uint56 edge) private pure returns (uint56) {
        if (raw % 2 == 0) return uint56(edge + raw / 2 % 5 - 2);
        return raw % 3 == 0 ? uint56(raw / 6 % (2 * uint256(edge))) : uint56(raw / 6);
    }

    /// @dev Half of the time within an hour of `edge`, else anywhere in [`first`, `last`].
    function _momentNear(uint256 raw, uint256 edge, uint256 first, uint256 last) private pure returns (uint256) {
        uint256 moment = raw % 2 == 0 ? edge + raw / 2 % 7_200 - 3_600 : first + raw / 2 % (last - first + 1);
        return moment < first ? first : moment > last ? last : moment;
    }

    function _outOfRange(uint56 amount) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, amount, 1, MAX_AMOUNT);
    }

    function _insufficient(uint56 value) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.ReceivableInsufficientValue.selector, root, value, FACE);
    }
}
