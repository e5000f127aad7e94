// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Receivables} from "../src/Receivables.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {CalendarLib} from "../src/libraries/CalendarLib.sol";
import {ParticipantStatus, Payable, PayableState, Roles, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";
import {StrangeWallet, TwoOfficersWallet} from "./mocks/Wallets.sol";

/// propose()
/// ├── when the caller is not the supplier of the terms
/// │   └── it should revert
/// ├── given the supplier used the salt before, whatever became of that payable
/// │   └── it should revert
/// ├── when amount, dates, fingerprint or parties are wrong
/// │   └── it should revert
/// ├── given the invoice stands behind a confirmed payable
/// │   └── it should revert, whatever amount is written on it
/// └── else
///     └── it should keep the terms, owe nothing and claim nothing
contract Receivables_Propose_Test is BaseTest {
    function test_RevertWhen_NotTheSupplier() external {
        Terms memory terms = _terms();
        vm.expectRevert(abi.encodeWithSelector(IReceivables.PayableNotSupplier.selector, supplier2, supplier));
        vm.prank(supplier2);
        receivables.propose("salt", terms);
    }

    function test_RevertGiven_SaltUsed() external {
        Terms memory terms = _terms();
        vm.prank(supplier);
        uint256 payableId = receivables.propose("salt", terms);
        bytes memory refusal = abi.encodeWithSelector(IReceivables.PayableAlreadyExists.selector, payableId);
        terms.invoiceFingerprint = _newWord();

        vm.expectRevert(refusal);
        vm.prank(supplier);
        receivables.propose("salt", terms);

        vm.prank(debtor);
        uint256 root = receivables.confirm(payableId);
        vm.expectRevert(refusal);
        vm.prank(supplier);
        receivables.propose("salt", terms);

        _pay(payableId, FACE);
        _redeem(root);
        vm.expectRevert(refusal);
        vm.prank(supplier);
        receivables.propose("salt", terms);
    }

    function test_RevertWhen_FaceOutOfRange() external {
        Terms memory terms = _terms();
        terms.faceValue = 0;
        _refused(terms, abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, 0, 1, MAX_AMOUNT));
        terms.faceValue = MAX_AMOUNT + 1;
        _refused(terms, abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, MAX_AMOUNT + 1, 1, MAX_AMOUNT));
        terms.faceValue = MAX_AMOUNT;
        _propose(terms);
    }

    function test_RevertWhen_MinimumPieceOutOfRange() external {
        Terms memory terms = _terms();
        terms.minimumPiece = MAX_AMOUNT + 1;
        _refused(terms, abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, MAX_AMOUNT + 1, 0, MAX_AMOUNT));
        terms.minimumPiece = MAX_AMOUNT;
        _propose(terms);
        terms.minimumPiece = 0;
        _propose(terms);
    }

    function test_RevertWhen_SelfDealing() external {
        _admit(address(0xBEEF), Roles.SUPPLIER | Roles.DEBTOR);
        Terms memory terms = _terms();
        terms.supplier = terms.debtor = address(0xBEEF);
        _refused(terms, abi.encodeWithSelector(IReceivables.PayableSelfDealing.selector, address(0xBEEF)));
    }

    /// @dev R-44: the day changes at 16:00:00 UTC, and a payable is due the day after today at the earliest.
    function test_RevertWhen_DueDatePast() external {
        Terms memory terms = _terms();
        terms.issueDate = TODAY - 60;
        terms.dueDate = TODAY;
        _refused(terms, abi.encodeWithSelector(IReceivables.PayableDueDatePast.selector, TODAY, TODAY));
        terms.dueDate = TODAY + 1;
        vm.warp(uint256(TODAY) * 1 days + 16 hours);
        _refused(terms, abi.encodeWithSelector(IReceivables.PayableDueDatePast.selector, TODAY + 1, TODAY + 1));
        vm.warp(uint256(TODAY) * 1 days + 16 hours - 1);
        _propose(terms);
    }

    function test_RevertWhen_IssuedInTheFuture() external {
        Terms memory terms = _terms();
        terms.issueDate = TODAY + 1;
        _refused(terms, abi.encodeWithSelector(IReceivables.PayableIssueDateFuture.selector, TODAY + 1, TODAY));
        terms.issueDate = type(uint32).max;
        _refused(terms, abi.encodeWithSelector(IReceivables.PayableIssueDateFuture.selector, type(uint32).max, TODAY));
        terms.issueDate = TODAY;
        _propose(terms);
    }

    /// @dev R-01: at most 12 calendar months, the last day included.
    function test_RevertWhen_TenorTooLong() external {
        Terms memory terms = _terms();
        uint32 latest = CalendarLib.addMonths(terms.issueDate, 12);
        terms.dueDate = latest + 1;
        _refused(terms, abi.encodeWithSelector(IReceivables.PayableTenorTooLong.selector, latest + 1, latest));
        terms.dueDate = type(uint32).max;
        _refused(terms, abi.encodeWithSelector(IReceivables.PayableTenorTooLong.selector, type(uint32).max, latest));
        terms.dueDate = latest;
        _propose(terms);
    }

    function test_RevertWhen_FingerprintMissing() external {
        Terms memory terms = _terms();
        terms.invoiceFingerprint = 0;
        _refused(terms, abi.encodeWithSelector(IReceivables.InvoiceFingerprintMissing.selector));
    }

    function test_RevertGiven_InvoiceClaimed() external {
        Terms memory terms = _terms();
        uint256 payableId = _payableOf(_confirmed(terms));
        bytes memory refusal =
            abi.encodeWithSelector(IReceivables.InvoiceAlreadyClaimed.selector, terms.invoiceFingerprint, payableId);
        _refused(terms, refusal);
        terms.faceValue += 1;
        _refused(terms, refusal);
        terms.supplier = supplier2;
        terms.debtor = rivalDebtor;
        _refused(terms, refusal);
    }

    function test_RevertWhen_PartyWithoutItsRole() external {
        Terms memory terms = _terms();
        terms.supplier = financier;
        _refused(terms, _lacksRole(financier, Roles.FINANCIER, Roles.SUPPLIER));
        terms = _terms();
        terms.debtor = supplier2;
        _refused(terms, _lacksRole(supplier2, Roles.SUPPLIER, Roles.DEBTOR));
        terms = _terms();
        terms.depositToken = bank;
        _refused(terms, _lacksRole(bank, Roles.BANK, Roles.DEPOSIT_TOKEN));
    }

    function test_RevertGiven_PartyNotActive() external {
        Terms memory terms = _terms();
        terms.supplier = suspended;
        _refused(terms, _notActive(suspended, ParticipantStatus.Suspended));
        terms = _terms();
        terms.debtor = suspended;
        _refused(terms, _notActive(suspended, ParticipantStatus.Suspended));
        terms = _terms();
        terms.depositToken = address(0x70CE);
        _refused(terms, _notActive(address(0x70CE), ParticipantStatus.None));
    }

    function test_Propose() external {
        Terms memory terms = _terms();
        uint256 payableId = receivables.payableIdOf(supplier, "salt");
        assertEq(
            payableId,
            uint256(keccak256(abi.encode(block.chainid, address(receivables), supplier, bytes32("salt")))) >> 32,
            "id"
        );
        vm.expectEmit(address(receivables));
        emit IReceivables.PayableProposed(
            payableId,
            terms.supplier,
            terms.debtor,
            terms.depositToken,
            terms.faceValue,
            terms.minimumPiece,
            terms.issueDate,
            terms.dueDate,
            terms.maximumDepth,
            terms.invoiceFingerprint,
            terms.evidenceHash
        );
        vm.prank(supplier);
        assertEq(receivables.propose("salt", terms), payableId);

        Payable memory p = receivables.payableOf(payableId);
        assertEq(uint256(p.state), uint256(PayableState.Proposed), "state");
        assertEq(abi.encode(_termsOf(p)), abi.encode(terms), "terms");
        assertEq(p.serials, 0, "pieces");
        assertEq(p.paid, 0, "paid");
        assertEq(receivables.claimedBy(terms.invoiceFingerprint), 0, "nothing is claimed by a proposal");
        assertEq(receivables.balanceOf(supplier), 0, "nothing is held");
    }

    function test_Propose_SameSaltByAnotherSupplier() external {
        Terms memory terms = _terms();
        vm.prank(supplier);
        uint256 first = receivables.propose("salt", terms);
        terms.supplier = supplier2;
        vm.prank(supplier2);
        assertNotEq(receivables.propose("salt", terms), first);
    }

    function test_PayableIds_DifferByChainAndContract() external {
        uint256 here = receivables.payableIdOf(supplier, "salt");
        Receivables other = new Receivables(participants, address(discounting), address(settlement));
        assertNotEq(other.payableIdOf(supplier, "salt"), here, "contract");
        vm.chainId(1);
        assertNotEq(receivables.payableIdOf(supplier, "salt"), here, "chain");
    }

    function _refused(Terms memory terms, bytes memory refusal) internal {
        bytes32 salt = _newWord();
        vm.expectRevert(refusal);
        vm.prank(terms.supplier);
        receivables.propose(salt, terms);
    }

    function _termsOf(Payable memory p) internal pure returns (Terms memory) {
        return Terms(
            p.supplier,
            p.debtor,
            p.depositToken,
            p.faceValue,
            p.minimumPiece,
            p.issueDate,
            p.dueDate,
            p.maximumDepth,
            p.invoiceFingerprint,
            p.evidenceHash
        );
    }

    function _lacksRole(address account, uint16 roles, uint16 anyOf) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantLacksRole.selector, account, roles, anyOf);
    }

    function _notActive(address account, ParticipantStatus status) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, account, status);
    }
}

