// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Amounts
/// @notice An amount is an integer of minor units, at most 2^53 - 1: exact in uint64, BIGINT, Python and JSON.
library Amounts {
    uint64 internal constant MAX = 9_007_199_254_740_991;

    /// @notice `amount` must lie in [`minimum`, `maximum`].
    /// @dev Remedy: Give an amount within the bounds.
    error AmountOutOfRange(uint256 amount, uint256 minimum, uint256 maximum);

    /// @dev Reverts unless `amount` lies in [1, MAX].
    function check(uint256 amount) internal pure returns (uint64) {
        require(amount != 0 && amount <= MAX, AmountOutOfRange(amount, 1, MAX));
        return uint64(amount);
    }
}
