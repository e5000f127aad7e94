// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IDiscounting} from "../src/interfaces/IDiscounting.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {Fee, ParticipantStatus, Quote, Roles} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// @notice A confirmed payable whose supplier has a quote for all of it, and how a refusal is expected.
abstract contract DiscountingTest is BaseTest {
    uint256 internal root;
    Quote internal quote;
    address internal arranger;

    function setUp() public virtual override {
        super.setUp();
        root = _confirmed();
        _setQuote(_quote(root, FACE));
        arranger = _actor("arranger");
        _admit(arranger, Roles.SUPPLIER);
    }

    /// @dev A list of structs is not copied to storage by itself.
    function _setQuote(Quote memory q) internal {
        delete quote.fees;
        (quote.receivableId, quote.supplier, quote.financier) = (q.receivableId, q.supplier, q.financier);
        (quote.depositToken, quote.value, quote.minimumTake) = (q.depositToken, q.value, q.minimumTake);
        (quote.proceeds, quote.valueDate, quote.recourse) = (q.proceeds, q.valueDate, q.recourse);
        (quote.registrationHash, quote.nonce, quote.expiry) = (q.registrationHash, q.nonce, q.expiry);
        for (uint256 i; i < q.fees.length; ++i) {
            quote.fees.push(q.fees[i]);
        }
    }

    /// @dev Signed properly by the quote's financier, and refused all the same.
    function _refused(bytes memory refusal) internal {
        _refused(quote.value, refusal);
    }

    function _refused(uint56 take, bytes memory refusal) internal {
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        _refusedWith(take, quoteSignature, cashSignature, refusal);
    }

    function _refusedWith(uint56 take, bytes memory quoteSignature, bytes memory cashSignature, bytes memory refusal)
        internal
    {
        vm.expectRevert(refusal);
        vm.prank(quote.supplier);
        discounting.accept(quote, take, quoteSignature, cashSignature);
    }

    function _invalidQuote() internal view returns (bytes memory) {
        return abi.encodeWithSelector(IDiscounting.QuoteInvalidSignature.selector, quote.financier);
    }

    function _invalidCash() internal view returns (bytes memory) {
        return abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, quote.financier);
    }

    function _used(address by, uint256 nonce) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IDiscounting.QuoteAlreadyUsed.selector, by, nonce);
    }

    function _outOfRange(uint56 take) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IDiscounting.QuoteTakeOutOfRange.selector, take, quote.minimumTake, quote.value);
    }

    function _lacksRole(address account, uint16 roles, uint16 anyOf) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantLacksRole.selector, account, roles, anyOf);
    }

    function _notActive(address account, ParticipantStatus status) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, account, status);
    }

    function _short(address account, uint256 balance, uint256 needed) internal pure returns (bytes memory) {
        return abi.encodeWithSignature("ERC20InsufficientBalance(address,uint256,uint256)", account, balance, needed);
    }
}

