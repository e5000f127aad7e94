// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title CalendarLib
/// @notice The only place where a block timestamp becomes a business date (R-44).
/// @dev The network's wall clock is UTC+8 without daylight saving: 16:00:00 UTC is already the next day.
library CalendarLib {
    uint256 internal constant UTC_OFFSET = 8 hours;

    /// @notice Today's business date: whole days since 1970-01-01.
    function today() internal view returns (uint32) {
        return uint32((block.timestamp + UTC_OFFSET) / 1 days);
    }
}
