// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DepositToken} from "../src/DepositToken.sol";
import {IDiscounting} from "../src/interfaces/IDiscounting.sol";
import {Acceptance, Fee, ParticipantStatus, Quote, Roles} from "../src/types/Types.sol";
import {DiscountingTest} from "./Discounting.t.sol";

/// acceptAll()
/// ├── when none or more than ten are named
/// │   └── it should revert
/// ├── when one of them is refused
/// │   └── it should revert whole
/// └── else
///     └── it should do each as {accept} or {acceptWithPermit} does, in their order
///
/// cancel()
/// ├── when none or more than fifty are named, or one of them was used
/// │   └── it should revert
/// ├── when the caller is not a financier that may act
/// │   └── it should revert
/// └── else
///     └── it should use the nonces up, of the caller alone
contract DiscountingBatch_Test is DiscountingTest {
    /* SEVERAL */

    /// @dev One receivable in three parts to two financiers, in one transaction.
    function test_AcceptAll() external {
        Acceptance[] memory all = _three();
        vm.prank(supplier);
        uint256[] memory ids = discounting.acceptAll(all);
        assertEq(ids.length, 3);
        for (uint256 i; i < 3; ++i) {
            assertEq(ids[i], root + 1 + i, "in their order");
        }
        _assertPiece(ids[0], financier, 80_000_000, FACE, 1);
        _assertPiece(ids[1], financier2, 50_000_000, 80_000_000, 1);
        _assertPiece(ids[2], financier, 10_000_000, 50_000_000, 1);
        _assertPiece(root, supplier, 0, 10_000_000, 0);
        assertEq(cash.balanceOf(supplier), 90_000_000 / 1000 * 988);
        assertEq(cash.balanceOf(financier), 10 * FACE - 60_000_000 / 1000 * 988);
        assertEq(cash.balanceOf(financier2), 10 * FACE - 30_000_000 / 1000 * 988);
        assertEq(cash.balanceOf(address(discounting)), 0, "R-04");
    }

    function test_AcceptAll_TenReceivables() external {
        Acceptance[] memory all = new Acceptance[](10);
        for (uint256 i; i < 10; ++i) {
            all[i] = _acceptance(_quote(_confirmed(), FACE / 2), FACE / 2);
        }
        vm.prank(supplier);
        uint256[] memory ids = discounting.acceptAll(all);
        for (uint256 i; i < 10; ++i) {
            assertEq(receivables.ownerOf(ids[i]), financier);
        }
        assertEq(cash.balanceOf(supplier), 5 * 98_800_000);
    }

    function test_RevertWhen_AcceptAll_OutOfRange() external {
        Acceptance[] memory all = new Acceptance[](0);
        vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteBatchOutOfRange.selector, 0, 10));
        vm.prank(supplier);
        discounting.acceptAll(all);
        all = new Acceptance[](11);
        for (uint256 i; i < 11; ++i) {
            all[i] = _acceptance(quote, FACE);
        }
        vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteBatchOutOfRange.selector, 11, 10));
        vm.prank(supplier);
        discounting.acceptAll(all);
    }

    /// @dev Whichever of the three is refused, none is done.
    function test_RevertWhen_AcceptAll_OneIsRefused(uint256 which) external {
        Acceptance[] memory all = _three();
        which = bound(which, 0, 2);
        all[which].take = 1;
        all[which].quote.minimumTake = 2;
        vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteTakeOutOfRange.selector, 1, 2, FACE));
        vm.prank(supplier);
        discounting.acceptAll(all);
        _assertPiece(root, supplier, 0, FACE, 0);
        assertEq(cash.balanceOf(supplier), 0, "nothing was paid");
        assertEq(cash.balanceOf(financier), 10 * FACE);
        for (uint256 i; i < 3; ++i) {
            assertFalse(discounting.nonceUsed(all[i].quote.financier, all[i].quote.nonce), "all stay open");
        }
    }

    function test_RevertWhen_AcceptAll_TheSameTwice() external {
        quote.minimumTake = FACE / 4;
        Acceptance[] memory all = new Acceptance[](2);
        all[0] = _acceptance(quote, FACE / 4);
        all[1] = all[0];
        vm.expectRevert(_used(financier, quote.nonce));
        vm.prank(supplier);
        discounting.acceptAll(all);
    }

    function test_RevertWhen_AcceptAll_OneIsAnothersQuote() external {
        Acceptance[] memory all = _three();
        all[1].quote.supplier = supplier2;
        vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteNotForCaller.selector, supplier, supplier2));
        vm.prank(supplier);
        discounting.acceptAll(all);
    }

    /// @dev The financier can pay for either, and not for both.
    function test_RevertWhen_AcceptAll_CashForOneOnly() external {
        Acceptance[] memory all = _three();
        vm.prank(financier);
        assertTrue(cash.transfer(financier2, 9 * FACE));
        // The first took 20 % of its price; the third asks for all of its own before it returns what is over.
        vm.expectRevert(_short(financier, FACE - 19_760_000, 98_800_000));
        vm.prank(supplier);
        discounting.acceptAll(all);
        assertEq(cash.balanceOf(supplier), 0);
    }

    function test_RevertWhen_AcceptAll_CallerIsNoSupplier() external {
        Acceptance[] memory all = _three();
        vm.expectRevert(_lacksRole(financier, Roles.FINANCIER, Roles.SUPPLIER));
        vm.prank(financier);
        discounting.acceptAll(all);
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        vm.prank(stranger);
        discounting.acceptAll(all);
    }

    /* CANCEL */

    function test_Cancel() external {
        uint256[] memory nonces = _nonces(quote.nonce, 2);
        vm.expectEmit(address(discounting));
        emit IDiscounting.QuoteCancelled(financier, nonces[0]);
        vm.expectEmit(address(discounting));
        emit IDiscounting.QuoteCancelled(financier, nonces[1]);
        vm.prank(financier);
        discounting.cancel(nonces);
        assertTrue(discounting.nonceUsed(financier, nonces[0]));
        assertTrue(discounting.nonceUsed(financier, nonces[1]));
        assertFalse(discounting.nonceUsed(financier, nonces[1] + 1), "no other");
        assertFalse(discounting.nonceUsed(financier, nonces[0] - 1), "no other");
        assertFalse(discounting.nonceUsed(financier2, nonces[0]), "nobody else's");
        _refused(_used(financier, quote.nonce));
    }

    /// @dev Nonces share words of storage: none of them is mistaken for another.
    function testFuzz_Cancel_UsesUpOneNonce(uint256 nonce, uint256 other) external {
        vm.assume(nonce != other);
        vm.prank(financier);
        discounting.cancel(_nonces(nonce, 1));
        assertTrue(discounting.nonceUsed(financier, nonce));
        assertFalse(discounting.nonceUsed(financier, other));
        assertFalse(discounting.nonceUsed(financier, nonce ^ (1 << (other % 256))), "its neighbour");
    }

    function test_Cancel_Fifty() external {
        vm.prank(financier);
        discounting.cancel(_nonces(type(uint256).max - 49, 50));
        assertTrue(discounting.nonceUsed(financier, type(uint256).max));
    }

    function test_RevertWhen_Cancel_OutOfRange() external {
        vm.startPrank(financier);
        vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteBatchOutOfRange.selector, 0, 50));
        discounting.cancel(_nonces(1, 0));
        vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteBatchOutOfRange.selector, 51, 50));
        discounting.cancel(_nonces(1, 51));
    }

    function test_RevertGiven_Cancel_UsedBefore() external {
        _accept(quote);
        vm.expectRevert(_used(financier, quote.nonce));
        vm.prank(financier);
        discounting.cancel(_nonces(quote.nonce, 1));

        uint256[] memory twice = new uint256[](2);
        (twice[0], twice[1]) = (7, 7);
        vm.expectRevert(_used(financier, 7));
        vm.prank(financier);
        discounting.cancel(twice);
        assertFalse(discounting.nonceUsed(financier, 7), "all or none");
    }

    function test_RevertWhen_Cancel_NotByAFinancier() external {
        vm.expectRevert(_lacksRole(supplier, Roles.SUPPLIER, Roles.FINANCIER));
        vm.prank(supplier);
        discounting.cancel(_nonces(1, 1));
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        vm.prank(stranger);
        discounting.cancel(_nonces(1, 1));
        vm.expectRevert(_notActive(suspended, ParticipantStatus.Suspended));
        vm.prank(suspended);
        discounting.cancel(_nonces(1, 1));
    }

    /* INTERNAL */

    /// @dev 20, 30 and 40 % of the root, on quotes for all of it; the second is another financier's.
    function _three() internal returns (Acceptance[] memory all) {
        all = new Acceptance[](3);
        for (uint56 i; i < 3; ++i) {
            Quote memory q = _quote(root, FACE);
            q.minimumTake = 1;
            if (i == 1) q.financier = financier2;
            all[i] = _acceptance(q, 20_000_000 + i * 10_000_000);
        }
    }

    function _acceptance(Quote memory q, uint56 take) internal view returns (Acceptance memory) {
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(q);
        return Acceptance(q, take, false, quoteSignature, cashSignature);
    }

    function _nonces(uint256 first, uint256 count) internal pure returns (uint256[] memory nonces) {
        nonces = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            nonces[i] = first + i;
        }
    }
}
