// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DepositToken} from "../src/DepositToken.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {ParticipantStatus, Roles, SkipReason} from "../src/types/Types.sol";
import {SettlementKit} from "./SettlementKit.sol";

/// redeem()
/// ├── when there is no such receivable, the caller is not its holder, or may not act
/// │   └── it should revert
/// ├── given nothing was paid in that it has not drawn
/// │   └── it should revert
/// ├── given the holder's key was rotated
/// │   └── it should pay the organisation
/// └── else
///     ├── it should pay the rounded-down share while the payable is open
///     ├── it should pay the exact share once it is closed, whoever drew when (R-18b)
///     └── it should end a piece with its last draw, and not before
contract Settlement_Redeem_Test is SettlementKit {
    function test_RevertWhen_Unknown() external {
        vm.expectRevert(_notFound(77));
        vm.prank(supplier);
        settlement.redeem(77);
    }

    function test_RevertWhen_NotHolder() external {
        _pay(id, FACE);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.RedemptionNotHolder.selector, root, supplier2, supplier));
        vm.prank(supplier2);
        settlement.redeem(root);
    }

    function test_RevertGiven_CallerMayNotAct() external {
        _pay(id, FACE);
        vm.expectRevert(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, stranger, ParticipantStatus.None)
        );
        vm.prank(stranger);
        settlement.redeem(root);
        _suspend(supplier);
        vm.expectRevert(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, supplier, ParticipantStatus.Suspended)
        );
        vm.prank(supplier);
        settlement.redeem(root);
    }

    function test_RevertGiven_NothingDue() external {
        bytes memory refusal = abi.encodeWithSelector(ISettlement.RedemptionNothingDue.selector, root);
        vm.startPrank(supplier);
        vm.expectRevert(refusal);
        settlement.redeem(root);
        vm.stopPrank();
        _pay(id, 60);
        assertEq(_redeem(root), 60);
        vm.expectRevert(refusal);
        vm.prank(supplier);
        settlement.redeem(root);
        _pay(id, FACE - 60);
        assertEq(_redeem(root), FACE - 60);
        vm.expectRevert(_notFound(root));
        vm.prank(supplier);
        settlement.redeem(root);
    }

    function test_GivenKeyRotated_ItShouldPayTheOrganisation() external {
        _pay(id, FACE);
        address key = _actor("supplier's new key");
        _rotate(supplier, key);
        vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantKeyRetired.selector, supplier, key));
        vm.prank(supplier);
        settlement.redeem(root);
        vm.prank(key);
        assertEq(settlement.redeem(root), FACE);
        assertEq(cash.balanceOf(supplier), FACE);
    }

    function test_ItShouldSayWhatHappened() external {
        _pay(id, 60);
        vm.expectEmit(address(settlement));
        emit ISettlement.ReceivableDrawn(root, supplier, 60, 0, 0, false);
        vm.expectEmit(address(settlement));
        emit ISettlement.HolderRedeemed(root, supplier, address(cash), 60);
        _redeem(root);
        _assertDrawn(root, 60, 0, 0);

        _pay(id, FACE - 60);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableRedeemed(root, supplier, FACE);
        vm.expectEmit(address(settlement));
        emit ISettlement.ReceivableDrawn(root, supplier, FACE - 60, 0, 0, true);
        vm.expectEmit(address(settlement));
        emit ISettlement.HolderRedeemed(root, supplier, address(cash), FACE - 60);
        _redeem(root);
        _assertDrawn(root, 0, 0, 0);
        _assertGone(root);
        assertEq(settlement.dueOf(root), 0, "what is gone is due nothing");
        _foldLogs();
        _assertJournals();
    }

    /// @dev 700,000.00 over three thirds: 233,333.33 each while open, one unit more for the last when closed.
    function test_R18b_WorkedExample() external {
        uint256 third = _splitTo(root, supplier3, 33_333_334);
        uint256 second = _splitTo(root, supplier2, 33_333_333);
        _pay(id, 70_000_000);
        assertEq(_redeem(third), 23_333_333);
        assertEq(_redeem(root), 23_333_333);
        _writeOff();
        _closeRecovery();
        assertEq(_redeem(second), 23_333_333);
        assertEq(_redeem(third), 1);
        assertEq(settlement.dueOf(root), 0);
        _assertOwes(cash, 0, 0, address(0), 0);
    }

    function test_WhoeverAsksFirst_ItShouldPayTheSame() external {
        root = _confirmed(5, 1);
        id = _payableOf(root);
        uint256 last = _splitTo(root, supplier3, 2);
        uint256 middle = _splitTo(root, supplier2, 1);
        _pay(id, 2);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.RedemptionNothingDue.selector, middle));
        vm.prank(supplier2);
        settlement.redeem(middle);
        _pay(id, 3);
        assertEq(_redeem(middle), 1);
        assertEq(_redeem(last), 2);
        assertEq(_redeem(root), 2);
        _assertOwes(cash, 0, 0, address(0), 0);
    }
}

