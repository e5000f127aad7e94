// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {PayableState} from "../../src/types/Types.sol";
import {Claims} from "./Claims.sol";

/// INVARIANTS, after every call of any campaign
/// I1  live + redeemed = F for every payable that is owed, 0 for every other.
/// I2  The pieces of a payable are disjoint and cover its line [0, F).
/// I3  A child is one deeper than its parent, at most as deep as allowed, and in the same slot.
/// I4  A child was born with at least the minimum.
/// P   Every piece is as the handler's own book has it; a redeemed one is gone; holders' counts add up.
/// S   Every payable is in the state that the acts so far put it in; an invoice stands behind one confirmed payable.
/// C1  Settlement's cash is what was paid in less what was drawn, per payable and in all.
/// C2  No other contract holds cash, nor the operator.
/// C3  Cash is conserved: every balance is as booked, and all together are what the bank credited.
/// E   No piece is due less than it drew, all pieces together no more than was paid in, and once settled all of it.
/// J   Every contract's journal follows from the logs.
contract Invariants_Test is Test {
    Claims internal world;

    function setUp() external {
        world = new Claims();
        world.setUp();
        targetContract(address(world));
        bytes4[] memory actions = new bytes4[](21);
        actions[0] = world.propose.selector;
        actions[1] = world.confirm.selector;
        actions[2] = world.split.selector;
        actions[3] = world.transferPart.selector;
        actions[4] = world.transferWhole.selector;
        actions[5] = world.discount.selector;
        actions[6] = world.pay.selector;
        actions[7] = world.redeem.selector;
        actions[8] = world.credit.selector;
        actions[9] = world.moveCash.selector;
        actions[10] = world.anchor.selector;
        actions[11] = world.sleep.selector;
        actions[12] = world.confirmTwice.selector;
        actions[13] = world.oversplit.selector;
        actions[14] = world.splitWherePiecesMayNot.selector;
        actions[15] = world.redeemTwice.selector;
        actions[16] = world.reuseQuote.selector;
        actions[17] = world.strangerMoves.selector;
        actions[18] = world.moveWhereItMayNot.selector;
        actions[19] = world.overpay.selector;
        actions[20] = world.pushCash.selector;
        targetSelector(FuzzSelector(address(world), actions));
    }

    /// @dev One campaign for all claims: a campaign costs more than its checks.
    function invariant_I1_I2_I3_I4_P_S_C1_C2_C3_E_J() external view {
        world.claim_I1_LiveAndRedeemedAreTheFace();
        world.claim_I2_PiecesTileTheLine();
        world.claim_I3_I4_DepthAndMinimum();
        world.claim_P_PiecesAreAsBooked();
        world.claim_S_PayablesAreAsBooked();
        world.claim_C1_SettlementHoldsWhatItOwes();
        world.claim_C2_NobodyElseHoldsCash();
        world.claim_C3_CashIsConserved();
        world.claim_E_NothingIsOverdrawn();
        world.claim_J_JournalsFollowFromTheLogs();
    }

    /// @dev A campaign that never settled anything proves nothing. Eight of the same length and kind as the real ones, their
    /// values from a hash: together they reach every state, and every action did what it is for, refusals included.
    function test_CampaignsReachEverything() external {
        string[27] memory actions = [
            "propose",
            "propose refused",
            "confirm",
            "confirm by signature",
            "confirm refused",
            "split",
            "transferPart",
            "transferWhole",
            "discount",
            "pay",
            "redeem",
            "redeem a share",
            "redeem the last",
            "redeem refused",
            "credit",
            "moveCash",
            "anchor",
            "sleep",
            "confirmTwice",
            "oversplit",
            "splitWherePiecesMayNot",
            "redeemTwice",
            "reuseQuote",
            "strangerMoves",
            "moveWhereItMayNot",
            "overpay",
            "pushCash"
        ];
        uint256[27] memory times;
        uint256[4] memory reached;
        for (uint256 run; run < 8; ++run) {
            world = new Claims();
            world.setUp();
            for (uint256 step; step < 128; ++step) {
                _step(uint256(keccak256(abi.encode(run, step))));
            }
            this.invariant_I1_I2_I3_I4_P_S_C1_C2_C3_E_J();
            for (uint256 i; i < actions.length; ++i) {
                times[i] += world.times(actions[i]);
            }
            for (uint256 state = 1; state < 4; ++state) {
                reached[state] += world.reached(PayableState(state));
            }
        }
        for (uint256 i; i < actions.length; ++i) {
            assertGt(times[i], 0, string.concat(actions[i], " never happened"));
        }
        for (uint256 state = 1; state < 4; ++state) {
            assertGt(reached[state], 0, string.concat("never in state ", vm.toString(state)));
        }
        assertEq(uint256(type(PayableState).max), 3, "a state that this does not look for");
    }

    function _step(uint256 r) private {
        (uint64 a, uint64 b, uint8 c) = (uint64(r >> 64), uint64(r >> 128), uint8(r >> 192));
        uint256 seed = uint256(keccak256(abi.encode(r)));
        uint256 action = r % 21;
        if (action == 0) world.propose(seed, a, b, c);
        if (action == 1) world.confirm(seed);
        if (action == 2) world.split(seed, [a, b, a / 3], c);
        if (action == 3) world.transferPart(seed, a);
        if (action == 4) world.transferWhole(seed);
        if (action == 5) world.discount(seed, a, b);
        if (action == 6) world.pay(seed, a);
        if (action == 7) world.redeem(seed);
        if (action == 8) world.credit(seed, uint32(a));
        if (action == 9) world.moveCash(seed, a);
        if (action == 10) world.anchor(seed);
        if (action == 11) world.sleep(seed);
        if (action == 12) world.confirmTwice(seed, a);
        if (action == 13) world.oversplit(seed, a);
        if (action == 14) world.splitWherePiecesMayNot(seed);
        if (action == 15) world.redeemTwice(seed);
        if (action == 16) world.reuseQuote(seed, a, b);
        if (action == 17) world.strangerMoves(seed);
        if (action == 18) world.moveWhereItMayNot(seed);
        if (action == 19) world.overpay(seed, a);
        if (action == 20) world.pushCash(seed);
    }
}
