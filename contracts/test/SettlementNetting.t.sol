// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {SettlementKit} from "./SettlementKit.sol";

/// pay(), naming the debtor's own parked pieces
/// ├── when a piece is not parked, is of another payable, is unknown, or is named twice or out of order
/// │   └── it should revert
/// ├── when more would be netted than is paid
/// │   └── it should revert
/// ├── given holds stand on the piece
/// │   └── it should revert
/// ├── when everything is netted
/// │   ├── it should ask for no signature
/// │   └── it should let the debtor alone call, suspended or not
/// ├── when a piece is due nothing
/// │   └── it should let it be
/// └── else
///     ├── it should net what the pieces are due after the payment, older shares and interest included
///     ├── it should hold exactly what the others may draw
///     └── it should redeem a parked piece with its last share
contract Settlement_Netting_Test is SettlementKit {
    /// @dev [60 %, 100 %) of the payable, with the debtor.
    uint256 internal parked;

    function setUp() public override {
        super.setUp();
        parked = _park(root, 40_000_000);
    }

    function test_RevertWhen_NotParked() external {
        uint256 elsewhere = _park(_confirmed(), 40_000_000);
        uint256[3] memory ids = [root, elsewhere, uint256(77)];
        for (uint256 i; i < 3; ++i) {
            _refused(
                _payment(FACE, _ids(ids[i])), abi.encodeWithSelector(ISettlement.NettingNotParked.selector, ids[i])
            );
        }
    }

    function test_RevertWhen_NotAscending() external {
        uint256 second = _park(root, 1);
        bytes memory refusal = abi.encodeWithSelector(ISettlement.SettlementBatchNotAscending.selector, 1);
        _refused(_payment(FACE, _ids(parked, parked)), refusal);
        _refused(_payment(FACE, _ids(second, parked)), refusal);
        _payCash(_payment(FACE, _ids(parked, second)), FACE - 40_000_001);
    }

    function test_RevertWhen_TooManyNamed() external {
        _refused(
            _payment(FACE, new uint256[](101)),
            abi.encodeWithSelector(ISettlement.SettlementBatchOutOfRange.selector, 101, 100)
        );
    }

    function test_RevertGiven_HoldsStand() external {
        _freeze(debtor, id, 1);
        _refused(
            _payment(FACE, _ids(parked)),
            abi.encodeWithSelector(IReceivables.ReceivableHeld.selector, parked, 40_000_000, 0)
        );
        _payCash(_payment(FACE), FACE);
        settlement.redeemBatch(_ids(root, parked));
        _assertOwes(cash, 0, parked, debtor, 40_000_000);
    }

    function test_ItShouldNetTheWholePayment() external {
        Payment memory p = _payment(FACE, _ids(parked));
        vm.expectEmit(address(settlement));
        emit ISettlement.PaymentReceived(id, debtor, address(cash), FACE, 0, 40_000_000, p.paymentReference);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableRedeemed(parked, debtor, 40_000_000);
        vm.expectEmit(address(settlement));
        emit ISettlement.ReceivableDrawn(parked, debtor, 40_000_000, 0, 0, true);
        _payCash(p, 60_000_000);
        _assertGone(parked);
        _assertOwes(cash, 60_000_000, 0, address(0), 0);
        assertEq(_redeem(root), 60_000_000);
        _assertOwes(cash, 0, 0, address(0), 0);
        _foldLogs();
        _assertJournals();
    }

    function test_ItShouldNetEachPart() external {
        _payCash(_payment(10_000_000, _ids(parked)), 6_000_000);
        _assertDrawn(parked, 4_000_000, 0, 0);
        assertEq(settlement.dueOf(parked), 0);
        assertEq(_redeem(root), 6_000_000);
        _assertOwes(cash, 0, 0, address(0), 0);

        _payCash(_payment(90_000_000, _ids(parked)), 54_000_000);
        _assertGone(parked);
        _assertDrawn(parked, 0, 0, 0);
        assertEq(_redeem(root), 54_000_000);
        _assertOwes(cash, 0, 0, address(0), 0);
    }

    /// @dev 4,000,000 of an earlier payment in cash, which the piece did not draw, is netted now.
    function test_ItShouldNetOlderShares() external {
        _payCash(_payment(10_000_000), 10_000_000);
        _payCash(_payment(20_000_000, _ids(parked)), 20_000_000 - 4_000_000 - 8_000_000);
        _assertOwes(cash, 18_000_000, 0, address(0), 0);
        assertEq(settlement.dueOf(root), 18_000_000);
    }

    function test_RevertWhen_MoreIsNettedThanPaid() external {
        _payCash(_payment(10_000_000), 10_000_000);
        _refused(
            _payment(1_000_000, _ids(parked)),
            abi.encodeWithSelector(ISettlement.NettingTooMuch.selector, id, 4_400_000, 1_000_000)
        );
        _payCash(_payment(1_000_000), 1_000_000);
        vm.prank(debtor);
        assertEq(settlement.redeem(parked), 4_400_000, "what is not netted is drawn in cash");
    }

    /// @dev 6,666,666 paid brings the piece 4,000,000 of before and 2,666,666.
    function test_WhenEverythingIsNetted() external {
        _payCash(_payment(10_000_000), 10_000_000);
        Payment memory p = _payment(6_666_666, _ids(parked));
        vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableNotDebtor.selector, id, address(this), debtor));
        _bring(p, "");
        bytes memory signature = _signPayment(p, debtor, 0);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableNotDebtor.selector, id, supplier, debtor));
        vm.prank(supplier);
        _bring(p, signature);

        _suspend(debtor);
        vm.expectEmit(address(settlement));
        emit ISettlement.PaymentReceived(id, debtor, address(cash), 6_666_666, 0, 6_666_666, p.paymentReference);
        vm.prank(debtor);
        _bring(p, "");
        _assertOwes(cash, 10_000_000, 0, address(0), 0);
        assertEq(settlement.dueOf(root), 9_999_999, "a unit waits until the payable is closed");
        _payCash(_payment(FACE - 16_666_666), FACE - 16_666_666);
        assertEq(_redeem(root), 60_000_000);
    }

    function test_ItShouldNetInterest() external {
        _onDay(DUE + 2);
        _payCash(_payment(100_000, _ids(parked)), 100_000); // interest alone waits
        _assertDrawn(parked, 0, 0, 0);
        Payment memory p = _payment(10_000_000, _ids(parked));
        vm.expectEmit(address(settlement));
        emit ISettlement.ReceivableDrawn(parked, debtor, 4_000_000, 40_000, 0, false);
        _payCash(p, 5_960_000);
        assertEq(_redeem(root), 6_060_000);
        _assertOwes(cash, 0, 0, address(0), 0);
    }

    function test_WhenNothingIsDue_ItShouldLetItBe() external {
        uint256 unit = _park(root, 1);
        uint256 before = settlement.journalCount();
        _payCash(_payment(60, _ids(unit)), 60);
        assertEq(settlement.journalCount(), before + 1, "the payment's event alone");
        _assertPiece(unit, debtor, 59_999_999, 60_000_000, 1);
    }

    /// @dev The whole payable came back: it is paid without a unit of cash.
    function test_GivenAllCameBack() external {
        vm.prank(supplier);
        receivables.dilute(root, 60_000_000, "credit note");
        Payment memory p = _payment(FACE, _ids(root, parked));
        vm.prank(debtor);
        _bring(p, "");
        _assertGone(root);
        _assertGone(parked);
        _assertOwes(cash, 0, 0, address(0), 0);
        assertEq(cash.balanceOf(debtor), 10 * FACE);
    }
}
