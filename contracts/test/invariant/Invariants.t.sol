// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {PayableState} from "../../src/types/Types.sol";
import {Claims} from "./Claims.sol";

/// INVARIANTS, after every call of any campaign
/// I1  live + redeemed + extinguished + diluted + written off + cancelled = F for every payable that was ever owed.
/// I2  The pieces of a payable are disjoint and cover its line [0, F).
/// I3  A piece is at most as deep as allowed and in its payable's slot.
/// I4  A child was born with at least the minimum.
/// I5  A refusal leaves the split; I6 what was used cannot be refused; I7 see Receivables_Blackout_Test; I8 what came back
///     to its debtor is parked and stays: all in P, which compares every field of every piece with the book.
/// I9  Nobody who may not act moves anything: tried by the forbidden acts in every state.
/// I10 What is free and what is held of every piece, and what is set aside under every order, is as booked.
/// P   Every piece is as the handlers' own book has it; a redeemed one is gone; holders' counts add up.
/// S   Every payable is in the state that the acts so far put it in; an invoice stands behind one confirmed payable.
/// C1  Settlement's cash is what was paid in less what was netted and drawn, per payable, and what is set aside.
/// C2  No other contract holds cash, nor the operator, nor compliance.
/// C3  Cash is conserved: every balance is as booked, and all together are what the bank credited and did not pay out.
/// E   No piece is due less than it drew, all pieces together no more than came in, and once closed all of it.
/// J   Every contract's journal follows from the logs.
contract Invariants_Test is Test {
    Claims internal world;

    function setUp() external {
        world = new Claims();
        world.setUp();
        targetContract(address(world));
        bytes4[] memory actions = new bytes4[](40);
        actions[0] = world.propose.selector;
        actions[1] = world.issue.selector;
        actions[2] = world.confirm.selector;
        actions[3] = world.decide.selector;
        actions[4] = world.cancel.selector;
        actions[5] = world.split.selector;
        actions[6] = world.transferPart.selector;
        actions[7] = world.transferWhole.selector;
        actions[8] = world.merge.selector;
        actions[9] = world.refuse.selector;
        actions[10] = world.park.selector;
        actions[11] = world.discount.selector;
        actions[12] = world.pay.selector;
        actions[13] = world.redeem.selector;
        actions[14] = world.redeemBatch.selector;
        actions[15] = world.releaseSetAside.selector;
        actions[16] = world.repurchase.selector;
        actions[17] = world.writeOff.selector;
        actions[18] = world.recover.selector;
        actions[19] = world.credit.selector;
        actions[20] = world.payOut.selector;
        actions[21] = world.moveCash.selector;
        actions[22] = world.anchor.selector;
        actions[23] = world.sleep.selector;
        actions[24] = world.order.selector;
        actions[25] = world.setAside.selector;
        actions[26] = world.releaseOrder.selector;
        actions[27] = world.enforceOrder.selector;
        actions[28] = world.dispute.selector;
        actions[29] = world.releaseHold.selector;
        actions[30] = world.confirmTwice.selector;
        actions[31] = world.oversplit.selector;
        actions[32] = world.splitWherePiecesMayNot.selector;
        actions[33] = world.moveWhatIsHeld.selector;
        actions[34] = world.redeemTwice.selector;
        actions[35] = world.reuseQuote.selector;
        actions[36] = world.strangerMoves.selector;
        actions[37] = world.moveWhereItMayNot.selector;
        actions[38] = world.overpay.selector;
        actions[39] = world.pushCash.selector;
        targetSelector(FuzzSelector(address(world), actions));
    }

    /// @dev One campaign for all claims: a campaign costs more than its checks.
    function invariant_I1_to_I10_P_S_C1_C2_C3_E_J() external view {
        world.claim_I1_WhatBecameOfTheFace();
        world.claim_I2_PiecesTileTheLine();
        world.claim_I3_I4_DepthAndMinimum();
        world.claim_P_PiecesAreAsBooked();
        world.claim_S_PayablesAreAsBooked();
        world.claim_I10_FreeAndHeld();
        world.claim_C1_SettlementHoldsWhatItOwes();
        world.claim_C2_NobodyElseHoldsCash();
        world.claim_C3_CashIsConserved();
        world.claim_E_NothingIsOverdrawn();
        world.claim_J_JournalsFollowFromTheLogs();
    }

    /// @dev A campaign that never settled anything proves nothing. Some of the same length and kind as the real ones, their
    /// values from a hash: together they reach every state, and every action did what it is for, refusals included.
    function test_CampaignsReachEverything() external {
        string[62] memory actions = [
            "propose",
            "propose refused",
            "issue",
            "confirm",
            "confirm by signature",
            "confirm refused",
            "credit a proposal",
            "dispute a proposal",
            "withdraw a dispute",
            "decline",
            "withdraw",
            "cancel",
            "refuse what was issued",
            "split",
            "transferPart",
            "transferWhole",
            "transfer with recourse",
            "merge",
            "refuse",
            "dilute",
            "extinguish",
            "discount",
            "discount a part of the quote",
            "pay",
            "pay, netted",
            "pay late interest",
            "redeem refused",
            "redeem a share",
            "redeem the last",
            "redeemBatch",
            "set cash aside",
            "releaseSetAside",
            "release refused",
            "repurchase",
            "writeOff",
            "give up late interest",
            "recover",
            "closeRecovery",
            "credit",
            "payOut",
            "payOut refused",
            "a pay-out waits",
            "moveCash",
            "anchor",
            "sleep",
            "order",
            "setAside",
            "releaseOrder",
            "enforceOrder",
            "dispute",
            "releaseHold",
            "confirmTwice",
            "oversplit",
            "splitWherePiecesMayNot",
            "moveWhatIsHeld",
            "moveWhatIsParked",
            "redeemTwice",
            "reuseQuote",
            "strangerMoves",
            "moveWhereItMayNot",
            "overpay",
            "pushCash"
        ];
        uint256[62] memory times;
        uint256[8] memory reached;
        for (uint256 run; run < 16; ++run) {
            world = new Claims();
            world.setUp();
            for (uint256 step; step < 256; ++step) {
                _step(uint256(keccak256(abi.encode(run, step))));
            }
            this.invariant_I1_to_I10_P_S_C1_C2_C3_E_J();
            for (uint256 i; i < actions.length; ++i) {
                times[i] += world.times(actions[i]);
            }
            for (uint256 state = 1; state < 8; ++state) {
                reached[state] += world.reached(PayableState(state));
            }
        }
        string memory missing;
        for (uint256 i; i < actions.length; ++i) {
            if (times[i] == 0) missing = string.concat(missing, " ", actions[i], ";");
        }
        assertEq(missing, "", "never happened");
        for (uint256 state = 1; state < 8; ++state) {
            assertGt(reached[state], 0, string.concat("never in state ", vm.toString(state)));
        }
        assertEq(uint256(type(PayableState).max), 7, "a state that this does not look for");
    }

    function _step(uint256 r) private {
        (uint56 a, uint56 b, uint8 c) = (uint56(r >> 64), uint56(r >> 128), uint8(r >> 192));
        uint256 seed = uint256(keccak256(abi.encode(r)));
        uint256 action = r % 40;
        if (action == 0) world.propose(seed, a, b, c);
        if (action == 1) world.issue(seed, a, b, c);
        if (action == 2) world.confirm(seed);
        if (action == 3) world.decide(seed, a);
        if (action == 4) world.cancel(seed);
        if (action == 5) world.split(seed, [a, b, a / 3], c);
        if (action == 6) world.transferPart(seed, a);
        if (action == 7) world.transferWhole(seed);
        if (action == 8) world.merge(seed);
        if (action == 9) world.refuse(seed);
        if (action == 10) world.park(seed, a);
        if (action == 11) world.discount(seed, a, b, a ^ b);
        if (action == 12) world.pay(seed, a);
        if (action == 13) world.redeem(seed);
        if (action == 14) world.redeemBatch(seed);
        if (action == 15) world.releaseSetAside(seed);
        if (action == 16) world.repurchase(seed);
        if (action == 17) world.writeOff(seed);
        if (action == 18) world.recover(seed, a);
        if (action == 19) world.credit(seed, uint32(a));
        if (action == 20) world.payOut(seed, a);
        if (action == 21) world.moveCash(seed, a);
        if (action == 22) world.anchor(seed);
        if (action == 23) world.sleep(seed);
        if (action == 24) world.order(seed, a);
        if (action == 25) world.setAside(seed, a);
        if (action == 26) world.releaseOrder(seed);
        if (action == 27) world.enforceOrder(seed, a);
        if (action == 28) world.dispute(seed, a);
        if (action == 29) world.releaseHold(seed);
        if (action == 30) world.confirmTwice(seed, a);
        if (action == 31) world.oversplit(seed, a);
        if (action == 32) world.splitWherePiecesMayNot(seed);
        if (action == 33) world.moveWhatIsHeld(seed);
        if (action == 34) world.redeemTwice(seed);
        if (action == 35) world.reuseQuote(seed, a, b);
        if (action == 36) world.strangerMoves(seed);
        if (action == 37) world.moveWhereItMayNot(seed);
        if (action == 38) world.overpay(seed, a);
        if (action == 39) world.pushCash(seed);
    }
}
