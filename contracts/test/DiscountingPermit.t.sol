// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDiscounting} from "../src/interfaces/IDiscounting.sol";
import {Acceptance, Fee, Quote, Roles} from "../src/types/Types.sol";
import {DiscountingTest} from "./Discounting.t.sol";

/// acceptWithPermit()
/// ├── it should do as {accept} does, with the cash that the permit allows
/// ├── given somebody used the permit before
/// │   └── it should go on with the allowance that is there
/// ├── given the allowance went to another quote, or the permit is not the financier's for exactly this
/// │   └── it should revert
/// └── it should leave no allowance
contract DiscountingPermit_Test is DiscountingTest {
    /// @dev Of the last quote signed by {_signPermit}.
    uint8 internal _v;
    bytes32 internal _r;
    bytes32 internal _s;

    function test_AcceptWithPermit() external {
        quote.fees.push(Fee(arranger, 1_000));
        assertEq(_acceptWithPermit(quote, FACE), root);
        _assertPiece(root, financier, 0, FACE, 0);
        assertEq(cash.balanceOf(supplier), 98_800_000);
        assertEq(cash.balanceOf(arranger), 1_000);
        _assertNothingLeft();
    }

    function test_AcceptWithPermit_Part() external {
        quote.minimumTake = 1;
        quote.fees.push(Fee(arranger, 1_000));
        assertEq(_acceptWithPermit(quote, FACE / 4), root + 1);
        assertEq(cash.balanceOf(supplier), 24_700_000);
        assertEq(cash.balanceOf(financier), 10 * FACE - 24_700_250, "the rest came back");
        _assertNothingLeft();
    }

    /// @dev Anyone who sees the transaction can use the permit first. It changes nothing.
    function test_AcceptWithPermit_FrontRun() external {
        bytes memory permitSignature = _signPermit(quote, 0);
        vm.prank(stranger);
        cash.permit(financier, address(discounting), quote.proceeds, quote.expiry, _v, _r, _s);
        assertEq(cash.allowance(financier, address(discounting)), quote.proceeds);
        _acceptSigned(quote, FACE, permitSignature);
        assertEq(cash.balanceOf(supplier), 98_800_000);
        _assertNothingLeft();
    }

    /// @dev Two quotes signed over one permit's cash: the first takes it, the second finds none.
    function test_RevertGiven_PermitUsedForAnotherQuote() external {
        Quote memory other = _quote(_confirmed(), FACE);
        bytes memory permitSignature = _signPermit(quote, 0);
        _acceptSigned(other, FACE, permitSignature);
        _assertNothingLeft();
        _refusedByAllowance(quote, permitSignature, 0);
        assertEq(receivables.ownerOf(root), supplier, "the receivable stayed");
        assertFalse(discounting.nonceUsed(financier, quote.nonce), "the quote stays open");
        _acceptSigned(quote, FACE, _signPermit(quote, 1));
        assertEq(receivables.ownerOf(root), financier);
    }

    /// @dev A permit has no word for what it pays: what lies ready pays for any of the financier's own quotes, and only
    /// for those.
    function test_RevertGiven_AllowanceOfAnotherFinancier() external {
        vm.prank(financier2);
        cash.approve(address(discounting), 10 * FACE);
        _refusedByAllowance(quote, "", 0);
    }

    function test_RevertWhen_PermitSignedOtherwise() external {
        uint256 total = quote.proceeds;
        bytes[7] memory signatures = [
            _signPermit(financier2, address(discounting), total, 0, quote.expiry),
            _signPermit(financier, supplier, total, 0, quote.expiry),
            _signPermit(financier, address(discounting), total - 1, 0, quote.expiry),
            _signPermit(financier, address(discounting), total, 1, quote.expiry),
            _signPermit(financier, address(discounting), total, 0, quote.expiry + 1),
            bytes.concat(_signPermit(quote, 0), hex"00"),
            bytes("")
        ];
        for (uint256 i; i < signatures.length; ++i) {
            _refusedByAllowance(quote, signatures[i], 0);
        }
    }

    /// @dev Its own doing: what a financier allowed beyond the price stays allowed, and needs a quote of its own to move.
    function test_AcceptWithPermit_AStandingAllowance() external {
        vm.prank(financier);
        cash.approve(address(discounting), 2 * FACE);
        _acceptSigned(quote, FACE, "");
        assertEq(cash.allowance(financier, address(discounting)), 2 * FACE - quote.proceeds);
        assertEq(cash.balanceOf(supplier), 98_800_000);
    }

    /// @dev The permit's own allowance takes the place of what stood before.
    function test_AcceptWithPermit_ReplacesAStandingAllowance() external {
        vm.prank(financier);
        cash.approve(address(discounting), 2 * FACE);
        _acceptWithPermit(quote, FACE);
        _assertNothingLeft();
    }

    /// @dev The quote's own signature is asked for all the same.
    function test_RevertWhen_PermitWithoutAQuote() external {
        bytes memory permitSignature = _signPermit(quote, 0);
        bytes memory quoteSignature = _signQuote(address(discounting), supplier, quote);
        vm.expectRevert(_invalidQuote());
        vm.prank(supplier);
        discounting.acceptWithPermit(quote, FACE, quoteSignature, permitSignature);
    }

    function test_RevertWhen_PermitBroughtByAnother() external {
        bytes memory permitSignature = _signPermit(quote, 0);
        bytes memory quoteSignature = _signQuote(address(discounting), financier, quote);
        vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteNotForCaller.selector, supplier2, supplier));
        vm.prank(supplier2);
        discounting.acceptWithPermit(quote, FACE, quoteSignature, permitSignature);
        vm.expectRevert(_lacksRole(financier, Roles.FINANCIER, Roles.SUPPLIER));
        vm.prank(financier);
        discounting.acceptWithPermit(quote, FACE, quoteSignature, permitSignature);
    }

    function test_RevertGiven_FinancierLacksThePermittedCash() external {
        vm.prank(financier);
        assertTrue(cash.transfer(financier2, 10 * FACE - quote.proceeds + 1));
        bytes memory permitSignature = _signPermit(quote, 0);
        bytes memory quoteSignature = _signQuote(address(discounting), financier, quote);
        vm.expectRevert(_short(financier, quote.proceeds - 1, quote.proceeds));
        vm.prank(supplier);
        discounting.acceptWithPermit(quote, FACE, quoteSignature, permitSignature);
    }

    function test_AcceptAll_EitherWay() external {
        Acceptance[] memory all = new Acceptance[](3);
        for (uint256 i; i < 3; ++i) {
            Quote memory q = _quote(_confirmed(), FACE);
            (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(q);
            bool byPermit = i != 1;
            if (byPermit) cashSignature = _signPermit(q, i / 2);
            all[i] = Acceptance(q, FACE, byPermit, quoteSignature, cashSignature);
        }
        vm.prank(supplier);
        discounting.acceptAll(all);
        assertEq(cash.balanceOf(supplier), 3 * 98_800_000);
        _assertNothingLeft();
    }

    /* INTERNAL */

    function _acceptWithPermit(Quote memory q, uint56 take) internal returns (uint256) {
        return _acceptSigned(q, take, _signPermit(q, cash.nonces(q.financier)));
    }

    function _acceptSigned(Quote memory q, uint56 take, bytes memory permitSignature) internal returns (uint256) {
        bytes memory quoteSignature = _signQuote(address(discounting), q.financier, q);
        vm.prank(q.supplier);
        return discounting.acceptWithPermit(q, take, quoteSignature, permitSignature);
    }

    function _refusedByAllowance(Quote memory q, bytes memory permitSignature, uint256 allowed) internal {
        bytes memory quoteSignature = _signQuote(address(discounting), q.financier, q);
        vm.expectRevert(
            abi.encodeWithSignature(
                "ERC20InsufficientAllowance(address,uint256,uint256)", address(discounting), allowed, _costOf(q)
            )
        );
        vm.prank(q.supplier);
        discounting.acceptWithPermit(q, q.value, quoteSignature, permitSignature);
    }

    function _signPermit(Quote memory q, uint256 nonce) internal returns (bytes memory) {
        return _signPermit(q.financier, address(discounting), _costOf(q), nonce, q.expiry);
    }

    function _signPermit(address owner, address spender, uint256 value, uint256 nonce, uint256 deadline)
        internal
        returns (bytes memory)
    {
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typeHash, owner, spender, value, nonce, deadline));
        (_v, _r, _s) = vm.sign(_keyOf[owner], _digest(cash.name(), address(cash), structHash));
        return abi.encodePacked(_r, _s, _v);
    }

    function _assertNothingLeft() internal view {
        assertEq(cash.allowance(financier, address(discounting)), 0, "no allowance");
        assertEq(cash.balanceOf(address(discounting)), 0, "R-04");
    }
}
