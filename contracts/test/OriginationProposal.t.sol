// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ParticipantStatus, PayableState, Terms} from "../src/types/Types.sol";
import {OriginationKit} from "./OriginationKit.sol";

/// dispute(), withdrawDispute(), decline(), withdraw()
/// ├── when the caller is not the party whose act it is
/// │   └── it should revert
/// └── else
///     └── it should change the state alone: terms and parties stay
contract Origination_Decide_Test is OriginationKit {
    function test_RevertWhen_NotTheDebtor() external {
        (uint256 payableId,) = _proposed();
        address[3] memory others = [rivalDebtor, supplier, bank];
        for (uint256 i; i < others.length; ++i) {
            bytes memory refusal =
                abi.encodeWithSelector(IOrigination.PayableNotDebtor.selector, payableId, others[i], debtor);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            origination.dispute(payableId, "reason");
            vm.expectRevert(refusal);
            origination.decline(payableId, "reason");
            vm.stopPrank();
        }
        vm.prank(debtor);
        origination.dispute(payableId, "reason");
        for (uint256 i; i < others.length; ++i) {
            bytes memory refusal =
                abi.encodeWithSelector(IOrigination.PayableNotDebtor.selector, payableId, others[i], debtor);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            origination.withdrawDispute(payableId);
            vm.expectRevert(refusal);
            origination.decline(payableId, "reason");
            vm.stopPrank();
        }
    }

    function test_RevertWhen_NotTheSupplier() external {
        (uint256 payableId,) = _proposed();
        address[3] memory others = [supplier2, debtor, bank];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableNotSupplier.selector, others[i], supplier));
            vm.prank(others[i]);
            origination.withdraw(payableId);
        }
    }

    function test_RevertGiven_CallerNotActive() external {
        (uint256 payableId, Terms memory terms) = _proposed();
        _suspend(debtor);
        _suspend(supplier);
        bytes memory refusal = _notActive(debtor, ParticipantStatus.Suspended);
        vm.startPrank(debtor);
        vm.expectRevert(refusal);
        origination.dispute(payableId, "reason");
        vm.expectRevert(refusal);
        origination.withdrawDispute(payableId);
        vm.expectRevert(refusal);
        origination.decline(payableId, "reason");
        refusal = _notActive(supplier, ParticipantStatus.Suspended);
        vm.startPrank(supplier);
        vm.expectRevert(refusal);
        origination.withdraw(payableId);
        vm.expectRevert(refusal);
        origination.credit(payableId, terms, 1, "note");
        vm.expectRevert(refusal);
        origination.refuseIssued(payableId, terms);
    }

    function test_Decide() external {
        (uint256 payableId, Terms memory terms) = _proposed();
        vm.startPrank(debtor);
        vm.expectEmit(address(origination));
        emit IOrigination.ProposalDisputed(payableId, "reason");
        origination.dispute(payableId, "reason");
        _assertProposal(payableId, terms, PayableState.Disputed);

        vm.expectEmit(address(origination));
        emit IOrigination.ProposalDisputeWithdrawn(payableId);
        origination.withdrawDispute(payableId);
        _assertProposal(payableId, terms, PayableState.Proposed);

        vm.expectEmit(address(origination));
        emit IOrigination.ProposalDeclined(payableId, "reason");
        origination.decline(payableId, "reason");
        _assertProposal(payableId, terms, PayableState.Declined);
        vm.stopPrank();

        payableId = _propose(terms);
        vm.expectEmit(address(origination));
        emit IOrigination.ProposalWithdrawn(payableId);
        vm.prank(supplier);
        origination.withdraw(payableId);
        _assertProposal(payableId, terms, PayableState.Cancelled);
        _foldLogs();
        _assertJournals();
    }

    function _assertProposal(uint256 payableId, Terms memory terms, PayableState expected) internal view {
        (address by, address to, PayableState state, bytes22 hash) = origination.proposalOf(payableId);
        assertEq(by, terms.supplier);
        assertEq(to, terms.debtor);
        assertEq(uint256(state), uint256(expected));
        assertEq(hash, _termsHash(terms));
    }
}

