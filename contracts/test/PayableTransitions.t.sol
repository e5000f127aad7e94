// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDishonours} from "../src/interfaces/IDishonours.sol";
import {IHolds} from "../src/interfaces/IHolds.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {PayableState, Terms} from "../src/types/Types.sol";
import {SettlementKit} from "./SettlementKit.sol";

/// @title Payable_Transitions_Test
/// @notice Every state of what is confirmed × every act on it: the state it leads to, or which refusal.
///
/// READING
/// @dev A row of the table says what becomes of an act in each state, in the order of `State`: the selector of its refusal,
/// or nothing, where it is allowed. All is tried on the ninetieth day after the due date, by whom it belongs to.
/// What leads to these states: `Origination_Transitions_Test`.
contract Payable_Transitions_Test is SettlementKit {
    enum State {
        Open,
        PartPaid,
        Settled,
        WrittenOff,
        RecoveryClosed,
        Cancelled
    }

    enum Act {
        Split,
        Move,
        Merge,
        Dilute,
        Pledge,
        Reserve,
        Dispute,
        Order,
        Pay,
        Redeem,
        ClaimRecourse,
        Repurchase,
        Dishonour,
        WriteOff,
        Recover,
        CloseRecovery
    }

    Terms internal terms;
    /// @dev Held by `supplier2`; `supplier` answers for it.
    uint256 internal piece;
    /// @dev Neighbours, held by `supplier2`.
    uint256 internal left;
    uint256 internal right;

    function test_EveryActInEveryState() external {
        for (uint256 a; a <= uint256(type(Act).max); ++a) {
            bytes4[6] memory row = _row(Act(a));
            for (uint256 s; s <= uint256(type(State).max); ++s) {
                uint256 snapshot = vm.snapshotState();
                _bring(State(s));
                _try(Act(a), State(s), row[s]);
                vm.revertToState(snapshot);
            }
        }
    }

    /* THE TABLE */

    // forgefmt: disable-next-item
    function _row(Act act) private pure returns (bytes4[6] memory) {
        bytes4 OK = 0;
        bytes4 IS = IReceivables.PayableInvalidState.selector;
        bytes4 ST = IReceivables.PayablePaymentStarted.selector;
        bytes4 NF = IReceivables.ReceivableNotFound.selector;
        bytes4 ND = ISettlement.RedemptionNothingDue.selector;
        bytes4 NO = ISettlement.PayableNotOverdue.selector;
        bytes4 RO = ISettlement.RecoveryNotOpen.selector;
        bytes4 HO = IHolds.HoldPayableNotOpen.selector;
        bytes4 DO = IDishonours.DishonourPayableNotOpen.selector;
        //                                Open PartPaid Settled WrittenOff RecoveryClosed Cancelled
        if (act == Act.Split)         return [OK, ST, IS, IS, IS, NF];
        if (act == Act.Move)          return [OK, OK, OK, OK, OK, NF];
        if (act == Act.Merge)         return [OK, ST, IS, IS, IS, NF];
        if (act == Act.Dilute)        return [OK, ST, IS, IS, IS, NF];
        if (act == Act.Pledge)        return [OK, OK, HO, HO, HO, HO];
        if (act == Act.Reserve)       return [OK, OK, HO, HO, HO, HO];
        if (act == Act.Dispute)       return [OK, OK, HO, HO, HO, HO];
        if (act == Act.Order)         return [OK, OK, OK, OK, OK, OK];
        if (act == Act.Pay)           return [OK, OK, IS, IS, IS, IS];
        if (act == Act.Redeem)        return [ND, OK, OK, ND, OK, NF];
        if (act == Act.ClaimRecourse) return [OK, OK, NO, NO, NO, NF];
        if (act == Act.Repurchase)    return [OK, OK, NO, NO, NO, NF];
        if (act == Act.Dishonour)     return [OK, OK, DO, DO, DO, DO];
        if (act == Act.WriteOff)      return [OK, OK, IS, IS, IS, IS];
        if (act == Act.Recover)       return [RO, RO, RO, OK, RO, RO];
        return                               [RO, RO, RO, OK, RO, RO];
    }

    function _bring(State state) private {
        terms = _terms();
        root = _confirmed(terms);
        id = _payableOf(root);
        (piece, left, right) = (root, root, root);
        if (state == State.Cancelled) {
            bytes memory consent = _signCancellation(address(origination), supplier, id, uint64(block.timestamp));
            vm.prank(debtor);
            origination.cancel(id, terms, uint64(block.timestamp), consent);
        } else {
            right = _splitTo(root, supplier2, FACE / 4);
            left = _splitTo(root, supplier2, FACE / 4);
            piece = _splitTo(root, supplier2, FACE / 4, true);
        }
        if (state == State.PartPaid) _pay(id, 100);
        if (state == State.Settled) _pay(id, FACE);
        _onDay(DUE + 90);
        if (state == State.WrittenOff || state == State.RecoveryClosed) _writeOff();
        if (state == State.RecoveryClosed) _closeRecovery();
        _credit(supplier, FACE);
    }

    function _try(Act act, State state, bytes4 refusal) private {
        string memory what = string.concat(vm.toString(uint256(act)), " in ", vm.toString(uint256(state)));
        PayableState before = receivables.payableOf(id).state;
        try this.bringAbout(act) {
            assertEq(bytes4(0), refusal, string.concat(what, " was allowed"));
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), refusal, what);
        }
        PayableState expected = before;
        if (refusal == 0 && act == Act.WriteOff) expected = PayableState.WrittenOff;
        assertEq(uint256(receivables.payableOf(id).state), uint256(expected), string.concat(what, ": state"));
    }

    /// @dev A call of its own, so that its refusal can be compared.
    function bringAbout(Act act) external {
        address holder = piece == root ? supplier : supplier2;
        uint40 until = uint40(block.timestamp + 2 days);
        if (act == Act.Pay) return _pay(id, 60);
        if (act == Act.Recover) return _recover(60);
        if (act == Act.Repurchase) return _repurchase(piece, supplier, settlement.repurchasePrice(piece));
        if (act == Act.WriteOff) return _writeOff();
        if (act == Act.CloseRecovery) return _closeRecovery();
        if (act == Act.Dishonour) return dishonours.record(id);
        if (act == Act.Order) {
            _freeze(holder, id, 1);
            return;
        }
        vm.prank(act == Act.Dispute ? debtor : holder);
        if (act == Act.Split) receivables.transferFrom(piece, supplier3, MINIMUM);
        if (act == Act.Move) receivables.transferFrom(holder, supplier3, piece);
        if (act == Act.Merge) receivables.merge(left, right);
        if (act == Act.Dilute) receivables.dilute(piece, 1, "credit note");
        if (act == Act.Pledge) holds.pledge(piece, financier, until, until, "loan");
        if (act == Act.Reserve) holds.reserve(piece, MINIMUM, financier, until);
        if (act == Act.Dispute) holds.dispute(piece, MINIMUM, until, "reason");
        if (act == Act.Redeem) settlement.redeem(piece);
        if (act == Act.ClaimRecourse) settlement.claimRecourse(piece);
    }
}