/// confirm(), confirmBySignature()
/// ├── given the payable is not proposed
/// │   └── it should revert
/// ├── when it is not the debtor's own act: another caller, or a signature that is late, another's, or over anything else
/// │   └── it should revert
/// ├── given its due date has come, its invoice was claimed, or a party was suspended meanwhile
/// │   └── it should revert
/// └── else
///     ├── it should claim the invoice
///     └── it should give the supplier the whole line as one receivable
contract Receivables_Confirm_Test is BaseTest {
    function test_RevertGiven_NotProposed() external {
        uint256 root = _confirmed();
        uint256 payableId = _payableOf(root);
        vm.startPrank(debtor);
        vm.expectRevert(_invalidState(7, PayableState.None));
        receivables.confirm(7);
        vm.expectRevert(_invalidState(7, PayableState.None));
        receivables.confirmBySignature(7, uint64(NOON), "");
        vm.expectRevert(_invalidState(payableId, PayableState.Confirmed));
        receivables.confirm(payableId);
        vm.expectRevert(_invalidState(payableId, PayableState.Confirmed));
        receivables.confirmBySignature(payableId, uint64(NOON), "");
        vm.stopPrank();
        _pay(payableId, FACE);
        vm.expectRevert(_invalidState(payableId, PayableState.Settled));
        vm.prank(debtor);
        receivables.confirm(payableId);
    }

    /// @dev R-40: not its rival, not the supplier, not the operator.
    function test_RevertWhen_NotTheDebtor() external {
        uint256 payableId = _proposed();
        address[4] memory others = [rivalDebtor, supplier, operator, stranger];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IReceivables.PayableNotDebtor.selector, payableId, others[i], debtor)
            );
            vm.prank(others[i]);
            receivables.confirm(payableId);
        }
    }

    function test_RevertGiven_DueDateCame() external {
        Terms memory terms = _terms();
        uint256 payableId = _propose(terms);
        vm.warp(uint256(terms.dueDate) * 1 days - 8 hours);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.PayableDueDatePast.selector, terms.dueDate, terms.dueDate));
        vm.prank(debtor);
        receivables.confirm(payableId);
        vm.warp(uint256(terms.dueDate) * 1 days - 8 hours - 1);
        vm.prank(debtor);
        receivables.confirm(payableId);
    }

    /// @dev Proposed twice side by side, the amount changed by 0.01: one of them is confirmed, the other never.
    function test_RevertGiven_InvoiceClaimedMeanwhile() external {
        Terms memory terms = _terms();
        uint256 first = _propose(terms);
        terms.faceValue += 1;
        uint256 second = _propose(terms);
        terms.supplier = supplier2;
        uint256 third = _propose(terms);

        vm.startPrank(debtor);
        receivables.confirm(second);
        bytes memory refusal =
            abi.encodeWithSelector(IReceivables.InvoiceAlreadyClaimed.selector, terms.invoiceFingerprint, second);
        vm.expectRevert(refusal);
        receivables.confirm(first);
        vm.expectRevert(refusal);
        receivables.confirm(third);
        assertEq(receivables.claimedBy(terms.invoiceFingerprint), second);
    }

    function test_RevertGiven_PartySuspendedMeanwhile() external {
        uint256 payableId = _proposed();
        address[3] memory parties = [supplier, debtor, address(cash)];
        for (uint256 i; i < parties.length; ++i) {
            _suspend(parties[i]);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IParticipants.ParticipantNotActive.selector, parties[i], ParticipantStatus.Suspended
                )
            );
            vm.prank(debtor);
            receivables.confirm(payableId);
            _reinstate(parties[i]);
        }
    }

    function testFuzz_Confirm(uint64 faceValue) external {
        Terms memory terms = _terms();
        terms.faceValue = uint64(bound(faceValue, 1, MAX_AMOUNT));
        uint256 payableId = _propose(terms);

        vm.expectEmit(address(receivables));
        emit IReceivables.PayableConfirmed(payableId, payableId << 32 | 1, supplier, terms.faceValue);
        vm.prank(debtor);
        uint256 root = receivables.confirm(payableId);

        assertEq(root, payableId << 32 | 1, "id");
        _assertPiece(root, supplier, 0, terms.faceValue, 0);
        assertEq(receivables.slotOf(root), payableId, "slot");
        assertEq(receivables.pieceOf(root).parent, 0, "parent");
        assertFalse(receivables.pieceOf(root).recourse, "recourse");
        assertEq(receivables.claimedBy(terms.invoiceFingerprint), payableId, "claim");
        assertEq(uint256(receivables.payableOf(payableId).state), uint256(PayableState.Confirmed), "state");
        assertEq(receivables.payableOf(payableId).serials, 1, "pieces");
        assertEq(receivables.balanceOf(supplier), 1, "count");
    }

    /* SIGNATURE */

    function test_RevertWhen_SignedConfirmationExpired() external {
        Terms memory terms = _terms();
        uint256 payableId = _propose(terms);
        bytes memory signature = _signConfirmation(address(receivables), debtor, payableId, terms, uint64(NOON + 60));
        vm.warp(NOON + 61);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ConfirmationExpired.selector, NOON + 60, NOON + 61));
        receivables.confirmBySignature(payableId, uint64(NOON + 60), signature);
        vm.warp(NOON + 60);
        vm.prank(stranger);
        receivables.confirmBySignature(payableId, uint64(NOON + 60), signature);
        assertEq(receivables.balanceOf(supplier), 1, "anyone may bring it");
    }

    function test_RevertWhen_SignedByAnother() external {
        Terms memory terms = _terms();
        uint256 payableId = _propose(terms);
        bytes memory signature = _signConfirmation(address(receivables), rivalDebtor, payableId, terms, uint64(NOON));
        _refusedSignature(payableId, uint64(NOON), signature);
        _refusedSignature(payableId, uint64(NOON), "");
        _refusedSignature(payableId, uint64(NOON), new bytes(65));
    }

    /// @dev Every field of what is signed: payable, terms, deadline; then chain and contract.
    function test_RevertWhen_SignedSomethingElse(uint256 field) external {
        Terms memory terms = _terms();
        uint256 payableId = _propose(terms);
        field = bound(field, 0, 11);
        Terms memory signed = abi.decode(abi.encode(terms), (Terms));
        if (field == 0) signed.supplier = supplier2;
        if (field == 1) signed.debtor = rivalDebtor;
        if (field == 2) signed.depositToken = bank;
        if (field == 3) signed.faceValue -= 1;
        if (field == 4) signed.minimumPiece += 1;
        if (field == 5) signed.issueDate -= 1;
        if (field == 6) signed.dueDate -= 1;
        if (field == 7) signed.maximumDepth += 1;
        if (field == 8) signed.invoiceFingerprint = "other";
        if (field == 9) signed.evidenceHash = "other";
        uint64 deadline = field == 10 ? uint64(NOON + 1) : uint64(NOON);
        uint256 id = field == 11 ? payableId + 1 : payableId;
        _refusedSignature(
            payableId, uint64(NOON), _signConfirmation(address(receivables), debtor, id, signed, deadline)
        );
    }

    function test_RevertWhen_SignedForElsewhere() external {
        Terms memory terms = _terms();
        uint256 payableId = _propose(terms);
        bytes32 structHash = _confirmationHash(payableId, terms, uint64(NOON));
        string memory name = "scf-network Receivables";
        bytes32 otherChain = _digestOn(1, name, address(receivables), structHash);
        _refusedSignature(payableId, uint64(NOON), _sign(debtor, otherChain));
        bytes32 otherContract = _digest(name, address(settlement), structHash);
        _refusedSignature(payableId, uint64(NOON), _sign(debtor, otherContract));
    }

    function test_ConfirmBySignature_TwoOfficersOfAContractWallet() external {
        Terms memory terms = _terms();
        terms.debtor = address(new TwoOfficersWallet(_actor("officer 1"), _actor("officer 2")));
        _admit(terms.debtor, Roles.DEBTOR);
        uint256 payableId = _propose(terms);
        bytes32 digest = receivables.confirmationDigest(payableId, uint64(NOON));
        bytes memory first = _sign(_actor("officer 1"), digest);
        bytes memory second = _sign(_actor("officer 2"), digest);

        vm.expectRevert(
            abi.encodeWithSelector(IReceivables.ConfirmationInvalidSignature.selector, payableId, terms.debtor)
        );
        receivables.confirmBySignature(payableId, uint64(NOON), bytes.concat(first, first));
        uint256 root = receivables.confirmBySignature(payableId, uint64(NOON), bytes.concat(first, second));
        assertEq(receivables.ownerOf(root), supplier);
    }

    function test_RevertWhen_WalletAnswersOtherwise() external {
        StrangeWallet wallet = new StrangeWallet();
        Terms memory terms = _terms();
        terms.debtor = address(wallet);
        _admit(terms.debtor, Roles.DEBTOR);
        uint256 payableId = _propose(terms);
        bytes memory refusal =
            abi.encodeWithSelector(IReceivables.ConfirmationInvalidSignature.selector, payableId, terms.debtor);
        bytes memory yes = abi.encode(bytes4(0x1626ba7e));
        bytes[4] memory answers = [bytes(""), hex"1626ba7e", abi.encode(uint256(1)), bytes.concat(hex"01", yes)];
        for (uint256 i; i < answers.length; ++i) {
            wallet.answerWith(answers[i], false);
            vm.expectRevert(refusal);
            receivables.confirmBySignature(payableId, uint64(NOON), "");
        }
        wallet.answerWith(yes, true);
        vm.expectRevert(refusal);
        receivables.confirmBySignature(payableId, uint64(NOON), "");
        wallet.answerWith(yes, false);
        receivables.confirmBySignature(payableId, uint64(NOON), "");
    }

    function test_ConfirmationDigest_IsWhatAWalletSigns() external {
        Terms memory terms = _terms();
        uint256 payableId = _propose(terms);
        bytes32 structHash = _confirmationHash(payableId, terms, 99);
        assertEq(
            receivables.confirmationDigest(payableId, 99),
            _digest("scf-network Receivables", address(receivables), structHash)
        );
    }

    function _refusedSignature(uint256 payableId, uint64 deadline, bytes memory signature) internal {
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ConfirmationInvalidSignature.selector, payableId, debtor));
        receivables.confirmBySignature(payableId, deadline, signature);
    }

    function _invalidState(uint256 payableId, PayableState state) internal pure returns (bytes memory) {
        return
            abi.encodeWithSelector(IReceivables.PayableInvalidState.selector, payableId, state, PayableState.Proposed);
    }
}
