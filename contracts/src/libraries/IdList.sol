// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IdList
/// @notice Up to eight ids in one word, in the order they were added. Ids count from 1: a zero ends the list.
library IdList {
    uint256 internal constant MAX = 8;
    uint256 private constant BITS = 32;

    /// @dev The id at a place, 0 from the end on.
    function at(uint256 list, uint256 place) internal pure returns (uint32) {
        return uint32(list >> BITS * place);
    }

    function length(uint256 list) internal pure returns (uint256 count) {
        while (at(list, count) != 0) ++count;
    }

    /// @dev There must be room for it.
    function append(uint256 list, uint32 id) internal pure returns (uint256) {
        return list | uint256(id) << BITS * length(list);
    }

    /// @dev The list itself where the id is not in it.
    function without(uint256 list, uint32 id) internal pure returns (uint256) {
        for (uint256 place; at(list, place) != 0; ++place) {
            if (at(list, place) != id) continue;
            uint256 rest = list >> BITS * place;
            return (list ^ (rest << BITS * place)) | (rest >> BITS << BITS * place);
        }
        return list;
    }
}
