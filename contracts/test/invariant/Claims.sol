// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Payable, PayableState, Piece} from "../../src/types/Types.sol";
import {ForbiddenHandler} from "./ForbiddenHandler.sol";
import {GhostPayable, GhostPiece} from "./Ghosts.sol";

/// @title Claims
/// @notice What is true of the network after every call. Numbers as in {Invariants_Test}'s header.
contract Claims is ForbiddenHandler {
    /* PIECES */

    function claim_I1_LiveAndRedeemedAreTheFace() public view {
        for (uint256 i; i < _ghostPayables.length; ++i) {
            GhostPayable storage g = _ghostPayables[i];
            uint256 live;
            uint256 redeemed;
            for (uint256 j; j < g.pieces.length; ++j) {
                GhostPiece storage p = _ghostPieces[g.pieces[j]];
                Piece memory piece = receivables.pieceOf(p.id);
                live += piece.end - piece.start;
                if (p.gone) redeemed += p.end - p.start;
            }
            bool owed = g.state == PayableState.Confirmed || g.state == PayableState.Settled;
            assertEq(live + redeemed, owed ? g.terms.faceValue : 0, "I1: live + redeemed = F");
        }
    }

    /// @dev Intervals as the contract has them, the redeemed ones from the book: sorted, they leave no gap.
    function claim_I2_PiecesTileTheLine() public view {
        for (uint256 i; i < _ghostPayables.length; ++i) {
            GhostPayable storage g = _ghostPayables[i];
            uint256 n = g.pieces.length;
            uint64[2][] memory lines = new uint64[2][](n);
            for (uint256 j; j < n; ++j) {
                GhostPiece storage p = _ghostPieces[g.pieces[j]];
                Piece memory piece = receivables.pieceOf(p.id);
                lines[j] = p.gone ? [p.start, p.end] : [piece.start, piece.end];
            }
            uint64 edge;
            for (uint256 j; j < n; ++j) {
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
            Piece memory piece = receivables.pieceOf(p.id);
            assertLe(piece.depth, g.terms.maximumDepth, "I3: too deep");
            assertEq(receivables.slotOf(p.id), g.id, "I3: another slot");
            if (piece.parent == 0) {
                assertEq(piece.depth, 0, "I3: a root below the top");
            } else {
                assertEq(piece.depth, _ghostPieces[g.pieces[piece.parent - 1]].depth + 1, "I3: depth");
                assertGe(p.born, g.terms.minimumPiece, "I4: a child below the minimum");
            }
        }
    }

    function claim_P_PiecesAreAsBooked() public view {
        for (uint256 i; i < _ghostPieces.length; ++i) {
            GhostPiece storage p = _ghostPieces[i];
            Piece memory expected;
            if (!p.gone) expected = Piece(p.holder, p.parent, p.depth, p.recourse, p.start, p.end, p.drawn);
            assertEq(abi.encode(receivables.pieceOf(p.id)), abi.encode(expected), "P: piece");
        }
        uint256 counted;
        uint256 alive;
        for (uint256 i; i < _holders.length; ++i) {
            counted += receivables.balanceOf(_holders[i]);
        }
        for (uint256 i; i < _ghostPieces.length; ++i) {
            if (!_ghostPieces[i].gone) ++alive;
        }
        assertEq(counted, alive, "P: count of pieces");
    }

    function claim_S_PayablesAreAsBooked() public view {
        for (uint256 i; i < _ghostPayables.length; ++i) {
            GhostPayable storage g = _ghostPayables[i];
            Payable memory p = receivables.payableOf(g.id);
            assertEq(uint256(p.state), uint256(g.state), "S: state");
            assertEq(p.paid, g.paid, "S: paid");
            assertEq(p.serials, g.pieces.length, "S: serials");
            assertEq(p.faceValue, g.terms.faceValue, "S: face");
            assertEq(
                receivables.claimedBy(g.terms.invoiceFingerprint),
                _claims[g.terms.invoiceFingerprint],
                "S: one confirmed payable per invoice"
            );
        }
    }

    /* CASH */

    function claim_C1_SettlementHoldsWhatItOwes() public view {
        uint256 held;
        uint256 owed;
        for (uint256 i; i < _ghostPayables.length; ++i) {
            GhostPayable storage g = _ghostPayables[i];
            assertEq(settlement.held(g.id), g.paid - g.drawn, "C1: held = paid in - drawn");
            held += settlement.held(g.id);
            owed += g.paid - g.drawn;
        }
        assertEq(cash.balanceOf(address(settlement)), held, "C1: cash = held");
        assertEq(held, owed, "C1: held = owed");
    }

    function claim_C2_NobodyElseHoldsCash() public view {
        assertEq(cash.balanceOf(address(discounting)), 0, "C2: Discounting");
        assertEq(cash.balanceOf(address(receivables)), 0, "C2: Receivables");
        assertEq(cash.balanceOf(address(cash)), 0, "C2: DepositToken");
        assertEq(cash.balanceOf(address(participants)), 0, "C2: Participants");
        assertEq(cash.balanceOf(address(anchors)), 0, "C2: Anchors");
        assertEq(cash.balanceOf(operator), 0, "C2: operator");
    }

    function claim_C3_CashIsConserved() public view {
        uint256 sum = cash.balanceOf(address(settlement));
        for (uint256 i; i < _accounts.length; ++i) {
            assertEq(cash.balanceOf(_accounts[i]), _money[_accounts[i]], "C3: balance");
            sum += cash.balanceOf(_accounts[i]);
        }
        assertEq(sum, _credited, "C3: all balances = all credits");
        assertEq(cash.totalSupply(), _credited, "C3: supply = all credits");
    }

    /* ENTITLEMENT */

    function claim_E_NothingIsOverdrawn() public view {
        for (uint256 i; i < _ghostPayables.length; ++i) {
            GhostPayable storage g = _ghostPayables[i];
            uint256 entitled;
            for (uint256 j; j < g.pieces.length; ++j) {
                GhostPiece storage p = _ghostPieces[g.pieces[j]];
                uint256 share = p.gone ? p.drawn : receivables.entitlement(p.id);
                assertGe(share, p.drawn, "E: entitlement fell below what was drawn");
                assertEq(share, _due(p), "E: entitlement");
                entitled += share;
            }
            assertLe(entitled, g.paid, "E: more is due than was paid in");
            if (g.state == PayableState.Settled) {
                assertEq(entitled, g.terms.faceValue, "E: settled, but not all is due");
            }
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