/// credit()
/// ├── when the terms are not those proposed
/// │   └── it should revert
/// ├── when the caller is not the supplier
/// │   └── it should revert
/// ├── when the amount is nothing, all or more
/// │   └── it should revert
/// └── else
///     ├── it should lower the face value alone
///     └── it should leave the state as it is
contract Origination_Credit_Test is OriginationKit {
    function test_RevertWhen_TermsDiffer() external {
        (uint256 payableId, Terms memory terms) = _proposed();
        vm.startPrank(supplier);
        for (uint256 field; field < TERMS_FIELDS; ++field) {
            vm.expectRevert(_termsDiffer(payableId));
            origination.credit(payableId, _changed(terms, field), 1, "note");
        }
    }

    function test_RevertWhen_NotTheSupplier() external {
        (uint256 payableId, Terms memory terms) = _proposed();
        address[3] memory others = [supplier2, debtor, bank];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableNotSupplier.selector, others[i], supplier));
            vm.prank(others[i]);
            origination.credit(payableId, terms, 1, "note");
        }
    }

    function testFuzz_Credit(uint56 faceValue, uint56 amount, bool disputed) external {
        Terms memory terms = _terms();
        terms.faceValue = uint56(bound(faceValue, 1, MAX_AMOUNT));
        uint256 payableId = _propose(terms);
        if (disputed) {
            vm.prank(debtor);
            origination.dispute(payableId, "reason");
        }
        if (amount == 0 || amount >= terms.faceValue) {
            vm.expectRevert(
                abi.encodeWithSelector(IOrigination.CreditOutOfRange.selector, payableId, amount, terms.faceValue)
            );
            vm.prank(supplier);
            origination.credit(payableId, terms, amount, "note");
            return;
        }
        _credit(payableId, terms, amount);
        _assertState(payableId, disputed ? PayableState.Disputed : PayableState.Proposed, "as it was");
    }

    function test_RevertWhen_AmountOutOfRange() external {
        Terms memory terms = _terms();
        terms.faceValue = 3;
        uint256 payableId = _propose(terms);
        uint56[4] memory amounts = [uint56(0), 3, 4, type(uint56).max];
        vm.startPrank(supplier);
        for (uint256 i; i < amounts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOrigination.CreditOutOfRange.selector, payableId, amounts[i], 3));
            origination.credit(payableId, terms, amounts[i], "note");
        }
        vm.stopPrank();
        _credit(payableId, terms, 2);
    }

    function test_Credit_OneAfterTheOther() external {
        (uint256 payableId, Terms memory terms) = _proposed();
        for (uint256 i; i < 3; ++i) {
            _credit(payableId, terms, 1000);
            terms.faceValue -= 1000;
        }
        vm.prank(debtor);
        uint256 root = origination.confirm(payableId, terms);
        _assertPiece(root, supplier, 0, FACE - 3000, 0);
        _foldLogs();
        _assertJournals();
    }

    function _credit(uint256 payableId, Terms memory terms, uint56 amount) internal {
        Terms memory lowered = _copy(terms);
        lowered.faceValue -= amount;
        vm.expectEmit(address(origination));
        emit IOrigination.ProposalCredited(payableId, amount, lowered.faceValue, "note");
        vm.prank(supplier);
        origination.credit(payableId, terms, amount, "note");
        (address by, address to,, bytes22 hash) = origination.proposalOf(payableId);
        assertEq(by, supplier);
        assertEq(to, debtor);
        assertEq(hash, _termsHash(lowered));
    }
}

