// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {EntitlementLib} from "../src/libraries/EntitlementLib.sol";

/// entitled()
/// ├── while the payable is open
/// │   ├── it should be the rounded-down share of what was paid in
/// │   ├── it should never be more than what the closed formula gives
/// │   └── it should never fall when more is paid in
/// ├── once it is closed
/// │   ├── it should sum to exactly what was paid in, over any cut of the line
/// │   └── it should be the piece's value if all was paid in
/// └── along any history of payments and draws
///     ├── it should never let more be drawn than was paid in
///     └── it should end with exactly that drawn, whoever drew when
contract EntitlementLib_Test is Test {
    uint56 internal constant MAX = 9_007_199_254_740_991;

    /// @dev R-18b: 700,000.00 over 333,333.33, 333,333.33 and 333,333.34.
    function test_R18b_WorkedExample() external pure {
        uint56 face = 100_000_000;
        uint56 paid = 70_000_000;
        assertEq(EntitlementLib.entitled(face, paid, true, 0, 33_333_333), 23_333_333);
        assertEq(EntitlementLib.entitled(face, paid, true, 33_333_333, 66_666_666), 23_333_333);
        assertEq(EntitlementLib.entitled(face, paid, true, 66_666_666, 100_000_000), 23_333_334);
        assertEq(EntitlementLib.entitled(face, paid, false, 66_666_666, 100_000_000), 23_333_333);
    }

    /// @dev Why there are two formulas: the closed one alone would take back at P = 3 what it gave at P = 2.
    function test_FaceOfFive() external pure {
        assertEq(EntitlementLib.entitled(5, 2, true, 2, 3), 1);
        assertEq(EntitlementLib.entitled(5, 3, true, 2, 3), 0);
        assertEq(EntitlementLib.entitled(5, 2, false, 2, 3), 0);
        assertEq(EntitlementLib.entitled(5, 3, false, 2, 3), 0);
        assertEq(EntitlementLib.entitled(5, 5, true, 2, 3), 1);
    }

    function test_LargestAmounts() external pure {
        assertEq(EntitlementLib.entitled(MAX, MAX - 1, false, 0, MAX), MAX - 1);
        assertEq(EntitlementLib.entitled(MAX, MAX, true, 1, MAX), MAX - 1);
    }

    function testFuzz_Open_ShareRoundedDown(uint56 face, uint56 paid, uint56 start, uint56 end) external pure {
        (face, paid, start, end) = _bounded(face, paid, start, end);
        uint256 open = EntitlementLib.entitled(face, paid, false, start, end);
        uint256 exact = uint256(paid) * (end - start);
        assertLe(open * face, exact, "rounded up");
        assertGt((open + 1) * face, exact, "rounded down by more than one");
        assertLe(open, EntitlementLib.entitled(face, paid, true, start, end), "open above closed");
    }

    function testFuzz_Open_NeverFalls(uint56 face, uint56 paid, uint56 more, uint56 start, uint56 end) external pure {
        (face, paid, start, end) = _bounded(face, paid, start, end);
        more = uint56(bound(more, paid, face));
        uint256 before = EntitlementLib.entitled(face, paid, false, start, end);
        assertGe(EntitlementLib.entitled(face, more, false, start, end), before, "fell while open");
        assertGe(EntitlementLib.entitled(face, more, true, start, end), before, "fell on closing");
    }

    /// @dev Any cut of the line into up to nine pieces.
    function testFuzz_AnyCut(uint56 face, uint56 paid, uint56[8] memory cuts) external {
        face = uint56(bound(face, 1, MAX));
        paid = uint56(bound(paid, 0, face));
        uint256[] memory marks = new uint256[](10);
        for (uint256 i; i < 8; ++i) {
            marks[i] = bound(cuts[i], 0, face);
        }
        marks[9] = face;
        marks = vm.sort(marks);

        uint256 open;
        uint256 closed;
        uint256 full;
        for (uint256 i; i < 9; ++i) {
            (uint56 start, uint56 end) = (uint56(marks[i]), uint56(marks[i + 1]));
            open += EntitlementLib.entitled(face, paid, false, start, end);
            closed += EntitlementLib.entitled(face, paid, true, start, end);
            full = EntitlementLib.entitled(face, face, true, start, end);
            assertEq(full, end - start, "paid in full, a piece is due its value");
        }
        assertLe(open, paid, "open: more than was paid in");
        assertEq(closed, paid, "closed: not exactly what was paid in");
    }

    /// @dev Late interest may come to more than the face.
    function testFuzz_PaidAboveFace(uint56 face, uint56 paid, uint56 start, uint56 end) external pure {
        face = uint56(bound(face, 1, MAX));
        paid = uint56(bound(paid, face, type(uint56).max));
        start = uint56(bound(start, 0, face - 1));
        end = uint56(bound(end, start + 1, face));
        uint256 open = EntitlementLib.entitled(face, paid, false, start, end);
        uint256 closed = EntitlementLib.entitled(face, paid, true, start, end);
        assertLe(open, closed, "open above closed");
        assertLe(closed, open + 1, "closed above open by more than the rounding");
        assertEq(EntitlementLib.entitled(face, paid, true, 0, face), paid, "the whole line");
    }

    /// @dev Payments, and draws of five pieces, in any order; then the line closes and all draw their last.
    function testFuzz_AnyHistory(uint56 face, uint56[4] memory cuts, uint56[16] memory acts) external {
        face = uint56(bound(face, 5, MAX));
        uint256[] memory marks = new uint256[](6);
        for (uint256 i; i < 4; ++i) {
            marks[i + 1] = bound(cuts[i], 0, face);
        }
        marks[5] = face;
        marks = vm.sort(marks);

        uint56[5] memory drawn;
        uint56 paid;
        uint256 total;
        for (uint256 i; i < acts.length + 5; ++i) {
            bool closed = i >= acts.length;
            if (!closed && acts[i] % 2 == 0) {
                paid += uint56(bound(acts[i], 0, face - paid));
                continue;
            }
            uint256 piece = closed ? i - acts.length : acts[i] % 5;
            uint56 due = EntitlementLib.entitled(face, paid, closed, uint56(marks[piece]), uint56(marks[piece + 1]))
                - drawn[piece];
            drawn[piece] += due;
            total += due;
            assertLe(total, paid, "more than was paid in");
        }
        assertEq(total, paid, "not exactly what was paid in");
    }

    function _bounded(uint56 face, uint56 paid, uint56 start, uint56 end)
        internal
        pure
        returns (uint56, uint56, uint56, uint56)
    {
        face = uint56(bound(face, 1, MAX));
        start = uint56(bound(start, 0, face - 1));
        return (face, uint56(bound(paid, 0, face)), start, uint56(bound(end, start + 1, face)));
    }
}
