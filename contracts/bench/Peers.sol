// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3525Burnable} from "@solvprotocol/erc-3525/ERC3525Burnable.sol";

/// @notice ERC-3525's reference, which can store a record of some words with what it mints.
contract ReferenceERC3525 is ERC3525Burnable("Reference", "REF", 2) {
    mapping(uint256 slot => mapping(uint256 index => bytes32)) internal _records;

    function mintWithRecord(address to, uint256 id, uint256 slot, uint256 value, bytes32[] calldata record) external {
        for (uint256 i; i < record.length; ++i) {
            _records[slot][i] = record[i];
        }
        mint(to, id, slot, value);
    }
}

/// @notice OpenZeppelin's, with a mint that asks nobody.
contract PlainERC1155 is ERC1155("") {
    function mint(address to, uint256 id, uint256 value) external {
        _mint(to, id, value, "");
    }

    function burn(uint256 id, uint256 value) external {
        _burn(msg.sender, id, value);
    }
}

/// @notice OpenZeppelin's, with a mint that asks nobody.
contract PlainERC20 is ERC20("Plain", "PLN") {
    function mint(address to, uint256 value) external {
        _mint(to, value);
    }
}