/// @title Origination_Transitions_Test
/// @notice Every state of a proposal × every act: the state it leads to, or exactly why not.
///
/// READING
/// @dev A row of the table says what an act makes of a payable in each state, in the order of `State`. `None` is a
/// refusal by {Origination}, with the state that the act asks for.
contract Origination_Transitions_Test is OriginationKit {
    enum State {
        Nothing,
        Proposed,
        Disputed,
        Declined,
        Withdrawn,
        Confirmed,
        Issued,
        Settled,
        Cancelled,
        Refused
    }

    enum Act {
        Confirm,
        ConfirmBatch,
        ConfirmBySignature,
        Dispute,
        WithdrawDispute,
        Decline,
        Withdraw,
        Credit,
        Cancel,
        RefuseIssued
    }

    PayableState internal constant NO = PayableState.None;

    uint256 internal _id;
    Terms internal _its;

    function test_EveryActInEveryState() external {
        for (uint256 a; a <= uint256(type(Act).max); ++a) {
            PayableState[10] memory row = _row(Act(a));
            for (uint256 s; s <= uint256(type(State).max); ++s) {
                uint256 snapshot = vm.snapshotState();
                _bring(State(s));
                _try(Act(a), State(s), row[s]);
                vm.revertToState(snapshot);
            }
        }
    }

    /// @dev Whatever became of it, the id is not used again.
    function test_NoStateIsProposedOrIssuedAgain() external {
        for (uint256 s = 1; s <= uint256(type(State).max); ++s) {
            uint256 snapshot = vm.snapshotState();
            _bring(State(s));
            Terms memory fresh = _terms();
            bool suppliers = _id == origination.payableIdOf(supplier, "salt");
            vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableAlreadyExists.selector, _id));
            vm.prank(suppliers ? supplier : debtor);
            if (suppliers) origination.propose("salt", fresh);
            else origination.issue("salt", fresh);
            vm.revertToState(snapshot);
        }
    }

    /* THE TABLE */

    // forgefmt: disable-next-item
    function _row(Act act) internal pure returns (PayableState[10] memory) {
        PayableState P = PayableState.Proposed;
        PayableState D = PayableState.Disputed;
        PayableState X = PayableState.Declined;
        PayableState C = PayableState.Confirmed;
        PayableState E = PayableState.Cancelled;
        //                              Nothing Proposed Disputed Declined Withdrawn Confirmed Issued Settled Cancelled Refused
        if (act == Act.Confirm)            return [NO, C,  NO, NO, NO, NO, NO, NO, NO, NO];
        if (act == Act.ConfirmBatch)       return [NO, C,  NO, NO, NO, NO, NO, NO, NO, NO];
        if (act == Act.ConfirmBySignature) return [NO, C,  NO, NO, NO, NO, NO, NO, NO, NO];
        if (act == Act.Dispute)            return [NO, D,  NO, NO, NO, NO, NO, NO, NO, NO];
        if (act == Act.WithdrawDispute)    return [NO, NO, P,  NO, NO, NO, NO, NO, NO, NO];
        if (act == Act.Decline)            return [NO, X,  X,  NO, NO, NO, NO, NO, NO, NO];
        if (act == Act.Withdraw)           return [NO, E,  E,  NO, NO, NO, NO, NO, NO, NO];
        if (act == Act.Credit)             return [NO, P,  D,  NO, NO, NO, NO, NO, NO, NO];
        // {Receivables} has the last word on what is confirmed.
        if (act == Act.Cancel)             return [NO, NO, NO, NO, NO, E,  E,  C,  NO, NO];
        return                                    [NO, NO, NO, NO, NO, C,  E,  C,  NO, NO];
    }

    function _required(Act act) internal pure returns (PayableState) {
        if (act == Act.WithdrawDispute) return PayableState.Disputed;
        return act == Act.Cancel || act == Act.RefuseIssued ? PayableState.Confirmed : PayableState.Proposed;
    }

    function _try(Act act, State state, PayableState next) internal {
        PayableState current = _stateOf(_id);
        if (next == NO) {
            vm.expectRevert(_invalidState(_id, current, _required(act)));
        } else if (state == State.Settled) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IReceivables.PayableInvalidState.selector, _id, PayableState.Settled, PayableState.Confirmed
                )
            );
        } else if (state == State.Confirmed && act == Act.RefuseIssued) {
            vm.expectRevert(abi.encodeWithSelector(IReceivables.RefusalWaived.selector, _id << 32 | 1));
        }
        _do(act);
        string memory what = string.concat(vm.toString(uint256(act)), " in ", vm.toString(uint256(state)));
        _assertState(_id, next == NO ? current : next, what);
        uint256 claimant = _stateOf(_id) == PayableState.Confirmed ? _id : 0;
        assertEq(origination.claimedBy(_its.invoiceFingerprint), claimant, what);
    }

    function _do(Act act) internal {
        uint64 deadline = uint64(block.timestamp);
        Terms memory terms = _its;
        if (act == Act.ConfirmBySignature) {
            bytes memory signature = _signConfirmation(address(origination), debtor, _id, terms, _programme(), deadline);
            origination.confirmBySignature(_id, terms, deadline, signature);
            return;
        }
        bytes memory consent = _signCancellation(address(origination), supplier, _id, deadline);
        bool suppliers = act == Act.Withdraw || act == Act.Credit || act == Act.RefuseIssued;
        vm.prank(suppliers ? supplier : debtor);
        if (act == Act.Confirm) origination.confirm(_id, terms);
        if (act == Act.ConfirmBatch) _confirmBatch(terms);
        if (act == Act.Dispute) origination.dispute(_id, "reason");
        if (act == Act.WithdrawDispute) origination.withdrawDispute(_id);
        if (act == Act.Decline) origination.decline(_id, "reason");
        if (act == Act.Withdraw) origination.withdraw(_id);
        if (act == Act.Credit) origination.credit(_id, terms, 1, "note");
        if (act == Act.Cancel) origination.cancel(_id, terms, deadline, consent);
        if (act == Act.RefuseIssued) origination.refuseIssued(_id, terms);
    }

    function _confirmBatch(Terms memory terms) internal {
        uint256[] memory ids = new uint256[](1);
        Terms[] memory all = new Terms[](1);
        (ids[0], all[0]) = (_id, terms);
        origination.confirmBatch(ids, all);
    }

    /// @dev From nothing to the state, by the acts that lead there.
    function _bring(State state) internal {
        _its = _terms();
        bool issued = state == State.Issued || state == State.Refused;
        _id = origination.payableIdOf(issued ? debtor : supplier, "salt");
        if (state == State.Nothing) return;
        if (issued) {
            vm.prank(debtor);
            origination.issue("salt", _its);
        } else {
            vm.prank(supplier);
            origination.propose("salt", _its);
        }
        if (state == State.Disputed) _do(Act.Dispute);
        if (state == State.Declined) _do(Act.Decline);
        if (state == State.Withdrawn) _do(Act.Withdraw);
        if (state == State.Refused) _do(Act.RefuseIssued);
        if (state == State.Confirmed || state == State.Settled || state == State.Cancelled) _do(Act.Confirm);
        if (state == State.Settled) _pay(_id, FACE);
        if (state == State.Cancelled) _do(Act.Cancel);
    }
}
