// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DepositToken} from "../src/DepositToken.sol";
import {IDiscounting} from "../src/interfaces/IDiscounting.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {Acceptance, Programme, Terms} from "../src/types/Types.sol";
import {DiscountingTest} from "./Discounting.t.sol";

/// What the payable, its programme and its piece ask of accept()
/// ├── given the quote's token is of another currency
/// │   └── it should revert, whatever the amounts
/// ├── given the part is held, or transfers are blacked out
/// │   └── it should revert
/// └── given the programme asks for a registration
///     ├── when the quote names none, or one that its financier did not anchor
///     │   └── it should revert
///     └── else it should carry it in the event
contract DiscountingTerms_Test is DiscountingTest {
    DepositToken internal yen;
    uint256 internal yenRoot;

    /// @dev 1,000,000 JPY, which has no decimals, beside the base's 1,000,000.00 CNY.
    function setUp() public override {
        super.setUp();
        yen = _newToken(bank, "Bank B deposit JPY", "JPY", 0);
        Programme memory programme = _programme();
        programme.depositTokens[0] = address(yen);
        programme.minimumPiece = 10_000;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        terms.faceValue = 1_000_000;
        yenRoot = _confirmed(terms);
        vm.prank(bank);
        yen.credit(financier, 5_000_000, "yen");
    }

    /* CURRENCY */

    function test_Accept_Yen() external {
        _setQuote(_quote(yenRoot, 1_000_000));
        quote.depositToken = address(yen);
        _accept(quote);
        assertEq(receivables.ownerOf(yenRoot), financier);
        assertEq(yen.balanceOf(supplier), 988_000);
        assertEq(cash.balanceOf(supplier), 0);
    }

    function test_RevertWhen_PaidInAnotherCurrency() external {
        _setQuote(_quote(yenRoot, 1_000_000));
        _refused(
            abi.encodeWithSelector(IDiscounting.QuoteCurrencyMismatch.selector, address(cash), _payableOf(yenRoot))
        );
        _setQuote(_quote(root, FACE));
        quote.depositToken = address(yen);
        _refused(abi.encodeWithSelector(IDiscounting.QuoteCurrencyMismatch.selector, address(yen), _payableOf(root)));
    }

    /// @dev Any bank's money of the currency will do: which tokens the debtor pays in is another matter.
    function test_Accept_AnotherBanksToken() external {
        DepositToken token = _secondToken();
        vm.prank(token.bank());
        token.credit(financier, FACE, "deposit");
        quote.depositToken = address(token);
        _accept(quote);
        assertEq(token.balanceOf(supplier), 98_800_000);
    }

    function test_AcceptAll_TwoCurrencies() external {
        Acceptance[] memory all = new Acceptance[](2);
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        all[0] = Acceptance(quote, FACE, false, quoteSignature, cashSignature);
        _setQuote(_quote(yenRoot, 1_000_000));
        quote.depositToken = address(yen);
        (quoteSignature, cashSignature) = _signBoth(quote);
        all[1] = Acceptance(quote, 1_000_000, false, quoteSignature, cashSignature);
        vm.prank(supplier);
        discounting.acceptAll(all);
        assertEq(cash.balanceOf(supplier), 98_800_000);
        assertEq(yen.balanceOf(supplier), 988_000);
        assertEq(cash.balanceOf(address(discounting)) + yen.balanceOf(address(discounting)), 0, "R-04");
    }

    /// @dev There is no such payable, so no currency is its own.
    function test_RevertGiven_NoSuchReceivable() external {
        quote.receivableId = 1 << 32 | 1;
        _refused(abi.encodeWithSelector(IDiscounting.QuoteCurrencyMismatch.selector, address(cash), 1));
    }

    /* HOLDS AND BLACK-OUT */

    function test_RevertGiven_Held() external {
        vm.prank(debtor);
        holds.dispute(root, 40_000_000, uint40(NOON + 1 days), "reason");
        quote.minimumTake = 1;
        _refused(abi.encodeWithSelector(IReceivables.ReceivableHeld.selector, root, FACE, 60_000_000));
        _accept(quote, 60_000_000);
        _assertPiece(root, supplier, 0, 40_000_000, 0);
    }

    function test_RevertGiven_HolderIsFrozen() external {
        _freeze(supplier, 0, 1);
        _refused(abi.encodeWithSelector(IReceivables.ReceivableHeld.selector, root, FACE, 0));
        assertFalse(discounting.nonceUsed(financier, quote.nonce), "the quote stays open");
    }

    function test_RevertGiven_BlackOut() external {
        Programme memory programme = _programme();
        programme.blackoutDaysBefore = 5;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        terms.dueDate = TODAY + 5;
        _setQuote(_quote(_confirmed(terms), FACE));
        _refused(
            abi.encodeWithSelector(
                IReceivables.TransferBlackout.selector, _payableOf(quote.receivableId), TODAY, TODAY + 5
            )
        );
    }

    /* REGISTRATION */

    function test_RevertGiven_RegistrationMissing() external {
        Programme memory programme = _programme();
        programme.registrationRequired = true;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        _setQuote(_quote(_confirmed(terms), FACE));
        _refused(_unregistered(0));
        quote.registrationHash = "registration";
        _refused(_unregistered("registration"));
        vm.prank(supplier);
        anchors.anchor("registration", "registration");
        _refused(_unregistered("registration"));

        vm.prank(financier);
        anchors.anchor("registration", "registration");
        vm.expectEmit(address(discounting));
        emit IDiscounting.QuoteAccepted(
            _quoteHash(address(discounting), quote),
            quote.receivableId,
            financier,
            supplier,
            quote.receivableId,
            address(cash),
            FACE,
            98_800_000,
            1_200_000,
            TODAY,
            false,
            "registration"
        );
        _accept(quote);
    }

    /// @dev Where none is asked for, what the quote names is carried, and not looked up.
    function test_Accept_ARegistrationNobodyAskedFor() external {
        quote.registrationHash = "registration";
        _accept(quote);
        assertEq(receivables.ownerOf(root), financier);
    }

    function _unregistered(bytes32 registrationHash) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IDiscounting.QuoteRegistrationMissing.selector, registrationHash, financier);
    }
}