/// accept()
/// ├── when the caller is not the quote's supplier, or may not act as one
/// │   └── it should revert
/// ├── when the quote is expired, used, called off, or priced for another day
/// │   └── it should revert
/// ├── when proceeds, fees or the part taken lie outside their ranges
/// │   └── it should revert
/// ├── when the quote's signature is another's, or over any other value
/// │   └── it should revert
/// ├── when the cash's signature is another's or for another quote, or the cash is not there
/// │   └── it should revert, and nothing has changed hands
/// ├── given a party may not act, the money is of another currency, or a registration is missing
/// │   └── it should revert
/// ├── given the receivable is not the supplier's to give, or not worth the part
/// │   └── it should revert
/// └── else
///     ├── it should deliver the whole piece, or split off the part taken (DiscountingParts)
///     ├── it should pay proceeds and fees, and return the rest, in the same call
///     ├── it should store who answers for the debtor's default
///     └── it should keep nothing and leave no allowance
contract Discounting_Test is DiscountingTest {
    /* CALLER AND TIME */

    function test_RevertWhen_NotForCaller() external {
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteNotForCaller.selector, supplier2, supplier));
        vm.prank(supplier2);
        discounting.accept(quote, FACE, quoteSignature, cashSignature);
        vm.expectRevert(_lacksRole(financier, Roles.FINANCIER, Roles.SUPPLIER));
        vm.prank(financier);
        discounting.accept(quote, FACE, quoteSignature, cashSignature);
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        vm.prank(stranger);
        discounting.accept(quote, FACE, quoteSignature, cashSignature);
    }

    function test_RevertWhen_Expired() external {
        vm.warp(quote.expiry + 1);
        _refused(abi.encodeWithSelector(IDiscounting.QuoteExpired.selector, quote.expiry, quote.expiry + 1));
        vm.warp(quote.expiry);
        _accept(quote);
        assertEq(receivables.ownerOf(root), financier, "the last second counts");
    }

    function test_RevertGiven_UsedBefore() external {
        quote.value = FACE / 4;
        quote.minimumTake = FACE / 8;
        quote.proceeds = FACE / 5;
        _accept(quote, FACE / 8);
        _refused(_used(financier, quote.nonce));
        // Nor what was left of it, nor another quote under its nonce.
        _refused(FACE / 8, _used(financier, quote.nonce));
        quote.proceeds = 1;
        _refused(_used(financier, quote.nonce));
        quote.financier = financier2;
        _accept(quote);
        assertTrue(discounting.nonceUsed(financier2, quote.nonce), "nonces are each financier's own");
    }

    /// @dev R-14a's price is one day's; near midnight a financier prices for the next day.
    function test_RevertWhen_ValueDateOutOfRange() external {
        uint32[3] memory others = [TODAY - 1, TODAY + 2, type(uint32).max];
        for (uint256 i; i < others.length; ++i) {
            quote.valueDate = others[i];
            _refused(abi.encodeWithSelector(IDiscounting.QuoteValueDateOutOfRange.selector, others[i], TODAY));
        }
        quote.valueDate = TODAY + 1;
        _accept(quote);
    }

    /* PRICE */

    function test_RevertWhen_ProceedsOutOfRange() external {
        quote.proceeds = 0;
        _refused(abi.encodeWithSelector(IDiscounting.QuoteProceedsOutOfRange.selector, 0, 0, FACE));
        quote.proceeds = FACE + 1;
        _refused(abi.encodeWithSelector(IDiscounting.QuoteProceedsOutOfRange.selector, FACE + 1, 0, FACE));
        quote.proceeds = FACE;
        _accept(quote);
    }

    function test_RevertWhen_FeesDoNotFit() external {
        quote.proceeds = FACE - 10;
        quote.fees.push(Fee(arranger, 6));
        quote.fees.push(Fee(bank, 5));
        _refused(abi.encodeWithSelector(IDiscounting.QuoteProceedsOutOfRange.selector, FACE - 10, 11, FACE));
        quote.fees[1].amount = 4;
        _accept(quote);
        assertEq(cash.balanceOf(supplier), FACE - 10, "fees come on top");
        assertEq(cash.balanceOf(financier), 9 * FACE, "and out of the discount");
    }

    /// @dev The largest words that fit the fields: no sum overflows into a smaller one.
    function test_RevertWhen_FeesAreHuge() external {
        quote.proceeds = type(uint56).max;
        for (uint256 i; i < 4; ++i) {
            quote.fees.push(Fee(arranger, type(uint56).max));
        }
        _refused(
            abi.encodeWithSelector(
                IDiscounting.QuoteProceedsOutOfRange.selector, type(uint56).max, 4 * uint256(type(uint56).max), FACE
            )
        );
    }

    function test_RevertWhen_FeesOutOfRange() external {
        quote.fees.push(Fee(arranger, 0));
        _refused(abi.encodeWithSelector(IDiscounting.QuoteFeesOutOfRange.selector, 1, 4));
        quote.fees[0].amount = 1;
        for (uint256 i; i < 3; ++i) {
            quote.fees.push(Fee(arranger, 1));
        }
        quote.fees.push(Fee(arranger, 1));
        _refused(abi.encodeWithSelector(IDiscounting.QuoteFeesOutOfRange.selector, 5, 4));
        quote.fees.pop();
        _accept(quote);
        assertEq(cash.balanceOf(arranger), 4, "four are paid, to one receiver too");
    }

    function test_RevertWhen_TakeOutOfRange() external {
        quote.minimumTake = FACE / 2;
        _refused(FACE / 2 - 1, _outOfRange(FACE / 2 - 1));
        _refused(FACE + 1, _outOfRange(FACE + 1));
        _refused(0, _outOfRange(0));
        quote.minimumTake = 0;
        _refused(0, _outOfRange(0));
        _refused(FACE, _outOfRange(FACE));
        quote.minimumTake = FACE + 1;
        _refused(FACE, _outOfRange(FACE));
        _refused(FACE + 1, _outOfRange(FACE + 1));
    }

    function test_RevertWhen_PartBringsNothing() external {
        quote.minimumTake = 1;
        quote.proceeds = 2;
        _refused(FACE / 2 - 1, _outOfRange(FACE / 2 - 1));
        _accept(quote, FACE / 2);
        assertEq(cash.balanceOf(supplier), 1);
    }

    /* SIGNATURES */

    /// @dev Every field of the quote, altered after its financier signed it.
    function test_RevertWhen_AlteredAfterSigning(uint256 field) external {
        quote.minimumTake = FACE / 2;
        quote.fees.push(Fee(arranger, 2));
        quote.fees.push(Fee(bank, 3));
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        field = bound(field, 0, 15);
        if (field == 0) quote.receivableId = _confirmed();
        if (field == 1) quote.supplier = supplier2;
        if (field == 2) quote.financier = financier2;
        if (field == 3) quote.depositToken = address(_secondToken());
        if (field == 4) quote.value -= 1;
        if (field == 5) quote.minimumTake -= 1;
        if (field == 6) quote.proceeds += 1;
        if (field == 7) quote.valueDate += 1;
        if (field == 8) quote.recourse = true;
        if (field == 9) quote.registrationHash = "registration";
        if (field == 10) quote.nonce += 1;
        if (field == 11) quote.expiry += 1;
        if (field == 12) quote.fees[1].to = supplier;
        if (field == 13) quote.fees[0].amount -= 1;
        if (field == 14) quote.fees.pop();
        if (field == 15) (quote.fees[0], quote.fees[1]) = (Fee(bank, 3), Fee(arranger, 2));
        _refusedWith(quote.value, quoteSignature, cashSignature, _invalidQuote());
    }

    function test_RevertWhen_CashSignedOtherwise() external {
        quote.fees.push(Fee(arranger, 500));
        bytes memory quoteSignature = _signQuote(address(discounting), financier, quote);
        bytes32 nonce = _quoteHash(address(discounting), quote);
        uint256 validBefore = uint256(quote.expiry) + 1;
        bytes[5] memory signatures = [
            _signCash(cash, financier, address(discounting), quote.proceeds, validBefore, nonce),
            _signCash(cash, financier, address(discounting), _costOf(quote), validBefore + 1, nonce),
            _signCash(cash, financier, supplier, _costOf(quote), validBefore, nonce),
            _signCash(cash, financier2, address(discounting), _costOf(quote), validBefore, nonce),
            bytes("")
        ];
        for (uint256 i; i < signatures.length; ++i) {
            _refusedWith(FACE, quoteSignature, signatures[i], _invalidCash());
        }
    }

    function test_RevertGiven_FinancierLacksTheCash() external {
        vm.prank(financier);
        assertTrue(cash.transfer(financier2, 10 * FACE - quote.proceeds + 1));
        _refused(_short(financier, quote.proceeds - 1, quote.proceeds));
        assertEq(receivables.ownerOf(root), supplier, "the receivable stayed");
        assertFalse(discounting.nonceUsed(financier, quote.nonce), "the quote stays open");
    }

    /// @dev Of a part too, it must have what all would cost: that is what it signed.
    function test_RevertGiven_FinancierLacksTheWhole() external {
        quote.minimumTake = FACE / 2;
        vm.prank(financier);
        assertTrue(cash.transfer(financier2, 10 * FACE - quote.proceeds + 1));
        _refused(FACE / 2, _short(financier, quote.proceeds - 1, quote.proceeds));
    }

    /* PARTIES */

    function test_RevertGiven_PartyNotActive() external {
        address[3] memory parties = [supplier, financier, address(cash)];
        for (uint256 i; i < parties.length; ++i) {
            _suspend(parties[i]);
            _refused(_notActive(parties[i], ParticipantStatus.Suspended));
            _reinstate(parties[i]);
        }
        _accept(quote);
    }

    function test_RevertGiven_FeeReceiverMayNotAct() external {
        quote.fees.push(Fee(stranger, 1));
        _refused(_notActive(stranger, ParticipantStatus.None));
        quote.fees[0].to = suspended;
        _refused(_notActive(suspended, ParticipantStatus.Suspended));
        quote.fees[0].to = address(settlement);
        _refused(_lacksRole(address(settlement), Roles.CONTRACT, Roles.ORGANISATION));
        quote.fees[0].to = address(discounting);
        _refused(_lacksRole(address(discounting), Roles.CONTRACT, Roles.ORGANISATION));
    }

    function test_RevertWhen_PartyWithoutItsRole() external {
        quote.financier = supplier2;
        _refused(_lacksRole(supplier2, Roles.SUPPLIER, Roles.FINANCIER));
        _accept(_quote(root, FACE));
        _setQuote(_quote(root, FACE));
        quote.financier = financier2;
        assertEq(quote.supplier, financier);
        _refused(_lacksRole(financier, Roles.FINANCIER, Roles.SUPPLIER));
    }

    /// @dev A quote cannot name something else as its money: no code of a stranger is called.
    function test_RevertWhen_NotADepositToken() external {
        bytes memory cashSignature = _signQuoteCash(quote);
        quote.depositToken = supplier2;
        bytes memory quoteSignature = _signQuote(address(discounting), financier, quote);
        _refusedWith(FACE, quoteSignature, cashSignature, _lacksRole(supplier2, Roles.SUPPLIER, Roles.DEPOSIT_TOKEN));
    }

    function test_RevertGiven_TokenPaused() external {
        vm.prank(bank);
        cash.pause("reason");
        _refused(abi.encodeWithSelector(IDepositToken.DepositTokenPaused.selector, address(cash)));
        vm.prank(bank);
        cash.resume();
        _accept(quote);
    }

    /* RECEIVABLE */

    function test_RevertGiven_SupplierNoLongerHolds() external {
        vm.prank(supplier);
        receivables.transferFrom(supplier, supplier2, root);
        _refused(abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, root, supplier, supplier2));
    }

    function test_RevertGiven_PieceIsWorthLess() external {
        _splitTo(root, supplier2, FACE / 2);
        _refused(abi.encodeWithSelector(IReceivables.ReceivableInsufficientValue.selector, root, FACE, FACE / 2));
    }

    function test_RevertGiven_PaymentStarted_APartOnly() external {
        _pay(_payableOf(root), 1);
        quote.minimumTake = FACE / 2;
        _refused(FACE / 2, abi.encodeWithSelector(IReceivables.PayablePaymentStarted.selector, _payableOf(root), 1));
        _accept(quote);
        assertEq(receivables.ownerOf(root), financier, "whole, it is sold");
    }

    function test_RevertWhen_PartBelowMinimum() external {
        quote.minimumTake = 2;
        _refused(
            MINIMUM - 1, abi.encodeWithSelector(IReceivables.PieceBelowMinimum.selector, root, MINIMUM - 1, MINIMUM)
        );
    }

    /// @dev A debtor that is a financier too cannot buy its own debt.
    function test_RevertWhen_SoldToItsDebtor() external {
        vm.startPrank(operator);
        participants.close(debtor, "reason");
        participants.readmit(debtor, Roles.DEBTOR | Roles.FINANCIER, "entity");
        vm.stopPrank();
        quote.financier = debtor;
        _refused(abi.encodeWithSelector(IReceivables.ReceiverIsDebtor.selector, root, debtor));
    }

    /* SALES */

    /// @dev R-14a: 1,000,000.00 for 90 days at 4.80 % is 988,000.00.
    function test_Accept_Whole() external {
        quote.recourse = true;
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableTransferred(root, supplier, financier, supplier);
        vm.expectEmit(address(discounting));
        emit IDiscounting.QuoteAccepted(
            _quoteHash(address(discounting), quote),
            root,
            financier,
            supplier,
            root,
            address(cash),
            FACE,
            98_800_000,
            1_200_000,
            TODAY,
            true,
            0
        );
        assertEq(_accept(quote), root);

        _assertPiece(root, financier, 0, FACE, 0);
        assertEq(receivables.pieceOf(root).endorser, supplier, "R-21");
        assertFalse(receivables.pieceOf(root).refusable, "delivered against payment: no refusal (I6)");
        assertEq(cash.balanceOf(supplier), 98_800_000, "proceeds");
        assertEq(cash.balanceOf(financier), 10 * FACE - 98_800_000, "paid by the financier");
        assertEq(cash.balanceOf(address(discounting)), 0, "R-04");
        assertEq(cash.allowance(financier, address(discounting)), 0, "no allowance");
        assertTrue(discounting.nonceUsed(financier, quote.nonce));
    }

    function test_Accept_WithoutRecourse() external {
        _accept(quote);
        assertEq(receivables.pieceOf(root).endorser, address(0), "nobody answers");
    }

    /// @dev Who answered before answers no more to a buyer without recourse; with it, the chain grows.
    function test_Accept_OfAnEndorsedPiece() external {
        _handOn(root, supplier2, true);
        assertEq(receivables.pieceOf(root).endorser, supplier);
        _setQuote(_quote(root, FACE));
        quote.recourse = true;
        _accept(quote);
        assertEq(receivables.pieceOf(root).endorser, supplier2, "the nearest first");
    }

    function test_Accept_PaysFees() external {
        quote.fees.push(Fee(arranger, 200_000));
        quote.fees.push(Fee(bank, 100_000));
        bytes32 quoteHash = _quoteHash(address(discounting), quote);
        vm.expectEmit(address(discounting));
        emit IDiscounting.FeePaid(quoteHash, arranger, address(cash), 200_000);
        vm.expectEmit(address(discounting));
        emit IDiscounting.FeePaid(quoteHash, bank, address(cash), 100_000);
        _accept(quote);
        assertEq(cash.balanceOf(arranger), 200_000);
        assertEq(cash.balanceOf(bank), 100_000);
        assertEq(cash.balanceOf(supplier), 98_800_000);
        assertEq(cash.balanceOf(financier), 10 * FACE - 99_100_000);
        assertEq(cash.balanceOf(address(discounting)), 0, "R-04");
    }

    /// @dev Any number of quotes may be open side by side; the supplier takes the cheaper (R-05).
    function test_Accept_TheCheaperOfTwo() external {
        Quote memory dearer = _quote(root, FACE);
        dearer.financier = financier2;
        dearer.proceeds -= 100;
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(dearer);
        _accept(quote);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, root, supplier, financier));
        vm.prank(supplier);
        discounting.accept(dearer, FACE, quoteSignature, cashSignature);
        assertEq(cash.balanceOf(financier2), 10 * FACE, "the other keeps its cash");
    }

    function test_QuoteDigest_IsWhatAWalletSigns(uint8 count, uint256 seed) external {
        for (uint256 i; i < bound(count, 0, 6); ++i) {
            quote.fees.push(Fee(address(uint160(uint256(keccak256(abi.encode(seed, i))))), uint56(seed >> i)));
        }
        assertEq(discounting.quoteDigest(quote), _quoteHash(address(discounting), quote));
    }
}