/// redeem(), where the payable was paid in two tokens
/// ├── it should pay in the programme's order
/// ├── given one is paused
/// │   └── it should pay what the other covers, of principal first, and keep the piece
/// └── given all that could pay are paused
///     └── it should revert
contract Settlement_Tokens_Test is SettlementKit {
    DepositToken internal second;

    function setUp() public override {
        super.setUp();
        second = _twoTokens();
    }

    function test_ItShouldPayInTheProgrammesOrder() external {
        _pay(id, second, FACE - 40);
        _pay(id, cash, 40);
        assertEq(settlement.held(id, address(cash)), 40);
        assertEq(settlement.held(id, address(second)), FACE - 40);
        vm.expectEmit(address(settlement));
        emit ISettlement.HolderRedeemed(root, supplier, address(cash), 40);
        vm.expectEmit(address(settlement));
        emit ISettlement.HolderRedeemed(root, supplier, address(second), FACE - 40);
        assertEq(_redeem(root), FACE);
        assertEq(second.balanceOf(supplier), FACE - 40);
        _assertOwes(cash, 0, 0, address(0), 0);
        _assertOwes(second, 0, 0, address(0), 0);
    }

    function test_GivenOneIsPaused_ItShouldPayTheRest() external {
        _pay(id, second, FACE - 40);
        _pay(id, cash, 40);
        _pause(cash);
        vm.expectEmit(address(settlement));
        emit ISettlement.ReceivableDrawn(root, supplier, FACE - 40, 0, 0, false);
        assertEq(_redeem(root), FACE - 40);
        _assertDrawn(root, FACE - 40, 0, 0);
        assertEq(settlement.dueOf(root), 40);
        _assertPiece(root, supplier, 0, FACE, 0);

        vm.expectRevert(abi.encodeWithSelector(ISettlement.RedemptionTokenPaused.selector, root));
        vm.prank(supplier);
        settlement.redeem(root);
        vm.expectEmit(address(settlement));
        emit ISettlement.RedemptionSkipped(root, SkipReason.TokenPaused);
        settlement.redeemBatch(_ids(root));

        _resume(cash);
        assertEq(_redeem(root), 40);
        _assertGone(root);
    }

    /// @dev Principal 30, interest 100,000 in the second token, recovery 50 in the first.
    function test_GivenOneIsPaused_ItShouldPayPrincipalFirst() external {
        _onDay(DUE + 2);
        _pay(id, second, 100_030);
        _writeOff();
        _recover(debtor, cash, 50);
        assertEq(settlement.dueOf(root), 100_080);

        _pause(second);
        assertEq(_redeem(root), 50);
        _assertDrawn(root, 30, 20, 0);
        _resume(second);
        assertEq(_redeem(root), 100_030);
        _assertDrawn(root, 30, 100_000, 50);
    }

    function test_GivenOneIsPaused_ItShouldPayRecoveryLast() external {
        _onDay(DUE + 2);
        _pay(id, second, 100_030);
        _writeOff();
        _recover(debtor, cash, 50);
        _closeRecovery();
        _pause(cash);
        assertEq(_redeem(root), 100_030);
        _assertDrawn(root, 30, 100_000, 0);
        _resume(cash);
        assertEq(_redeem(root), 50);
        _assertGone(root);
        _assertDrawn(root, 0, 0, 0);
    }

    /// @dev What one piece drew of the only token that moves is not there for the next.
    function test_GivenOneIsPaused_ABatchShouldGoAsFarAsItCan() external {
        uint256 child = _splitTo(root, supplier2, FACE / 4);
        uint256 last = _splitTo(root, supplier3, FACE / 4);
        _pay(id, cash, FACE * 5 / 8);
        _pay(id, second, FACE * 3 / 8);
        _pause(second);
        vm.expectEmit(address(settlement));
        emit ISettlement.ReceivableDrawn(root, supplier, FACE / 2, 0, 0, true);
        vm.expectEmit(address(settlement));
        emit ISettlement.ReceivableDrawn(child, supplier2, FACE / 8, 0, 0, false);
        vm.expectEmit(address(settlement));
        emit ISettlement.RedemptionSkipped(last, SkipReason.TokenPaused);
        settlement.redeemBatch(_ids(root, child, last));
        _assertOwes(cash, 0, 0, address(0), 0);
        _resume(second);
        settlement.redeemBatch(_ids(child, last));
        assertEq(cash.balanceOf(supplier2), FACE / 8);
        assertEq(second.balanceOf(supplier2), FACE / 8);
        assertEq(second.balanceOf(supplier3), FACE / 4);
        _assertOwes(second, 0, 0, address(0), 0);
    }
}

