// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DepositToken} from "../src/DepositToken.sol";
import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {ParticipantStatus} from "../src/types/Types.sol";
import {SettlementKit} from "./SettlementKit.sol";

/// Cash set aside
/// ├── given a part of the piece is held
/// │   └── it should set aside that share of each draw, rounded up
/// ├── given a freeze order on the holder is not served
/// │   └── it should set aside all
/// ├── given the holds have ended
/// │   └── it should set aside nothing
/// ├── when it is released
/// │   ├── given there is none, its holder may not be paid, or holds stand
/// │   │   └── it should revert
/// │   ├── given the piece is another's by now
/// │   │   └── it should mind the former holder's orders alone
/// │   └── else it should go to its holder, whoever calls
/// └── when it is enforced
///     ├── when the caller is not Holds, or more is asked than moves
///     │   └── it should revert
///     └── else it should go where it is to go, in the programme's order
contract Settlement_SetAside_Test is SettlementKit {
    uint40 internal until;

    function setUp() public override {
        super.setUp();
        until = uint40(block.timestamp + 300 days);
    }

    function test_GivenPartIsHeld_ItShouldSetAsideItsShare() external {
        _dispute(root, 30_000_001);
        _pay(id, 10);
        vm.expectEmit(address(settlement));
        emit ISettlement.ReceivableDrawn(root, supplier, 10, 0, 0, false);
        vm.expectEmit(address(settlement));
        emit ISettlement.HolderRedeemed(root, supplier, address(cash), 6);
        vm.expectEmit(address(settlement));
        emit ISettlement.CashSetAside(root, supplier, address(cash), 4);
        assertEq(_redeem(root), 6, "what was paid");
        _assertOwes(cash, 0, root, supplier, 4);

        _pay(id, FACE - 10);
        settlement.redeemBatch(_ids(root));
        // 99,999,990 · 30,000,001 / 100,000,000 = 29,999,997.9999…, and the 4 of before.
        _assertOwes(cash, 0, root, supplier, 30_000_002);
        assertEq(cash.balanceOf(supplier), FACE - 30_000_002);
        _assertGone(root);
        _foldLogs();
        _assertJournals();
    }

    function test_GivenAllIsHeld_ItShouldSetAsideAll() external {
        _dispute(root, FACE);
        _pay(id, FACE);
        assertEq(_redeem(root), 0);
        _assertOwes(cash, 0, root, supplier, FACE);
    }

    /// @dev With two tokens what is set aside comes last.
    function test_GivenPartIsHeld_ItShouldSetAsideOfTheLastToken() external {
        DepositToken second = _twoTokens();
        _dispute(root, FACE / 2);
        _pay(id, cash, 60);
        _pay(id, second, 40);
        assertEq(_redeem(root), 50);
        _assertOwes(cash, 0, root, supplier, 10);
        _assertOwes(second, 0, root, supplier, 40);
        assertEq(cash.balanceOf(supplier), 50);
    }

    /// @dev The order names the holder and the payable; the other payable's holder is not concerned.
    function test_GivenOrderNotServed_ItShouldSetAsideAll() external {
        uint256 child = _splitTo(root, supplier2, FACE / 4);
        _freeze(supplier2, id, 1);
        _pay(id, FACE);
        settlement.redeemBatch(_ids(root, child));
        _assertOwes(cash, 0, child, supplier2, FACE / 4);
        assertEq(cash.balanceOf(supplier), FACE * 3 / 4);
    }

    function test_GivenOrderServed_ItShouldSetAsideItsShare() external {
        uint32 orderId = _freeze(supplier, id, FACE / 4);
        vm.prank(supplier);
        holds.setAside(orderId, root, FACE / 4);
        _pay(id, FACE / 2);
        assertEq(_redeem(root), FACE * 3 / 8);
        _assertOwes(cash, 0, root, supplier, FACE / 8);
    }

    function test_GivenHoldsHaveEnded_ItShouldPay() external {
        _dispute(root, FACE);
        _freeze(supplier, id, FACE);
        _pay(id, FACE);
        vm.warp(uint256(until) + 1);
        assertEq(_redeem(root), FACE);
    }

    /* RELEASE */

    function test_RevertGiven_NothingSetAside() external {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SetAsideNothing.selector, root, supplier));
        settlement.releaseSetAside(root, supplier, address(cash));
    }

    function test_RevertGiven_HolderMayNotBePaid() external {
        _setAsideOfSuspended();
        vm.expectRevert(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, supplier, ParticipantStatus.Suspended)
        );
        settlement.releaseSetAside(root, supplier, address(cash));
        _reinstate(supplier);
        _pause(cash);
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.DepositTokenPaused.selector, address(cash)));
        settlement.releaseSetAside(root, supplier, address(cash));
    }

    function test_ItShouldReleaseToItsHolder() external {
        _setAsideOfSuspended();
        _reinstate(supplier);
        vm.expectEmit(address(settlement));
        emit ISettlement.SetAsideReleased(root, supplier, address(cash), FACE);
        vm.prank(stranger);
        settlement.releaseSetAside(root, supplier, address(cash));
        assertEq(cash.balanceOf(supplier), FACE);
        _assertOwes(cash, 0, root, supplier, 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SetAsideNothing.selector, root, supplier));
        settlement.releaseSetAside(root, supplier, address(cash));
    }

    function test_RevertGiven_HoldsStand() external {
        uint32 holdId = _dispute(root, FACE);
        _pay(id, 60);
        _redeem(root);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SetAsideHeld.selector, root));
        settlement.releaseSetAside(root, supplier, address(cash));
        vm.prank(debtor);
        holds.release(holdId);

        uint32 orderId = _freeze(supplier, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SetAsideHeld.selector, root));
        settlement.releaseSetAside(root, supplier, address(cash));
        vm.prank(compliance);
        holds.releaseOrder(orderId, "reason");
        settlement.releaseSetAside(root, supplier, address(cash));
        assertEq(cash.balanceOf(supplier), 60);
    }

    /// @dev The dispute outlives the piece, and keeps its cash.
    function test_RevertGiven_HoldsStandOnWhatIsGone() external {
        uint32 holdId = _dispute(root, 1);
        _pay(id, FACE);
        assertEq(_redeem(root), FACE - 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SetAsideHeld.selector, root));
        settlement.releaseSetAside(root, supplier, address(cash));
        vm.prank(debtor);
        holds.release(holdId);
        settlement.releaseSetAside(root, supplier, address(cash));
        assertEq(cash.balanceOf(supplier), FACE);
    }

    function test_GivenThePieceIsAnothers_ItShouldMindTheFormerHoldersOrdersAlone() external {
        uint32 orderId = _freeze(supplier, id, 1);
        _pay(id, 60);
        assertEq(_redeem(root), 0);
        vm.prank(compliance);
        holds.releaseOrder(orderId, "reason");
        _handOn(root, supplier2, false);
        _dispute(root, FACE);
        orderId = _freeze(supplier, id, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SetAsideHeld.selector, root));
        settlement.releaseSetAside(root, supplier, address(cash));
        vm.prank(compliance);
        holds.releaseOrder(orderId, "reason");
        settlement.releaseSetAside(root, supplier, address(cash));
        assertEq(cash.balanceOf(supplier), 60);
    }

    /* ENFORCEMENT */

    function test_RevertWhen_CallerIsNotHolds() external {
        _setAsideOfSuspended();
        vm.expectRevert(
            abi.encodeWithSelector(ISettlement.EnforcementNotForCaller.selector, compliance, address(holds))
        );
        vm.prank(compliance);
        settlement.enforceSetAside(root, supplier, FACE, financier);
    }

    function test_RevertWhen_MoreThanIsSetAside() external {
        _setAsideOfSuspended();
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SetAsideExceeded.selector, root, FACE + 1, FACE));
        vm.prank(address(holds));
        settlement.enforceSetAside(root, supplier, FACE + 1, financier);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SetAsideExceeded.selector, root, 1, 0));
        vm.prank(address(holds));
        settlement.enforceSetAside(root, supplier2, 1, financier);
    }

    function test_ItShouldEnforceInTheProgrammesOrder() external {
        DepositToken second = _twoTokens();
        _suspend(supplier);
        _pay(id, cash, 60);
        _pay(id, second, 40);
        settlement.redeemBatch(_ids(root));
        vm.expectEmit(address(settlement));
        emit ISettlement.SetAsideEnforced(root, supplier, bank, address(cash), 60);
        vm.expectEmit(address(settlement));
        emit ISettlement.SetAsideEnforced(root, supplier, bank, address(second), 10);
        vm.prank(address(holds));
        settlement.enforceSetAside(root, supplier, 70, bank);
        assertEq(cash.balanceOf(bank), 60);
        assertEq(second.balanceOf(bank), 10);
        _assertOwes(cash, 0, root, supplier, 0);
        _assertOwes(second, 0, root, supplier, 30);
    }

    function test_ItShouldPassByWhatIsPaused() external {
        DepositToken second = _twoTokens();
        _suspend(supplier);
        _pay(id, cash, 60);
        _pay(id, second, 40);
        settlement.redeemBatch(_ids(root));
        _pause(cash);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SetAsideExceeded.selector, root, 41, 40));
        vm.prank(address(holds));
        settlement.enforceSetAside(root, supplier, 41, bank);
        vm.prank(address(holds));
        settlement.enforceSetAside(root, supplier, 40, bank);
        _assertOwes(cash, 0, root, supplier, 60);
        _assertOwes(second, 0, root, supplier, 0);
    }

    /// @dev By an order, of a piece that is redeemed already.
    function test_ItShouldMoveWhatAnOrderTakes() external {
        uint32 orderId = _freeze(supplier, id, FACE / 4);
        _pay(id, FACE);
        assertEq(_redeem(root), 0);
        vm.prank(compliance);
        holds.enforceOrder(orderId, root, FACE / 4, bank);
        assertEq(cash.balanceOf(bank), FACE / 4);
        settlement.releaseSetAside(root, supplier, address(cash));
        assertEq(cash.balanceOf(supplier), FACE * 3 / 4);
        assertEq(cash.balanceOf(address(settlement)), 0);
    }

    /* INTERNAL */

    function _dispute(uint256 receivableId, uint56 amount) internal returns (uint32) {
        vm.prank(debtor);
        return holds.dispute(receivableId, amount, until, "reason");
    }

    function _setAsideOfSuspended() internal {
        _pay(id, FACE);
        _suspend(supplier);
        settlement.redeemBatch(_ids(root));
    }
}
