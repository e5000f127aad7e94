// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {DepositToken} from "../src/DepositToken.sol";
import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {Part, ParticipantStatus, PayableState, SkipReason} from "../src/types/Types.sol";
import {SettlementKit} from "./SettlementKit.sol";

/// Recourse: claimRecourse(), repurchase()
/// ├── given the payable is not overdue, nobody answers, or there is no such piece
/// │   └── it should revert
/// ├── when the caller does not hold the piece
/// │   └── it should revert: a claim is the holder's
/// ├── when token, signer or holder are not those of the signature
/// │   └── it should revert
/// ├── given holds stand on the piece, or the endorser may not act
/// │   └── it should revert
/// ├── given the holder may not be paid
/// │   └── it should set the price aside
/// ├── given the endorser handed the piece on to the same holder again
/// │   └── it should buy it back again, by a signature of then
/// └── else
///     ├── it should go up the chain, endorser by endorser, through a split
///     └── it should cost the value less the principal drawn; what is undrawn goes along
contract Settlement_Recourse_Test is SettlementKit {
    /// @dev 40 % of the payable: supplier → supplier2 → supplier3 → financier, each with recourse, twice by a split.
    uint256 internal piece;

    function setUp() public override {
        super.setUp();
        uint256 child = _splitTo(root, supplier2, 60_000_000, true);
        piece = _splitTo(child, supplier3, 40_000_000, true);
        _handOn(piece, financier, true);
        _credit(supplier, FACE);
        _credit(supplier2, FACE);
        _credit(supplier3, FACE);
    }

    function test_RevertGiven_NotOverdue() external {
        _onDay(DUE);
        bytes memory refusal = abi.encodeWithSelector(ISettlement.PayableNotOverdue.selector, id, DUE, DUE);
        _claimRefused(piece, financier, refusal);
        _repurchaseRefused(piece, supplier3, 40_000_000, refusal);
        _onDay(DUE + 1);
        _pay(id, FACE + 50_000);
        refusal = abi.encodeWithSelector(ISettlement.PayableNotOverdue.selector, id, DUE, DUE + 1);
        _claimRefused(piece, financier, refusal);
        _repurchaseRefused(piece, supplier3, 40_000_000, refusal);
    }

    function test_RevertGiven_NobodyAnswers() external {
        _onDay(DUE + 1);
        bytes memory refusal = abi.encodeWithSelector(IReceivables.RecourseNone.selector, root);
        _claimRefused(root, supplier, refusal);
        _repurchaseRefused(root, debtor, 40_000_000, refusal);
    }

    function test_RevertWhen_Unknown() external {
        _onDay(DUE + 1);
        _claimRefused(77, financier, _notFound(77));
        uint256 gone = id << 32 | 99;
        _repurchaseRefused(gone, supplier3, 1, _notFound(gone));
        _repurchaseRefused(77, supplier3, 1, abi.encodeWithSelector(ISettlement.SettlementPayableUnknown.selector, 0));
    }

    function test_RevertWhen_NotHolder() external {
        _onDay(DUE + 1);
        _claimRefused(
            piece,
            supplier2,
            abi.encodeWithSelector(ISettlement.RedemptionNotHolder.selector, piece, supplier2, financier)
        );
        _claimRefused(
            piece,
            stranger,
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, stranger, ParticipantStatus.None)
        );
    }

    function test_ItShouldGiveNotice() external {
        _pay(id, 10_000_000);
        _redeem(piece);
        _onDay(DUE + 1);
        vm.expectEmit(address(settlement));
        emit ISettlement.RecourseClaimed(piece, financier, supplier3, 36_000_000);
        vm.prank(financier);
        settlement.claimRecourse(piece);
        _foldLogs();
        _assertJournals();
    }

    function test_RevertWhen_TokenNotAccepted() external {
        DepositToken second = _secondToken();
        _onDay(DUE + 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.PaymentTokenNotAccepted.selector, id, address(second)));
        settlement.repurchase(piece, address(second), block.timestamp + 1, "");
    }

    function test_RevertWhen_SignedSomethingElse() external {
        _onDay(DUE + 1);
        bytes memory refusal = abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, supplier3);
        _repurchaseRefused(piece, supplier2, 40_000_000, refusal);
        _repurchaseRefused(piece, supplier3, 39_999_999, refusal);
        // Signed towards the financier; by now supplier3 answers to another holder.
        bytes memory signature = _signRepurchase(piece, supplier3, 40_000_000);
        _handOn(piece, supplier3, false);
        _handOn(piece, financier2, true);
        vm.expectRevert(refusal);
        settlement.repurchase(piece, address(cash), block.timestamp + 1 hours, signature);
        _repurchase(piece, supplier3, 40_000_000);
    }

    function test_RevertGiven_HoldsStand() external {
        _onDay(DUE + 1);
        _freeze(financier, id, 1);
        _repurchaseRefused(
            piece,
            supplier3,
            40_000_000,
            abi.encodeWithSelector(IReceivables.ReceivableHeld.selector, piece, 40_000_000, 0)
        );
    }

    function test_RevertGiven_EndorserMayNotAct() external {
        _onDay(DUE + 1);
        _suspend(supplier3);
        _repurchaseRefused(
            piece,
            supplier3,
            40_000_000,
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, supplier3, ParticipantStatus.Suspended)
        );
    }

    function test_GivenTheHolderMayNotBePaid_ItShouldSetThePriceAside() external {
        _onDay(DUE + 1);
        _suspend(financier);
        vm.expectEmit(address(settlement));
        emit ISettlement.ReceivableRepurchased(piece, supplier3, financier, address(cash), 40_000_000);
        vm.expectEmit(address(settlement));
        emit ISettlement.CashSetAside(piece, financier, address(cash), 40_000_000);
        _repurchase(piece, supplier3, 40_000_000);
        _assertOwes(cash, 0, piece, financier, 40_000_000);
        assertEq(receivables.ownerOf(piece), supplier3);
        _reinstate(financier);
        settlement.releaseSetAside(piece, financier, address(cash));
        assertEq(cash.balanceOf(financier), 10 * FACE + 40_000_000);
    }

    function test_ItShouldBuyBackAgain() external {
        _onDay(DUE + 1);
        _repurchase(piece, supplier3, 40_000_000);
        _handOn(piece, financier, true);
        _repurchaseRefused(
            piece,
            supplier3,
            40_000_000,
            abi.encodeWithSelector(
                IDepositToken.AuthorizationAlreadyUsed.selector,
                supplier3,
                settlement.repurchaseNonce(piece, financier, block.timestamp + 1 hours)
            )
        );
        skip(1);
        _repurchase(piece, supplier3, 40_000_000);
        assertEq(receivables.ownerOf(piece), supplier3);
        assertEq(cash.balanceOf(financier), 10 * FACE + 80_000_000);
    }

    function test_ItShouldGoUpTheChain() external {
        _onDay(DUE + 1);
        vm.expectEmit(address(settlement));
        emit ISettlement.ReceivableRepurchased(piece, supplier3, financier, address(cash), 40_000_000);
        _repurchase(piece, supplier3, 40_000_000);
        assertEq(cash.balanceOf(financier), 10 * FACE + 40_000_000);
        assertEq(cash.balanceOf(supplier3), FACE - 40_000_000);
        assertEq(receivables.pieceOf(piece).endorser, supplier2);

        vm.expectEmit(address(settlement));
        emit ISettlement.RecourseClaimed(piece, supplier3, supplier2, 40_000_000);
        vm.prank(supplier3);
        settlement.claimRecourse(piece);
        _repurchase(piece, supplier2, 40_000_000);
        _repurchase(piece, supplier, 40_000_000);
        assertEq(receivables.ownerOf(piece), supplier);
        assertEq(cash.balanceOf(supplier2), FACE);
        assertEq(cash.balanceOf(supplier), FACE - 40_000_000);
        _repurchaseRefused(piece, debtor, 40_000_000, abi.encodeWithSelector(IReceivables.RecourseNone.selector, piece));
        _assertOwes(cash, 0, 0, address(0), 0);
        _foldLogs();
        _assertJournals();
    }

    /// @dev 10 % paid, 4,000,000 of it drawn; then 10 % more with interest, which goes along.
    function test_ItShouldCostWhatIsOutstanding() external {
        _pay(id, 10_000_000);
        _redeem(piece);
        _onDay(DUE + 1);
        _pay(id, 10_045_000);
        assertEq(settlement.repurchasePrice(piece), 36_000_000);
        assertEq(settlement.dueOf(piece), 4_018_000);
        _repurchase(piece, supplier3, 36_000_000);
        assertEq(settlement.dueOf(piece), 4_018_000);
        assertEq(_redeem(piece), 4_018_000);
        assertEq(cash.balanceOf(supplier3), FACE - 36_000_000 + 4_018_000);
        assertEq(settlement.repurchasePrice(piece), 32_000_000);
    }

    function _claimRefused(uint256 receivableId, address caller, bytes memory refusal) internal {
        vm.expectRevert(refusal);
        vm.prank(caller);
        settlement.claimRecourse(receivableId);
    }

    function _repurchaseRefused(uint256 receivableId, address endorser, uint56 price, bytes memory refusal) internal {
        bytes memory signature = _signRepurchase(receivableId, endorser, price);
        vm.expectRevert(refusal);
        settlement.repurchase(receivableId, address(cash), block.timestamp + 1 hours, signature);
    }
}