/// redeemBatch()
/// ├── when it names none, too many, or not in order
/// │   └── it should revert
/// ├── when a piece is not there, or is due nothing
/// │   └── it should pass it by
/// ├── given a holder may not be paid
/// │   └── it should set its cash aside and pay the others
/// └── else
///     ├── it should pay each holder, of any payable, whoever calls
///     └── it should write nothing per holder but what moves
contract Settlement_Batch_Test is SettlementKit {
    function test_RevertWhen_OutOfRange() external {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SettlementBatchOutOfRange.selector, 0, 100));
        settlement.redeemBatch(new uint256[](0));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SettlementBatchOutOfRange.selector, 101, 100));
        settlement.redeemBatch(new uint256[](101));
    }

    function test_RevertWhen_NotAscending() external {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SettlementBatchNotAscending.selector, 2));
        settlement.redeemBatch(_ids(1, 2, 2));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SettlementBatchNotAscending.selector, 1));
        settlement.redeemBatch(_ids(2, 1, 3));
    }

    function test_ItShouldPassByWhatIsNotDue() external {
        uint256 child = _splitTo(root, supplier2, MINIMUM);
        _pay(id, 50);
        vm.expectEmit(address(settlement));
        emit ISettlement.RedemptionSkipped(77, SkipReason.NotFound);
        vm.expectEmit(address(settlement));
        emit ISettlement.HolderRedeemed(root, supplier, address(cash), 49);
        vm.expectEmit(address(settlement));
        emit ISettlement.RedemptionSkipped(child, SkipReason.NothingDue);
        settlement.redeemBatch(_ids(77, root, child));
        _foldLogs();
        _assertJournals();
    }

    function test_GivenHolderMayNotBePaid_ItShouldPayTheOthers() external {
        uint256 child = _splitTo(root, supplier2, FACE / 4);
        uint256 last = _splitTo(root, supplier3, FACE / 4);
        _pay(id, FACE);
        _suspend(supplier);
        vm.prank(operator);
        participants.close(supplier3, "reason");
        vm.expectEmit(address(settlement));
        emit ISettlement.CashSetAside(root, supplier, address(cash), FACE / 2);
        settlement.redeemBatch(_ids(root, child, last));
        assertEq(cash.balanceOf(supplier2), FACE / 4);
        assertEq(cash.balanceOf(supplier), 0);
        assertEq(settlement.setAsideOf(last, supplier3, address(cash)), FACE / 4);
        assertEq(cash.balanceOf(address(settlement)), FACE * 3 / 4, "only what is set aside");
        _assertGone(root);

        vm.prank(operator);
        participants.readmit(supplier3, Roles.CONTRACT, "legal entity");
        vm.expectRevert(
            abi.encodeWithSelector(
                IParticipants.ParticipantLacksRole.selector, supplier3, Roles.CONTRACT, Roles.ORGANISATION
            )
        );
        settlement.releaseSetAside(last, supplier3, address(cash));
    }

    function test_ItShouldPayEachOfAnyPayable() external {
        uint256 other = _confirmed();
        uint256 child = _splitTo(other, supplier3, FACE / 4);
        _splitTo(root, supplier2, FACE / 4);
        _pay(id, FACE);
        _pay(_payableOf(other), FACE / 2);
        uint256[] memory ids = root < other ? _ids(root, other, child) : _ids(other, child, root);
        vm.prank(stranger);
        settlement.redeemBatch(ids);
        assertEq(cash.balanceOf(supplier), FACE * 3 / 4 + FACE * 3 / 8);
        assertEq(cash.balanceOf(supplier3), FACE / 8);
        _assertGone(root);
        assertEq(settlement.held(id, address(cash)), FACE / 4);
        assertEq(settlement.held(_payableOf(other), address(cash)), 0);
    }

    function test_Hundred_ItShouldWriteOnlyWhatMoves() external {
        root = _confirmed(FACE, 1);
        id = _payableOf(root);
        uint256[] memory ids = new uint256[](100);
        address[] memory holders = new address[](100);
        for (uint256 i; i < 100; ++i) {
            holders[i] = _actor(vm.toString(i));
            _admit(holders[i], Roles.SUPPLIER);
            ids[i] = _splitTo(root, holders[i], FACE / 101);
        }
        _pay(id, FACE);
        vm.record();
        settlement.redeemBatch(ids);
        (, bytes32[] memory writes) = vm.accesses(address(settlement));
        uint256 slots;
        for (uint256 i; i < writes.length; ++i) {
            uint256 earlier;
            while (writes[earlier] != writes[i]) ++earlier;
            if (earlier == i) ++slots;
        }
        assertEq(slots, 2, "the journal and what is held");
        for (uint256 i; i < 100; ++i) {
            assertEq(cash.balanceOf(holders[i]), FACE / 101);
        }
        assertEq(settlement.held(id, address(cash)), FACE - 100 * (FACE / 101));
    }
}
