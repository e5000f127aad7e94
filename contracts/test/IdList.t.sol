// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {IdList} from "../src/libraries/IdList.sol";

/// at(), length(), append(), without()
/// └── whatever was added and taken out
///     └── it should be the list that an array would be
contract IdList_Test is Test {
    uint32[] internal model;

    function testFuzz_IsAnArray(uint32[24] calldata acts) external {
        uint256 list;
        for (uint256 i; i < acts.length; ++i) {
            uint32 id = acts[i] == 0 ? 1 : acts[i];
            if (model.length == 8 || (model.length != 0 && id % 3 == 0)) {
                uint256 place = id % model.length;
                list = IdList.without(list, model[place]);
                _drop(place);
            } else if (!_has(id)) {
                list = IdList.append(list, id);
                model.push(id);
            }
            _compare(list);
        }
    }

    function test_Full() external pure {
        uint256 list;
        for (uint32 i; i < IdList.MAX; ++i) {
            list = IdList.append(list, type(uint32).max - i);
        }
        assertEq(IdList.length(list), 8);
        assertEq(IdList.at(list, 7), type(uint32).max - 7);
        assertEq(IdList.at(list, 8), 0, "beyond the end");
        assertEq(IdList.at(IdList.without(list, type(uint32).max), 6), type(uint32).max - 7, "moves up");
        assertEq(IdList.length(IdList.without(list, type(uint32).max - 7)), 7);
    }

    function testFuzz_WithoutWhatIsNotInIt(uint32 a, uint32 b, uint32 other) external pure {
        vm.assume(a != 0 && b != 0 && a != b && other != a && other != b && other != 0);
        uint256 list = IdList.append(IdList.append(0, a), b);
        assertEq(IdList.without(list, other), list);
        assertEq(IdList.without(0, other), 0);
    }

    function _compare(uint256 list) private view {
        assertEq(IdList.length(list), model.length, "length");
        for (uint256 place; place < 10; ++place) {
            assertEq(IdList.at(list, place), place < model.length ? model[place] : 0, "place");
        }
    }

    function _drop(uint256 place) private {
        for (uint256 i = place + 1; i < model.length; ++i) {
            model[i - 1] = model[i];
        }
        model.pop();
    }

    function _has(uint32 id) private view returns (bool) {
        for (uint256 i; i < model.length; ++i) {
            if (model[i] == id) return true;
        }
        return false;
    }
}
