// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

/// @title AbiKit
/// @notice Reads what the interfaces declare from their built ABIs, so that a new entry without a test fails.
abstract contract AbiKit is Test {
    /// @dev Every interface that declares events or errors of the network's own.
    function _interfaces() internal pure returns (string[10] memory) {
        return [
            "IParticipants",
            "IDepositToken",
            "IReceivables",
            "IOrigination",
            "IHolds",
            "IDiscounting",
            "ISettlement",
            "IDishonours",
            "IAnchors",
            "Amounts"
        ];
    }

    function _abiOf(string memory source) internal view returns (string memory json) {
        return vm.readFile(string.concat("out/", source, ".sol/", source, ".json"));
    }

    /// @return path Of the entry, empty after the last.
    function _entry(string memory json, uint256 index) internal view returns (string memory path) {
        path = string.concat(".abi[", vm.toString(index), "]");
        if (!vm.keyExistsJson(json, path)) return "";
    }

    function _is(string memory json, string memory path, string memory kind) internal pure returns (bool) {
        return _same(vm.parseJsonString(json, string.concat(path, ".type")), kind);
    }

    function _nameOf(string memory json, string memory path) internal pure returns (string memory) {
        return vm.parseJsonString(json, string.concat(path, ".name"));
    }

    /// @dev `Name(type,type)`: flat types only, as all events have.
    function _signatureOf(string memory json, string memory path) internal view returns (string memory signature) {
        signature = string.concat(_nameOf(json, path), "(");
        for (uint256 i;; ++i) {
            string memory input = string.concat(path, ".inputs[", vm.toString(i), "]");
            if (!vm.keyExistsJson(json, input)) break;
            string memory kind = vm.parseJsonString(json, string.concat(input, ".type"));
            signature = string.concat(signature, i == 0 ? "" : ",", kind);
        }
        return string.concat(signature, ")");
    }

    function _same(string memory a, string memory b) internal pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }
}
