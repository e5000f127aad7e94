// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {IERC3525Receiver} from "../../src/interfaces/IERC3525.sol";

/// @notice An organisation's wallet that makes a list of calls of its own as soon as it is told of a receipt.
contract StrikingWallet is IERC165, IERC721Receiver, IERC3525Receiver {
    struct Strike {
        address target;
        bytes data;
    }

    Strike[] internal _strikes;
    bool internal _armed;
    bytes32 public outcome;
    uint256 public succeeded;

    function plan(address target, bytes calldata data) external {
        _strikes.push(Strike(target, data));
    }

    /// @dev From now on the next receipt sets it off; it goes off once.
    function arm() external {
        _armed = true;
    }

    /// @dev What every call answered, whether it succeeded or not, goes into `outcome`.
    function strike() public {
        for (uint256 i; i < _strikes.length; ++i) {
            (bool success, bytes memory answer) = _strikes[i].target.call(_strikes[i].data);
            outcome = keccak256(abi.encode(outcome, success, answer));
            if (success) ++succeeded;
        }
    }

    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC165).interfaceId || interfaceId == type(IERC3525Receiver).interfaceId;
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        _set();
        return this.onERC721Received.selector;
    }

    function onERC3525Received(address, uint256, uint256, uint256, bytes calldata) external returns (bytes4) {
        _set();
        return this.onERC3525Received.selector;
    }

    function _set() internal {
        if (!_armed) return;
        _armed = false;
        strike();
    }
}
