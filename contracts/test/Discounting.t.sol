// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IDiscounting} from "../src/interfaces/IDiscounting.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ParticipantStatus, Quote, Roles} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";
import {TwoOfficersWallet} from "./mocks/Wallets.sol";

/// accept()
/// ├── when the caller is not the supplier of the quote, or the quote is expired, used or priced outside [1, value]
/// │   └── it should revert
/// ├── when the quote's signature is another's, or over any other value, chain or contract
/// │   └── it should revert
/// ├── when the cash's signature is another's or for another quote, or the cash is not there
/// │   └── it should revert, and nothing has changed hands
/// ├── given a party may not act, or the receivable is not the supplier's, or is not worth the value
/// │   └── it should revert
/// └── else
///     ├── it should deliver the whole piece, or split off the value
///     ├── it should pay the proceeds to the supplier, in the same call
///     └── it should keep nothing and leave no allowance
contract Discounting_Test is BaseTest {
    uint256 internal root;
    Quote internal quote;

    function setUp() public override {
        super.setUp();
        root = _confirmed();
        quote = _quote(root, FACE);
    }

    /* REFUSALS */

    function test_RevertWhen_NotForCaller() external {
        address[3] memory others = [supplier2, financier, stranger];
        for (uint256 i; i < others.length; ++i) {
            (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
            vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteNotForCaller.selector, others[i], supplier));
            vm.prank(others[i]);
            discounting.accept(quote, quoteSignature, cashSignature);
        }
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
        quote.proceeds = FACE / 5;
        _accept(quote);
        bytes memory refusal = abi.encodeWithSelector(IDiscounting.QuoteAlreadyUsed.selector, financier, quote.nonce);
        _refused(refusal);
        // Another quote under the same nonce is refused as well: a financier takes a quote back by re-using its nonce.
        quote.value = FACE / 8;
        quote.proceeds = 1;
        _refused(refusal);
        quote.financier = financier2;
        _accept(quote);
        assertTrue(discounting.nonceUsed(financier2, quote.nonce), "nonces are each financier's own");
    }

    function test_RevertWhen_ProceedsOutOfRange() external {
        quote.proceeds = 0;
        _refused(abi.encodeWithSelector(IDiscounting.QuoteProceedsOutOfRange.selector, 0, FACE));
        quote.proceeds = FACE + 1;
        _refused(abi.encodeWithSelector(IDiscounting.QuoteProceedsOutOfRange.selector, FACE + 1, FACE));
        quote.proceeds = FACE;
        _accept(quote);
    }

    /// @dev Every field of the quote, altered after its financier signed it.
    function test_RevertWhen_AlteredAfterSigning(uint256 field) external {
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        field = bound(field, 0, 8);
        if (field == 0) quote.receivableId = _confirmed();
        if (field == 1) quote.supplier = supplier2;
        if (field == 2) quote.financier = financier2;
        if (field == 3) quote.depositToken = address(_secondToken());
        if (field == 4) quote.value -= 1;
        if (field == 5) quote.proceeds += 1;
        if (field == 6) quote.recourse = true;
        if (field == 7) quote.nonce += 1;
        if (field == 8) quote.expiry += 1;
        _refusedWith(quoteSignature, cashSignature, _invalidQuote());
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

    function test_RevertWhen_ValueDateAltered() external {
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        quote.valueDate -= 1;
        _refusedWith(quoteSignature, cashSignature, _invalidQuote());
    }

    function test_RevertWhen_QuoteSignedForElsewhere() external {
        bytes memory cashSignature = _signQuoteCash(quote);
        string memory name = "scf-network Discounting";
        bytes[4] memory signatures = [
            _sign(financier, _digestOn(1, name, address(discounting), _quoteStruct(quote))),
            _sign(financier, _digest(name, address(settlement), _quoteStruct(quote))),
            _signQuote(address(discounting), supplier, quote),
            bytes("")
        ];
        for (uint256 i; i < signatures.length; ++i) {
            _refusedWith(signatures[i], cashSignature, _invalidQuote());
        }
    }

    /// @dev The money of one quote cannot pay for another of the same financier, amount and supplier.
    function test_RevertWhen_CashSignedForAnotherQuote() external {
        bytes memory cashSignature = _signQuoteCash(quote);
        quote.receivableId = _confirmed();
        bytes memory quoteSignature = _signQuote(address(discounting), financier, quote);
        _refusedWith(quoteSignature, cashSignature, _invalidCash());
        assertFalse(discounting.nonceUsed(financier, quote.nonce), "a refused quote stays open");
    }

    function test_RevertWhen_CashSignedOtherwise() external {
        bytes memory quoteSignature = _signQuote(address(discounting), financier, quote);
        bytes32 nonce = _quoteHash(address(discounting), quote);
        uint256 validBefore = uint256(quote.expiry) + 1;
        bytes[4] memory signatures = [
            _signCash(cash, financier, address(discounting), quote.proceeds - 1, validBefore, nonce),
            _signCash(cash, financier, address(discounting), quote.proceeds, validBefore + 1, nonce),
            _signCash(cash, financier, supplier, quote.proceeds, validBefore, nonce),
            _signCash(cash, financier2, address(discounting), quote.proceeds, validBefore, nonce)
        ];
        for (uint256 i; i < signatures.length; ++i) {
            _refusedWith(quoteSignature, signatures[i], _invalidCash());
        }
    }

    /// @dev A third party cannot use the cash's signature up: only {Discounting} can, and only for the quote.
    function test_RevertWhen_CashTakenPastTheContract() external {
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        bytes32 nonce = _quoteHash(address(discounting), quote);
        vm.expectRevert(
            abi.encodeWithSelector(IDepositToken.AuthorizationNotForCaller.selector, supplier, address(discounting))
        );
        vm.prank(supplier);
        cash.receiveWithAuthorization(
            financier, address(discounting), quote.proceeds, 0, quote.expiry + 1, nonce, cashSignature
        );
        vm.prank(supplier);
        discounting.accept(quote, quoteSignature, cashSignature);
        assertTrue(cash.authorizationState(financier, nonce), "used with its quote");
    }

    function test_RevertGiven_FinancierLacksTheCash() external {
        vm.prank(financier);
        assertTrue(cash.transfer(financier2, 10 * FACE - quote.proceeds + 1));
        _refused(
            abi.encodeWithSignature(
                "ERC20InsufficientBalance(address,uint256,uint256)", financier, quote.proceeds - 1, quote.proceeds
            )
        );
        assertEq(receivables.ownerOf(root), supplier, "the receivable stayed");
        assertFalse(discounting.nonceUsed(financier, quote.nonce), "the quote stays open");
    }

    function test_RevertGiven_PartyNotActive() external {
        address[4] memory parties = [supplier, financier, address(cash), address(discounting)];
        for (uint256 i; i < parties.length; ++i) {
            _suspend(parties[i]);
            _refused(
                abi.encodeWithSelector(
                    IParticipants.ParticipantNotActive.selector, parties[i], ParticipantStatus.Suspended
                )
            );
            _reinstate(parties[i]);
        }
    }

    function test_RevertWhen_PartyWithoutItsRole() external {
        quote.financier = supplier2;
        _refused(_lacksRole(supplier2, Roles.SUPPLIER, Roles.FINANCIER));
        _accept(_quote(root, FACE));
        quote = _quote(root, FACE);
        quote.financier = financier2;
        assertEq(quote.supplier, financier);
        _refused(_lacksRole(financier, Roles.FINANCIER, Roles.SUPPLIER));
    }

    /// @dev A quote cannot name something else as its money: no code of a stranger is called.
    function test_RevertWhen_NotADepositToken() external {
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        quote.depositToken = supplier2;
        quoteSignature = _signQuote(address(discounting), financier, quote);
        _refusedWith(quoteSignature, cashSignature, _lacksRole(supplier2, Roles.SUPPLIER, Roles.DEPOSIT_TOKEN));
    }

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
        quote.value = FACE / 2;
        quote.proceeds = 1;
        _refused(abi.encodeWithSelector(IReceivables.PayablePaymentStarted.selector, _payableOf(root), 1));
        quote.value = FACE;
        _accept(quote);
        assertEq(receivables.ownerOf(root), financier, "whole, it is sold");
    }

    function test_RevertWhen_PartBelowMinimum() external {
        quote.value = MINIMUM - 1;
        quote.proceeds = 1;
        _refused(abi.encodeWithSelector(IReceivables.PieceBelowMinimum.selector, root, MINIMUM - 1, MINIMUM));
    }

    /* SALES */

    /// @dev R-14a: 1,000,000.00 for 90 days at 4.80 % is 988,000.00.
    function test_Accept_Whole() external {
        quote.recourse = true;
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableTransferred(root, supplier, financier, true);
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
            true
        );
        assertEq(_accept(quote), root);

        _assertPiece(root, financier, 0, FACE, 0);
        assertTrue(receivables.pieceOf(root).recourse, "R-21");
        assertEq(cash.balanceOf(supplier), 98_800_000, "proceeds");
        assertEq(cash.balanceOf(financier), 10 * FACE - 98_800_000, "paid by the financier");
        assertEq(cash.balanceOf(address(discounting)), 0, "R-04");
        assertEq(cash.allowance(financier, address(discounting)), 0, "no allowance");
        assertTrue(discounting.nonceUsed(financier, quote.nonce));
    }

    function test_Accept_Part() external {
        quote.value = 30_000_000;
        quote.proceeds = 29_640_000;
        quote.recourse = true;
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableSplit(root, root + 1, financier, 70_000_000, FACE, 1, true);
        assertEq(_accept(quote), root + 1);

        _assertPiece(root, supplier, 0, 70_000_000, 0);
        _assertPiece(root + 1, financier, 70_000_000, FACE, 1);
        assertTrue(receivables.pieceOf(root + 1).recourse, "recourse lies on what was sold");
        assertFalse(receivables.pieceOf(root).recourse, "and not on the rest");
        assertEq(cash.balanceOf(supplier), 29_640_000);
        assertEq(cash.balanceOf(address(discounting)), 0);
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
        discounting.accept(dearer, quoteSignature, cashSignature);
        assertEq(cash.balanceOf(financier2), 10 * FACE, "the other keeps its cash");
    }

    function test_Accept_ContractWalletFinancier() external {
        TwoOfficersWallet wallet = new TwoOfficersWallet(_actor("officer 1"), _actor("officer 2"));
        _admit(address(wallet), Roles.FINANCIER);
        _credit(address(wallet), FACE);
        quote.financier = address(wallet);
        bytes32 quoteHash = discounting.quoteDigest(quote);
        bytes32 cashDigest = _digest(
            cash.name(),
            address(cash),
            _cashStruct(address(wallet), address(discounting), quote.proceeds, 0, quote.expiry + 1, quoteHash)
        );
        vm.prank(supplier);
        discounting.accept(quote, _bothOfficers(quoteHash), _bothOfficers(cashDigest));
        assertEq(receivables.ownerOf(root), address(wallet));
    }

    function test_QuoteDigest_IsWhatAWalletSigns() external view {
        assertEq(discounting.quoteDigest(quote), _quoteHash(address(discounting), quote));
    }

    function testFuzz_Accept(uint64 value, uint64 proceeds) external {
        quote.value = uint64(bound(value, MINIMUM, FACE));
        quote.proceeds = uint64(bound(proceeds, 1, quote.value));
        uint256 delivered = _accept(quote);
        _assertPiece(delivered, financier, FACE - quote.value, FACE, quote.value == FACE ? 0 : 1);
        assertEq(cash.balanceOf(supplier), quote.proceeds);
        assertEq(cash.balanceOf(address(discounting)), 0);
    }

    /* INTERNAL */

    function _bothOfficers(bytes32 digest) internal returns (bytes memory) {
        return bytes.concat(_sign(_actor("officer 1"), digest), _sign(_actor("officer 2"), digest));
    }

    /// @dev Signed properly by the quote's financier, and refused all the same.
    function _refused(bytes memory refusal) internal {
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        _refusedWith(quoteSignature, cashSignature, refusal);
    }

    function _refusedWith(bytes memory quoteSignature, bytes memory cashSignature, bytes memory refusal) internal {
        vm.expectRevert(refusal);
        vm.prank(quote.supplier);
        discounting.accept(quote, quoteSignature, cashSignature);
    }

    function _invalidQuote() internal view returns (bytes memory) {
        return abi.encodeWithSelector(IDiscounting.QuoteInvalidSignature.selector, quote.financier);
    }

    function _invalidCash() internal view returns (bytes memory) {
        return abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, quote.financier);
    }

    function _lacksRole(address account, uint16 roles, uint16 anyOf) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantLacksRole.selector, account, roles, anyOf);
    }
}
