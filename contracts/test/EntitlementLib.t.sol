// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {EntitlementLib} from "../src/libraries/EntitlementLib.sol";

/// entitled()
/// ├── while the payable is open
/// │   ├── it should be the rounded-down share of what was paid in
/// │   ├── it should never be more than what the closed formula gives
/// │   └── it should never fall when more is paid in
/// └── once it is closed
///     ├── it should sum to exactly what was paid in, over any cut of the line
///     └── it should be the piece's value if all was paid in
contract EntitlementLib_Test is Test {
    uint64 internal constant MAX = 9_007_199_254_740_991;

    /// @dev R-18b: 700,000.00 over 333,333.33, 333,333.33 and 333,333.34.
    function test_R18b_WorkedExample() external pure {
        uint64 face = 100_000_000;
        uint64 paid = 70_000_000;
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

    function testFuzz_Open_ShareRoundedDown(uint64 face, uint64 paid, uint64 start, uint64 end) external pure {
        (face, paid, start, end) = _bounded(face, paid, start, end);
        uint256 open = EntitlementLib.entitled(face, paid, false, start, end);
        uint256 exact = uint256(paid) * (end - start);
        assertLe(open * face, exact, "rounded up");
        assertGt((open + 1) * face, exact, "rounded down by more than one");
        assertLe(open, EntitlementLib.entitled(face, paid, true, start, end), "open above closed");
    }

    function testFuzz_Open_NeverFalls(uint64 face, uint64 paid, uint64 more, uint64 start, uint64 end) external pure {
        (face, paid, start, end) = _bounded(face, paid, start, end);
        more = uint64(bound(more, paid, face));
        uint256 before = EntitlementLib.entitled(face, paid, false, start, end);
        assertGe(EntitlementLib.entitled(face, more, false, start, end), before, "fell while open");
        assertGe(EntitlementLib.entitled(face, more, true, start, end), before, "fell on closing");
    }

    /// @dev Any cut of the line into up to nine pieces.
    function testFuzz_AnyCut(uint64 face, uint64 paid, uint64[8] memory cuts) external {
        face = uint64(bound(face, 1, MAX));
        paid = uint64(bound(paid, 0, face));
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
            (uint64 start, uint64 end) = (uint64(marks[i]), uint64(marks[i + 1]));
            open += EntitlementLib.entitled(face, paid, false, start, end);
            closed += EntitlementLib.entitled(face, paid, true, start, end);
            full = EntitlementLib.entitled(face, face, true, start, end);
            assertEq(full, end - start, "paid in full, a piece is due its value");
        }
        assertLe(open, paid, "open: more than was paid in");
        assertEq(closed, paid, "closed: not exactly what was paid in");
    }

    function _bounded(uint64 face, uint64 paid, uint64 start, uint64 end)
        internal
        pure
        returns (uint64, uint64, uint64, uint64)
    {
        face = uint64(bound(face, 1, MAX));
        start = uint64(bound(start, 0, face - 1));
        return (face, uint64(bound(paid, 0, face)), start, uint64(bound(end, start + 1, face)));
    }
}
