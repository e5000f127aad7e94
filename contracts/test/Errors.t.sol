// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Vm} from "forge-std/Test.sol";

import {AbiKit} from "./AbiKit.sol";

/// @title Errors
/// @notice Every custom error of the network is expected by at least one test, by its name.
/// @dev Read from the built ABIs, so that a new error without a test fails here. That the expected error is raised, with
/// which values, is for the test that expects it.
contract Errors_Test is AbiKit {
    string internal tests;

    function setUp() external {
        Vm.DirEntry[] memory entries = vm.readDir("test", 3);
        for (uint256 i; i < entries.length; ++i) {
            if (!entries[i].isDir) tests = string.concat(tests, vm.readFile(entries[i].path));
        }
    }

    function test_EveryErrorIsExpected() external {
        string[10] memory sources = _interfaces();
        uint256 errors;
        string memory missing;
        for (uint256 i; i < sources.length; ++i) {
            string memory json = _abiOf(sources[i]);
            string memory path = _entry(json, 0);
            for (uint256 j; bytes(path).length != 0; path = _entry(json, ++j)) {
                if (!_is(json, path, "error")) continue;
                string memory use = string.concat(sources[i], ".", _nameOf(json, path), ".selector");
                if (vm.indexOf(tests, use) == type(uint256).max) missing = string.concat(missing, " ", use);
                ++errors;
            }
        }
        assertEq(missing, "", "expected by no test");
        assertGt(errors, 130, "the ABIs' errors were not found");
    }
}
