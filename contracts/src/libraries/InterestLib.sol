// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title InterestLib
/// @notice Simple late interest on ACT/365F (R-17).
/// @dev `principal · ratePpm · days / (365 · 1,000,000)`, rounded half up to the minor unit once. 12 days late on
/// 1,000,000.00: 6,000.00 at 0.05 % a day (182,500 ppm a year), 1,019.18 at 3.10 % a year (31,000 ppm).
library InterestLib {
    uint256 internal constant DIVISOR = 365 * 1_000_000;

    /// @dev No overflow: 2^53 · 2^32 · 2^32 at most.
    function late(uint56 principal, uint32 ratePpm, uint32 days_) internal pure returns (uint256) {
        return (2 * uint256(principal) * ratePpm * days_ + DIVISOR) / (2 * DIVISOR);
    }
}
