// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Discounting} from "../src/Discounting.sol";
import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {Fee, Quote, Roles} from "../src/types/Types.sol";
import {DiscountingTest} from "./Discounting.t.sol";
import {ReenteringWallet} from "./mocks/ReenteringWallet.sol";
import {TwoOfficersWallet} from "./mocks/Wallets.sol";

/// Signatures of accept()
/// ├── when one was made for another contract, chain, deployment or quote
/// │   └── it should revert, whichever of the two it is
/// ├── given one was used
/// │   └── it should be good for nothing more, in any hands
/// ├── given the financier is a contract wallet
/// │   ├── it should ask the wallet
/// │   └── it should let the wallet change nothing meanwhile
/// └── given an organisation's key was rotated
///     └── it should take the present key, and no other
contract DiscountingSigners_Test is DiscountingTest {
    string internal constant DOMAIN = "scf-network Discounting";

    /* REPLAY */

    function test_RevertWhen_QuoteSignedForElsewhere() external {
        bytes memory cashSignature = _signQuoteCash(quote);
        bytes32 structHash = _quoteStruct(quote);
        bytes[6] memory signatures = [
            _sign(financier, _digestOn(1, DOMAIN, address(discounting), structHash)),
            _sign(financier, _digest(DOMAIN, address(settlement), structHash)),
            _sign(financier, _digest("scf-network Origination", address(discounting), structHash)),
            _sign(financier, structHash),
            _signQuote(address(discounting), supplier, quote),
            bytes("")
        ];
        for (uint256 i; i < signatures.length; ++i) {
            _refusedWith(FACE, signatures[i], cashSignature, _invalidQuote());
        }
    }

    /// @dev The contract reckons with the chain it runs on, not with the one it was deployed on.
    function test_RevertWhen_ChainForks() external {
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        vm.chainId(1);
        _refusedWith(FACE, quoteSignature, cashSignature, _invalidQuote());
        quoteSignature = _signQuote(address(discounting), financier, quote);
        _refusedWith(FACE, quoteSignature, cashSignature, _invalidCash());
        _accept(quote);
        assertEq(receivables.ownerOf(root), financier, "signed for this chain, it is good");
    }

    /// @dev A second deployment in the same network takes neither signature made for the first.
    function test_RevertWhen_DeployedTwice() external {
        Discounting second = new Discounting(network);
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        vm.expectRevert(_invalidQuote());
        vm.prank(supplier);
        second.accept(quote, FACE, quoteSignature, cashSignature);
    }

    /// @dev The money of one quote cannot pay for another of the same financier, amount and supplier.
    function test_RevertWhen_CashSignedForAnotherQuote() external {
        bytes memory cashSignature = _signQuoteCash(quote);
        quote.receivableId = _confirmed();
        bytes memory quoteSignature = _signQuote(address(discounting), financier, quote);
        _refusedWith(FACE, quoteSignature, cashSignature, _invalidCash());
        assertFalse(discounting.nonceUsed(financier, quote.nonce), "a refused quote stays open");
    }

    function test_RevertWhen_CashSignedForElsewhere() external {
        bytes memory quoteSignature = _signQuote(address(discounting), financier, quote);
        bytes32 structHash = _cashStruct(
            financier,
            address(discounting),
            quote.proceeds,
            0,
            uint256(quote.expiry) + 1,
            _quoteHash(address(discounting), quote)
        );
        bytes[4] memory signatures = [
            _sign(financier, _digestOn(1, cash.name(), address(cash), structHash)),
            _sign(financier, _digest(cash.name(), address(discounting), structHash)),
            _sign(financier, _digest("Bank C deposit CNY", address(cash), structHash)),
            quoteSignature
        ];
        for (uint256 i; i < signatures.length; ++i) {
            _refusedWith(FACE, quoteSignature, signatures[i], _invalidCash());
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
        discounting.accept(quote, FACE, quoteSignature, cashSignature);
        assertTrue(cash.authorizationState(financier, nonce), "used with its quote");
    }

    /// @dev Sold and bought back, the piece is not sold again on the old quote.
    function test_RevertWhen_ReplayedOnThePieceItself() external {
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        _accept(quote);
        vm.prank(financier);
        receivables.transferFrom(financier, supplier, root);
        _refusedWith(FACE, quoteSignature, cashSignature, _used(financier, quote.nonce));
    }

    /* CONTRACT WALLETS */

    function test_Accept_ContractWalletFinancier() external {
        TwoOfficersWallet wallet = new TwoOfficersWallet(_actor("officer 1"), _actor("officer 2"));
        _admit(address(wallet), Roles.FINANCIER);
        _credit(address(wallet), FACE);
        quote.financier = address(wallet);
        (bytes32 quoteHash, bytes32 cashDigest) = _digests();
        bytes memory oneOfficer = bytes.concat(_sign(_actor("officer 1"), quoteHash), new bytes(65));
        _refusedWith(FACE, oneOfficer, _bothOfficers(cashDigest), _invalidQuote());
        vm.prank(supplier);
        discounting.accept(quote, FACE, _bothOfficers(quoteHash), _bothOfficers(cashDigest));
        assertEq(receivables.ownerOf(root), address(wallet));
    }

    /// @dev Asked about its signature, it tries to take the deal apart: a static call lets it change nothing.
    function test_Accept_ReenteringWallet() external {
        ReenteringWallet wallet = new ReenteringWallet();
        _admit(address(wallet), Roles.FINANCIER | Roles.SUPPLIER);
        _credit(address(wallet), FACE);
        quote.financier = address(wallet);
        uint256[] memory nonces = new uint256[](1);
        nonces[0] = quote.nonce;
        wallet.attack(address(discounting), abi.encodeCall(discounting.cancel, (nonces)));
        wallet.attack(address(cash), abi.encodeCall(cash.transfer, (financier, FACE)));
        Quote memory own = quote;
        own.supplier = address(wallet);
        own.nonce += 1;
        wallet.attack(address(discounting), abi.encodeCall(discounting.accept, (own, FACE, "", "")));
        wallet.attack(address(wallet), abi.encodeCall(wallet.note, ()));

        vm.prank(supplier);
        discounting.accept(quote, FACE, "", "");
        assertEq(wallet.notes(), 0, "not even its own state");
        assertEq(receivables.ownerOf(root), address(wallet));
        assertEq(cash.balanceOf(supplier), quote.proceeds);
        assertEq(cash.balanceOf(address(wallet)), FACE - quote.proceeds, "paid once");
        assertEq(cash.balanceOf(address(discounting)), 0);
        assertFalse(discounting.nonceUsed(address(wallet), own.nonce));
    }

    /* ROTATED KEYS */

    function test_RevertGiven_FinancierRotatedItsKey() external {
        address newKey = _actor("the financier's new key");
        _rotate(financier, newKey);
        _setQuote(_quoteNow(root));
        (bytes memory oldQuote, bytes memory oldCash) = _signBoth(quote);
        (bytes32 quoteHash, bytes32 cashDigest) = _digests();
        bytes memory newQuote = _sign(newKey, quoteHash);
        bytes memory newCash = _sign(newKey, cashDigest);
        _refusedWith(FACE, oldQuote, newCash, _invalidQuote());
        _refusedWith(FACE, newQuote, oldCash, _invalidCash());
        vm.prank(supplier);
        discounting.accept(quote, FACE, newQuote, newCash);
        assertEq(receivables.ownerOf(root), financier, "the account holds, the key only signs");
        assertEq(cash.balanceOf(financier), 10 * FACE - quote.proceeds);
    }

    /// @dev What the old key signed while it was the key is worth nothing once it is not.
    function test_RevertGiven_RotatedSinceItSigned() external {
        quote.expiry += uint64(ROTATION_DELAY_S);
        quote.valueDate += uint32(ROTATION_DELAY_S / 1 days);
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        _rotate(financier, _actor("the financier's new key"));
        _refusedWith(FACE, quoteSignature, cashSignature, _invalidQuote());
    }

    function test_RevertGiven_SupplierRotatedItsKey() external {
        address newKey = _actor("the supplier's new key");
        _rotate(supplier, newKey);
        _setQuote(_quoteNow(root));
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantKeyRetired.selector, supplier, newKey));
        vm.prank(supplier);
        discounting.accept(quote, FACE, quoteSignature, cashSignature);
        vm.prank(newKey);
        discounting.accept(quote, FACE, quoteSignature, cashSignature);
        assertEq(cash.balanceOf(supplier), quote.proceeds, "paid to the account");
    }

    function test_Cancel_ByTheNewKey() external {
        address newKey = _actor("the financier's new key");
        _rotate(financier, newKey);
        uint256[] memory nonces = new uint256[](1);
        vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantKeyRetired.selector, financier, newKey));
        vm.prank(financier);
        discounting.cancel(nonces);
        vm.prank(newKey);
        discounting.cancel(nonces);
        assertTrue(discounting.nonceUsed(financier, 0));
    }

    /* INTERNAL */

    function _quoteNow(uint256 receivableId) internal returns (Quote memory q) {
        q = _quote(receivableId, FACE);
        q.valueDate = TODAY + uint32((block.timestamp - NOON) / 1 days);
    }

    /// @return quoteHash What the quote's financier signs …
    /// @return cashDigest … and what it signs beside it.
    function _digests() internal view returns (bytes32 quoteHash, bytes32 cashDigest) {
        quoteHash = _quoteHash(address(discounting), quote);
        cashDigest = _digest(
            cash.name(),
            address(cash),
            _cashStruct(quote.financier, address(discounting), quote.proceeds, 0, uint256(quote.expiry) + 1, quoteHash)
        );
    }

    function _bothOfficers(bytes32 digest) internal returns (bytes memory) {
        return bytes.concat(_sign(_actor("officer 1"), digest), _sign(_actor("officer 2"), digest));
    }
}
