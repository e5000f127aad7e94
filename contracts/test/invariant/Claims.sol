// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Payable, PayableState, Piece} from "../../src/types/Types.sol";
import {ForbiddenHandler} from "./ForbiddenHandler.sol";
import {GhostOrder, GhostPayable, GhostPiece} from "./Ghosts.sol";

/// @title Claims
/// @notice What is true of the network after every call. Numbers as in {Invariants_Test}'s header.
contract Claims is ForbiddenHandler {
    /* PIECES */

    /// @dev Live pieces as the contract has them; what became of the rest, from the book.
    function claim_I1_WhatBecameOfTheFace() public view {
        for (uint256 i; i < _ghostPayables.length; ++i) {
            GhostPayable storage g = _ghostPayables[i];
            uint256[6] memory sums;
            for (uint256 j; j < g.pieces.length; ++j) {
                GhostPiece storage p = _ghostPieces[g.pieces[j]];
                Piece memory piece = receivables.pieceOf(p.id);
                uint256 value = p.gone && !p.merged ? p.end - p.start : piece.end - piece.start;
                uint256 what = p.parked ? (p.diluted ? 3 : 2) : p.gone ? 1 : g.state == PayableState.WrittenOff ? 4 : 0;
                sums[g.state == PayableState.Cancelled ? 5 : what] += value;
            }
            uint256 sum;
            for (uint256 k; k < 6; ++k) {
                sum += sums[k];
            }
            assertEq(
                sum,
                g.pieces.length == 0 ? 0 : g.terms.faceValue,
                "I1: live + redeemed + extinguished + diluted + written off + cancelled = F"
            );
        }
    }

    /// @dev Intervals as the contract has them, those of redeemed pieces from the book: in order, they leave no gap.
    function claim_I2_PiecesTileTheLine() public view {
        for (uint256 i; i < _ghostPayables.length; ++i) {
            GhostPayable storage g = _ghostPayables[i];
            uint256 n = g.pieces.length;
            uint56[2][] memory lines = new uint56[2][](n);
            for (uint256 j; j < n; ++j) {
                GhostPiece storage p = _ghostPieces[g.pieces[j]];
                Piece memory piece = receivables.pieceOf(p.id);
                lines[j] = p.gone && !p.merged ? [p.start, p.end] : [piece.start, piece.end];
            }
            uint56 edge;
            for (uint256 j; j < n && (n == 0 || edge != g.terms.faceValue); ++j) {
                uint256 next = n;
                for (uint256 k; k < n; ++k) {
                    if (lines[k][0] == edge && lines[k][1] > edge) next = k;
                }
                assertLt(next, n, "I2: a gap or an overlap on the line");
                edge = lines[next][1];
            }
            if (n != 0) assertEq(edge, g.terms.faceValue, "I2: the line is not covered");
        }
    }

    function claim_I3_I4_DepthAndMinimum() public view {
        for (uint256 i; i < _ghostPieces.length; ++i) {
            GhostPiece storage p = _ghostPieces[i];
            if (p.gone) continue;
            GhostPayable storage g = _ghostPayables[p.owed];
            assertEq(receivables.slotOf(p.id), g.id, "I3: another slot");
            if (p.parked || p.forced) continue;
            assertLe(receivables.pieceOf(p.id).depth, g.maximumDepth, "I3: too deep");
            if (uint32(p.id) != 1) assertGe(p.born, g.minimum, "I4: a child below the minimum");
        }
    }

    /// @dev I5 to I8 are in the book: a refusal leaves the split, what is parked is the debtor's and stays so.
    function claim_P_PiecesAreAsBooked() public view {
        uint256 alive;
        for (uint256 i; i < _ghostPieces.length; ++i) {
            GhostPiece storage p = _ghostPieces[i];
            Piece memory expected;
            if (!p.gone) {
                ++alive;
                expected = Piece({
                    holder: p.holder,
                    sender: p.sender,
                    endorser: _ghostNodes[p.node].endorser,
                    receivedAt: uint32(p.receivedAt),
                    start: p.start,
                    end: p.end,
                    depth: p.depth,
                    refusable: p.refusable,
                    parked: p.parked
                });
            }
            assertEq(abi.encode(receivables.pieceOf(p.id)), abi.encode(expected), "P: piece");
            (uint56 principal, uint56 interest, uint56 recovered) = settlement.drawnOf(p.id);
            if (p.gone) {
                assertEq(principal + interest + recovered, 0, "P: a gone piece's draws");
            } else {
                assertTrue(principal == p.principal && interest == p.interest && recovered == p.recovered, "P: drawn");
            }
        }
        uint256 counted = receivables.balanceOf(debtor) + receivables.balanceOf(rivalDebtor);
        for (uint256 i; i < _holders.length; ++i) {
            counted += receivables.balanceOf(_holders[i]);
        }
        assertEq(counted, alive, "P: count of pieces");
    }

    function claim_S_PayablesAreAsBooked() public view {
        for (uint256 i; i < _ghostPayables.length; ++i) {
            GhostPayable storage g = _ghostPayables[i];
            Payable memory p = receivables.payableOf(g.id);
            (,, PayableState proposal,) = origination.proposalOf(g.id);
            bool opened = g.pieces.length != 0;
            assertEq(uint256(opened ? p.state : proposal), uint256(g.state), "S: state");
            if (opened && g.state != PayableState.Cancelled) {
                assertEq(uint256(proposal), uint256(PayableState.Confirmed), "S: proposal");
            }
            assertEq(p.paid, g.paid, "S: paid");
            assertEq(p.serials, g.pieces.length, "S: serials");
            assertEq(p.faceValue, opened ? g.terms.faceValue : 0, "S: face");
            uint256 claimant = origination.claimedBy(g.terms.invoiceFingerprint);
            assertEq(claimant, _claims[g.terms.invoiceFingerprint], "S: one confirmed payable per invoice");
            (uint56 interestPaid,,, uint56 recovered, bool closed) = settlement.ledgerOf(g.id);
            assertEq(interestPaid, g.interestPaid, "S: late interest");
            assertEq(recovered, g.recovered, "S: recovered");
            assertEq(closed, g.recoveryClosed, "S: recovery closed");
        }
    }

    /// @dev I9 is tried by the forbidden acts; I10 is what is free and what is held, against the book's holds.
    function claim_I10_FreeAndHeld() public view {
        for (uint256 i; i < _ghostPieces.length; ++i) {
            GhostPiece storage p = _ghostPieces[i];
            if (p.gone) continue;
            assertEq(receivables.freeOf(p.id), _free(i), "I10: free");
            if (p.parked) continue;
            assertEq(holds.heldOf(p.id), _heldOf(i), "I10: held");
            assertEq(holds.isBlocked(p.holder, p.id >> 32), _isBlocked(p.holder, p.id >> 32), "I10: blocked");
        }
        for (uint256 i = 1; i < _ghostOrders.length; ++i) {
            GhostOrder storage o = _ghostOrders[i];
            assertEq(holds.orderOf(o.id).assigned, o.assigned, "I10: set aside under an order");
        }
    }

    /* CASH */

    function claim_C1_SettlementHoldsWhatItOwes() public view {
        uint256 owed = _asides;
        for (uint256 i; i < _ghostPayables.length; ++i) {
            GhostPayable storage g = _ghostPayables[i];
            assertEq(settlement.held(g.id, address(cash)), g.cash, "C1: held = paid in - netted - drawn");
            owed += g.cash;
        }
        assertEq(cash.balanceOf(address(settlement)), owed, "C1: cash = held + set aside");
    }

    function claim_C2_NobodyElseHoldsCash() public view {
        assertEq(cash.balanceOf(address(discounting)), 0, "C2: Discounting");
        assertEq(cash.balanceOf(address(receivables)), 0, "C2: Receivables");
        assertEq(cash.balanceOf(address(origination)), 0, "C2: Origination");
        assertEq(cash.balanceOf(address(holds)), 0, "C2: Holds");
        assertEq(cash.balanceOf(address(dishonours)), 0, "C2: Dishonours");
        assertEq(cash.balanceOf(address(participants)), 0, "C2: Participants");
        assertEq(cash.balanceOf(address(anchors)), 0, "C2: Anchors");
        assertEq(cash.balanceOf(operator), 0, "C2: operator");
        assertEq(cash.balanceOf(compliance), 0, "C2: compliance");
        assertEq(cash.balanceOf(address(cash)), _payOutsWaiting, "C2: DepositToken, but for pay-outs that wait");
    }

    function claim_C3_CashIsConserved() public view {
        uint256 sum = cash.balanceOf(address(settlement)) + _payOutsWaiting;
        for (uint256 i; i < _accounts.length; ++i) {
            assertEq(cash.balanceOf(_accounts[i]), _money[_accounts[i]], "C3: balance");
            sum += cash.balanceOf(_accounts[i]);
        }
        assertEq(sum, _credited - _burnt, "C3: all balances = credits - pay-outs");
        assertEq(cash.totalSupply(), _credited - _burnt, "C3: supply = credits - pay-outs");
    }

    /* ENTITLEMENT */

    function claim_E_NothingIsOverdrawn() public view {
        for (uint256 i; i < _ghostPayables.length; ++i) {
            GhostPayable storage g = _ghostPayables[i];
            if (g.pieces.length == 0 || g.state == PayableState.Cancelled) continue;
            uint256 shared;
            for (uint256 j; j < g.pieces.length; ++j) {
                GhostPiece storage p = _ghostPieces[g.pieces[j]];
                shared += p.principal + p.interest + p.recovered;
                if (p.gone) continue;
                assertEq(settlement.dueOf(p.id), _dueSum(p), "E: due");
                shared += settlement.dueOf(p.id);
            }
            uint256 came = uint256(g.paid) + g.interestPaid + g.recovered;
            assertLe(shared, came, "E: more is due than was paid in");
            bool final_ = g.state == PayableState.Settled || g.recoveryClosed;
            if (final_) assertEq(shared, came, "E: closed, but not all is due");
        }
    }

    /* JOURNALS */

    function claim_J_JournalsFollowFromTheLogs() public view {
        _assertJournals();
    }

    /* REACH */

    function times(string memory action) external view returns (uint256) {
        return _times[action];
    }

    function reached(PayableState state) external view returns (uint256) {
        return _reached[state];
    }
}
