// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {InterestLib} from "../src/libraries/InterestLib.sol";

/// late()
/// ├── it should give R-17's worked examples
/// ├── it should round half up to the minor unit, once
/// └── it should hold the largest principal, rate and time there can be
contract InterestLib_Test is Test {
    uint56 internal constant MAX = 9_007_199_254_740_991;

    /// @dev R-17: 12 days late on 1,000,000.00.
    function test_R17_WorkedExamples() external pure {
        assertEq(InterestLib.late(100_000_000, 182_500, 12), 600_000, "0.05 % a day: 6,000.00");
        assertEq(InterestLib.late(100_000_000, 31_000, 12), 101_918, "3.10 % a year: 1,019.18");
        assertEq(InterestLib.late(100_000_000, 182_500, 0), 0, "no day");
        assertEq(InterestLib.late(0, 182_500, 12), 0, "nothing outstanding");
    }

    /// @dev At 0.05 % a day: 0.4995, 0.5, 1.4995 and 1.5 minor units.
    function test_RoundsHalfUp() external pure {
        assertEq(InterestLib.late(1, 182_500, 999), 0);
        assertEq(InterestLib.late(1, 182_500, 1_000), 1);
        assertEq(InterestLib.late(1, 182_500, 2_999), 1);
        assertEq(InterestLib.late(1, 182_500, 3_000), 2);
    }

    function test_LargestAmounts() external pure {
        uint256 most = type(uint32).max;
        uint256 exact = uint256(MAX) * most * most / 365_000_000;
        assertApproxEqAbs(InterestLib.late(MAX, type(uint32).max, type(uint32).max), exact, 1);
    }

    function testFuzz_Nearest(uint56 principal, uint32 ratePpm, uint32 days_) external pure {
        uint256 interest = InterestLib.late(principal, ratePpm, days_);
        uint256 exact = uint256(principal) * ratePpm * days_; // times 365,000,000
        assertLe(interest * 365_000_000, exact + 182_500_000, "more than half a unit above");
        assertGt((interest + 1) * 365_000_000, exact + 182_500_000, "half a unit or more below");
    }
}
