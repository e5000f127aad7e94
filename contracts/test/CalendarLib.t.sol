// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {CalendarLib} from "../src/libraries/CalendarLib.sol";

/// addMonths()
/// ├── for every vector that Python reads too
/// │   └── it should give the same day
/// ├── when no month is added
/// │   └── it should give the day itself, for any day
/// └── when months are added one after the other from a day that every month has
///     └── it should give what adding them at once gives
contract CalendarLib_Test is Test {
    function test_AddMonths_Vectors() external view {
        string memory json = vm.readFile("../tests/vectors/calendar.json");
        uint256[] memory starts = vm.parseJsonUintArray(json, ".add_months.day");
        uint256[] memory months = vm.parseJsonUintArray(json, ".add_months.months");
        uint256[] memory results = vm.parseJsonUintArray(json, ".add_months.result");
        assertGt(starts.length, 10, "the vectors were not read");
        for (uint256 i; i < starts.length; ++i) {
            assertEq(CalendarLib.addMonths(uint32(starts[i]), uint32(months[i])), results[i], vm.toString(i));
        }
    }

    function testFuzz_AddMonths_Zero(uint32 day) external pure {
        day = uint32(bound(day, 0, 2_932_896)); // 9999-12-31
        assertEq(CalendarLib.addMonths(day, 0), day);
    }

    function testFuzz_AddMonths_OneByOne(uint32 month, uint8 months) external pure {
        uint32 start = CalendarLib.addMonths(14, uint32(bound(month, 0, 90_000))); // the 15th of some month
        uint32 day = start;
        for (uint256 i; i < months; ++i) {
            uint32 next = CalendarLib.addMonths(day, 1);
            assertGe(next - day, 28);
            assertLe(next - day, 31);
            day = next;
        }
        assertEq(CalendarLib.addMonths(start, months), day);
    }
}
