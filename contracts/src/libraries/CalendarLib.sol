// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title CalendarLib
/// @notice The only place where a block timestamp becomes a business date (R-44).
/// @dev The network's wall clock is UTC+8 without daylight saving: 16:00:00 UTC is already the next day.
library CalendarLib {
    uint256 internal constant UTC_OFFSET = 8 hours;

    /// @notice Today's business date: whole days since 1970-01-01.
    function today() internal view returns (uint32) {
        return dateOf(block.timestamp);
    }

    /// @notice The business date of a unix second.
    function dateOf(uint256 timestamp) internal pure returns (uint32) {
        return uint32((timestamp + UTC_OFFSET) / 1 days);
    }

    /// @notice The unix second at which a date begins; for dates from 1970-01-02 on.
    function startOf(uint32 day) internal pure returns (uint256) {
        return uint256(day) * 1 days - UTC_OFFSET;
    }

    /// @notice Calendar months later, clamped to the end of a shorter month (R-01).
    /// @dev 2025-08-31 plus 6 is 2026-02-28, plus 12 is 2026-08-31. `day` at most some million: no overflow.
    function addMonths(uint32 day, uint32 months) internal pure returns (uint32) {
        (uint256 year, uint256 month, uint256 dayOfMonth) = _toCivil(day);
        uint256 count = year * 12 + month - 1 + months;
        uint256 first = _firstOf(count);
        uint256 length = _firstOf(count + 1) - first;
        return uint32(first + (dayOfMonth < length ? dayOfMonth : length) - 1);
    }

    /// @dev The proleptic Gregorian calendar in eras of 400 years, each beginning on 1 March, so that a leap day is last.
    function _toCivil(uint256 day) private pure returns (uint256 year, uint256 month, uint256 dayOfMonth) {
        uint256 shifted = day + 719_468; // days from 0000-03-01 to 1970-01-01
        uint256 ofEra = shifted % 146_097;
        uint256 yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365;
        uint256 ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        uint256 marchMonth = (5 * ofYear + 2) / 153;
        dayOfMonth = ofYear - (153 * marchMonth + 2) / 5 + 1;
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
        year = yearOfEra + shifted / 146_097 * 400 + (month <= 2 ? 1 : 0);
    }

    /// @dev Days from 1970-01-01 to the first of a month, given as `year * 12 + month - 1`.
    function _firstOf(uint256 monthCount) private pure returns (uint256) {
        uint256 march = monthCount - 2; // months since 0000-03-01
        uint256 year = march / 12;
        return 365 * year + year / 4 - year / 100 + year / 400 + (153 * (march % 12) + 2) / 5 - 719_468;
    }
}