/// writeOff(), recover(), closeRecovery()
/// ├── when the caller is not the operator, there is no such payable, or it is too early
/// │   └── it should revert
/// ├── given the payable is closed, or the recovery is not open
/// │   └── it should revert
/// ├── when more is recovered than was written off, or in another token, or without the payer's signature
/// │   └── it should revert
/// ├── while the recovery is open
/// │   └── it should share what came in, rounded down, and keep the pieces whole
/// └── once it is full, or the operator closed it
///     └── it should share it to the unit and end the pieces, those that are worth nothing too
contract Settlement_WriteOff_Test is SettlementKit {
    function test_RevertWhen_NotOperator() external {
        _onDay(DUE + 90);
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, debtor);
        vm.expectRevert(refusal);
        vm.prank(debtor);
        settlement.writeOff(id, "reason");
        vm.expectRevert(refusal);
        vm.prank(debtor);
        settlement.closeRecovery(id, "reason");
    }

    function test_RevertWhen_Unknown() external {
        bytes memory refusal = abi.encodeWithSelector(ISettlement.SettlementPayableUnknown.selector, 77);
        vm.startPrank(operator);
        vm.expectRevert(refusal);
        settlement.writeOff(77, "reason");
        vm.expectRevert(refusal);
        settlement.closeRecovery(77, "reason");
        vm.expectRevert(refusal);
        settlement.recover(77, debtor, address(cash), 1, "reference", block.timestamp + 1, "");
        vm.stopPrank();
    }

    function test_RevertWhen_TooEarly() external {
        assertEq(settlement.WRITE_OFF_DAYS(), 90);
        _onDay(DUE + 89);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.WriteOffTooEarly.selector, id, DUE + 90, DUE + 89));
        vm.prank(operator);
        settlement.writeOff(id, "reason");
    }

    function test_RevertGiven_Closed() external {
        _pay(id, FACE);
        _onDay(DUE + 90);
        vm.expectRevert(
            abi.encodeWithSelector(
                IReceivables.PayableInvalidState.selector, id, PayableState.Settled, PayableState.Confirmed
            )
        );
        vm.prank(operator);
        settlement.writeOff(id, "reason");
    }

    function test_ItShouldGiveUpWhatIsOutstanding() external {
        _pay(id, 60);
        vm.expectEmit(address(receivables));
        emit IReceivables.PayableWrittenOff(id, FACE - 60, "reason");
        _writeOff();
        assertEq(uint8(receivables.payableOf(id).state), uint8(PayableState.WrittenOff));
        assertEq(settlement.dueOf(root), 60);
    }

    /* RECOVERY */

    function test_RevertGiven_RecoveryNotOpen() external {
        bytes memory refusal = abi.encodeWithSelector(ISettlement.RecoveryNotOpen.selector, id);
        _recoverRefused(debtor, 1, refusal);
        vm.expectRevert(refusal);
        vm.prank(operator);
        settlement.closeRecovery(id, "reason");

        _writeOff();
        _closeRecovery();
        _recoverRefused(debtor, 1, refusal);
        vm.expectRevert(refusal);
        vm.prank(operator);
        settlement.closeRecovery(id, "reason");
    }

    function test_RevertWhen_RecoveryIsOff() external {
        _pay(id, 60);
        _writeOff();
        _recoverRefused(debtor, 0, abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, 0, 1, MAX_AMOUNT));
        _recover(40);
        _recoverRefused(
            debtor, FACE - 99, abi.encodeWithSelector(ISettlement.RecoveryTooMuch.selector, id, FACE - 99, FACE - 100)
        );
        DepositToken second = _secondToken();
        vm.expectRevert(abi.encodeWithSelector(ISettlement.PaymentTokenNotAccepted.selector, id, address(second)));
        settlement.recover(id, debtor, address(second), 1, "reference", block.timestamp + 1, "");
    }

    function test_RevertWhen_SignedSomethingElse() external {
        _writeOff();
        bytes memory signature = _signRecovery(debtor, cash, 60, "reference");
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, debtor));
        settlement.recover(id, debtor, address(cash), 60, "another", block.timestamp + 1 hours, signature);
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, financier));
        settlement.recover(id, financier, address(cash), 60, "reference", block.timestamp + 1 hours, signature);
        settlement.recover(id, debtor, address(cash), 60, "reference", block.timestamp + 1 hours, signature);
    }

    /// @dev Three thirds; an insurer pays too. Principal 100 was paid in before.
    function test_ItShouldShareWhatIsRecovered() external {
        uint256 last = _splitTo(root, supplier3, 33_333_334);
        uint256 middle = _splitTo(root, supplier2, 33_333_333);
        uint256[] memory all = _ids(root, last, middle);
        _pay(id, 100);
        _writeOff();
        bytes32 recoveryReference = "reference";
        bytes memory signature = _signRecovery(financier, cash, 70, recoveryReference);
        vm.expectEmit(address(settlement));
        emit ISettlement.RecoveryReceived(id, financier, address(cash), 70, recoveryReference);
        settlement.recover(id, financier, address(cash), 70, recoveryReference, block.timestamp + 1 hours, signature);
        settlement.redeemBatch(all);
        _assertDrawn(root, 33, 0, 23);
        _assertDrawn(middle, 33, 0, 23);
        _assertDrawn(last, 34, 0, 23);
        _assertOwes(cash, 1, 0, address(0), 0);

        _recover(30);
        vm.expectEmit(address(settlement));
        emit ISettlement.RecoveryClosed(id, 100, "reason");
        _closeRecovery();
        settlement.redeemBatch(all);
        assertEq(cash.balanceOf(supplier), 66);
        assertEq(cash.balanceOf(supplier2), 66);
        assertEq(cash.balanceOf(supplier3), 68);
        for (uint256 i; i < 3; ++i) {
            _assertGone(all[i]);
        }
        _assertOwes(cash, 0, 0, address(0), 0);
        _foldLogs();
        _assertJournals();
    }

    function test_WhenItIsFull_ItShouldCloseItself() external {
        _pay(id, 60);
        _writeOff();
        _recover(40);
        bytes memory signature = _signRecovery(debtor, cash, FACE - 100, "reference");
        vm.expectEmit(address(settlement));
        emit ISettlement.RecoveryClosed(id, FACE - 60, 0);
        settlement.recover(id, debtor, address(cash), FACE - 100, "reference", block.timestamp + 1 hours, signature);
        assertEq(_redeem(root), FACE);
        _assertGone(root);
    }

    function test_GivenTheDebtorIsSuspended_ItShouldTakeTheMoney() external {
        _writeOff();
        _suspend(debtor);
        _recover(60);
        assertEq(settlement.dueOf(root), 60);
    }

    /// @dev A parked piece draws its share in cash: nothing is netted after the write-off.
    function test_GivenPartCameBack_ItShouldDrawInCash() external {
        uint256 parked = _park(root, 40_000_000);
        _writeOff();
        _recover(100);
        vm.prank(debtor);
        assertEq(settlement.redeem(parked), 40);
        assertEq(_redeem(root), 60);
    }

    function test_GivenNothingCameIn_ThereShouldBeNothingToDraw() external {
        _writeOff();
        vm.expectRevert(abi.encodeWithSelector(ISettlement.RedemptionNothingDue.selector, root));
        vm.prank(supplier);
        settlement.redeem(root);
        _closeRecovery();
        assertEq(settlement.dueOf(root), 0);
    }

    /// @dev What is worth no more is cleared away by its holder or a keeper: held, its holder suspended, its token paused.
    function test_GivenNothingMoreComes_ItShouldEndTheWorthless() external {
        uint256 second = _splitTo(root, supplier2, FACE / 4);
        uint256 third = _splitTo(root, supplier3, FACE / 4);
        uint256 parked = _park(root, FACE / 4);
        _writeOff();
        _recover(1);
        settlement.redeemBatch(_ids(root, second, third));
        _assertDrawn(root, 0, 0, 0);
        _closeRecovery();
        assertEq(settlement.dueOf(second), 1, "the whole unit falls to the end of the line");
        _freeze(supplier3, id, 1);
        _suspend(supplier3);
        _pause(cash);

        _expectWorthless(root, supplier, FACE / 4);
        assertEq(_redeem(root), 0);
        vm.expectEmit(address(settlement));
        emit ISettlement.RedemptionSkipped(second, SkipReason.TokenPaused);
        _expectWorthless(third, supplier3, FACE / 4);
        _expectWorthless(parked, debtor, FACE / 4);
        settlement.redeemBatch(_ids(second, third, parked));
        _assertGone(root);
        _assertGone(third);
        _assertGone(parked);
        assertEq(receivables.balanceOf(supplier3), 0);

        _resume(cash);
        assertEq(_redeem(second), 1);
        _assertGone(second);
        _assertOwes(cash, 0, root, supplier, 0);
        _foldLogs();
        _assertJournals();
    }

    /// @dev A piece that drew all of its share while more could come draws its last afterwards, and leaves nothing behind.
    function test_GivenItDrewAllBefore_ItShouldEnd() external {
        _writeOff();
        _recover(60);
        assertEq(_redeem(root), 60);
        _assertDrawn(root, 0, 0, 60);
        _closeRecovery();
        _expectWorthless(root, supplier, FACE);
        assertEq(_redeem(root), 0);
        _assertDrawn(root, 0, 0, 0);
        _assertGone(root);
        vm.expectRevert(_notFound(root));
        vm.prank(supplier);
        settlement.redeem(root);
    }

    function _expectWorthless(uint256 receivableId, address holder, uint56 value) private {
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableRedeemed(receivableId, holder, value);
        vm.expectEmit(address(settlement));
        emit ISettlement.ReceivableDrawn(receivableId, holder, 0, 0, 0, true);
    }

    /// @dev A piece that has drawn of the recovery cannot be divided any more, even where no principal was ever paid in.
    function test_AfterTheWriteOff_PiecesShouldStayWhole() external {
        _writeOff();
        _recover(100);
        assertEq(_redeem(root), 100);
        Part[] memory parts = new Part[](1);
        parts[0] = Part(supplier2, FACE / 2, false);
        vm.expectRevert(
            abi.encodeWithSelector(
                IReceivables.PayableInvalidState.selector, id, PayableState.WrittenOff, PayableState.Confirmed
            )
        );
        vm.prank(supplier);
        receivables.split(root, parts);
    }

    function _recoverRefused(address payer, uint56 amount, bytes memory refusal) internal {
        bytes memory signature = _signRecovery(payer, cash, amount, "reference");
        vm.expectRevert(refusal);
        settlement.recover(id, payer, address(cash), amount, "reference", block.timestamp + 1 hours, signature);
    }
}
