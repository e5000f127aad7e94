// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test, Vm} from "forge-std/Test.sol";

/// @title Errors
/// @notice Every custom error of the network is expected by at least one test, by its name.
/// @dev Read from the built ABIs, so that a new error without a test fails here. That the expected error is raised, with
/// which values, is for the test that expects it.
contract Errors_Test is Test {
    string internal tests;

    function setUp() external {
        Vm.DirEntry[] memory entries = vm.readDir("test", 3);
        for (uint256 i; i < entries.length; ++i) {
            if (!entries[i].isDir) tests = string.concat(tests, vm.readFile(entries[i].path));
        }
    }

    function test_EveryErrorIsExpected() external view {
        string[7] memory sources =
            ["IParticipants", "IDepositToken", "IReceivables", "IDiscounting", "ISettlement", "IAnchors", "Amounts"];
        uint256 errors;
        for (uint256 i; i < sources.length; ++i) {
            errors += _check(sources[i]);
        }
        assertGt(errors, 45, "the ABIs' errors were not found");
    }

    function _check(string memory source) private view returns (uint256 errors) {
        string memory json = vm.readFile(string.concat("out/", source, ".sol/", source, ".json"));
        for (uint256 i; vm.keyExistsJson(json, string.concat(".abi[", vm.toString(i), "]")); ++i) {
            string memory entry = string.concat(".abi[", vm.toString(i), "]");
            if (keccak256(bytes(vm.parseJsonString(json, string.concat(entry, ".type")))) != keccak256("error")) {
                continue;
            }
            string memory name = vm.parseJsonString(json, string.concat(entry, ".name"));
            string memory use = string.concat(source, ".", name, ".selector");
            assertNotEq(vm.indexOf(tests, use), type(uint256).max, string.concat(use, " is expected by no test"));
            ++errors;
        }
    }
}
