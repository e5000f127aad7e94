// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDiscounting} from "../src/interfaces/IDiscounting.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {Fee} from "../src/types/Types.sol";
import {DiscountingTest} from "./Discounting.t.sol";

/// accept() of a part
/// ├── it should deliver exactly that much, for its share of the price rounded down
/// ├── it should pay of each fee its share rounded down, and none that rounds to nothing
/// └── it should return the rest to the financier, which pays for what it was delivered and for nothing else
contract DiscountingParts_Test is DiscountingTest {
    /* A PART */

    /// @dev 30 % of 98,800,000 and of a fee of 101: 29,640,000 and 30.
    function test_Accept_Part() external {
        quote.minimumTake = 1;
        quote.recourse = true;
        quote.fees.push(Fee(arranger, 101));
        bytes32 quoteHash = _quoteHash(address(discounting), quote);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableSplit(root, root + 1, financier, 70_000_000, FACE, 1, supplier);
        vm.expectEmit(address(discounting));
        emit IDiscounting.QuoteAccepted(
            quoteHash,
            root,
            financier,
            supplier,
            root + 1,
            address(cash),
            30_000_000,
            29_640_000,
            360_000,
            TODAY,
            true,
            0
        );
        vm.expectEmit(address(discounting));
        emit IDiscounting.FeePaid(quoteHash, arranger, address(cash), 30);
        assertEq(_accept(quote, 30_000_000), root + 1);

        _assertPiece(root, supplier, 0, 70_000_000, 0);
        _assertPiece(root + 1, financier, 70_000_000, FACE, 1);
        assertEq(receivables.pieceOf(root + 1).endorser, supplier, "recourse lies on what was sold");
        assertEq(receivables.pieceOf(root).endorser, address(0), "and not on the rest");
        assertEq(cash.balanceOf(supplier), 29_640_000);
        assertEq(cash.balanceOf(arranger), 30);
        assertEq(cash.balanceOf(financier), 10 * FACE - 29_640_030, "the rest came back");
        assertEq(cash.balanceOf(address(discounting)), 0);
    }

    function test_Accept_AFeeThatRoundsToNothingIsNotPaid() external {
        quote.minimumTake = 1;
        quote.fees.push(Fee(stranger, 3));
        quote.fees.push(Fee(arranger, 4));
        _accept(quote, FACE / 4);
        assertEq(cash.balanceOf(arranger), 1);
        assertEq(cash.balanceOf(stranger), 0, "who could not have been paid at all");
    }

    /// @dev A quote's value may exceed the piece: the part taken is what must be there.
    function test_Accept_PartOfAQuoteForMore() external {
        _splitTo(root, supplier2, FACE / 2);
        quote.minimumTake = 1;
        assertEq(_accept(quote, FACE / 2), root, "that part is the whole piece");
        _assertPiece(root, financier, 0, FACE / 2, 0);
        assertEq(cash.balanceOf(supplier), 49_400_000);
    }

    /// @dev Nobody receives more than in proportion, sums conserve, and the financier lost exactly what it was
    /// delivered for.
    function testFuzz_Accept(uint56 value, uint56 take, uint56 minimumTake, uint56 proceeds, uint56[4] memory fees)
        external
    {
        quote.value = uint56(bound(value, MINIMUM, 2 * FACE));
        uint256 largest = quote.value < FACE ? quote.value : FACE;
        take = uint56(bound(take, MINIMUM, largest));
        quote.minimumTake = uint56(bound(minimumTake, 1, take));
        // So much that the part brings something.
        quote.proceeds = uint56(bound(proceeds, (quote.value + take - 1) / take, quote.value));
        uint256 left = quote.value - quote.proceeds;
        for (uint256 i; i < 4 && left > 0; ++i) {
            uint56 amount = uint56(bound(fees[i], 1, left));
            quote.fees.push(Fee(i % 2 == 0 ? arranger : bank, amount));
            left -= amount;
        }

        uint256 delivered = _accept(quote, take);

        _assertPiece(delivered, financier, FACE - take, FACE, take == FACE ? 0 : 1);
        uint256 paid = cash.balanceOf(supplier);
        assertEq(paid, uint256(quote.proceeds) * take / quote.value, "the share, rounded down");
        assertLe(paid * quote.value, uint256(quote.proceeds) * take, "never more than in proportion");
        assertGt(paid, 0, "something");
        uint256[2] memory earned;
        for (uint256 i; i < quote.fees.length; ++i) {
            earned[i % 2] += uint256(quote.fees[i].amount) * take / quote.value;
        }
        assertEq(cash.balanceOf(arranger), earned[0], "fees");
        assertEq(cash.balanceOf(bank), earned[1], "fees");
        assertEq(cash.balanceOf(financier), 10 * FACE - paid - earned[0] - earned[1], "no more, no less");
        assertLe((paid + earned[0] + earned[1]), take, "no more than the part is worth");
        assertEq(cash.balanceOf(address(discounting)), 0, "R-04");
    }
}
