// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {Receivables} from "../../src/Receivables.sol";
import {Settlement} from "../../src/Settlement.sol";
import {IERC3525Receiver} from "../../src/interfaces/IERC3525.sol";

/// @notice A debtor's wallet whose two officers must both sign (ERC-1271).
contract TwoOfficersWallet is IERC1271 {
    address internal immutable FIRST;
    address internal immutable SECOND;

    constructor(address first, address second) {
        FIRST = first;
        SECOND = second;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        bool first = ECDSA.recover(hash, signature[:65]) == FIRST;
        bool second = ECDSA.recover(hash, signature[65:]) == SECOND;
        return first && second ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @notice A wallet that answers a question about a signature as it was told, or reverts with the same words.
contract StrangeWallet {
    bytes internal _answer;
    bool internal _fails;

    function answerWith(bytes calldata answer, bool fails) external {
        _answer = answer;
        _fails = fails;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        bytes memory answer = _answer;
        if (!_fails) return answer;
        assembly {
            revert(add(answer, 32), mload(answer))
        }
    }
}

/// @notice A wallet without any callback, as most are.
contract PlainWallet {}

/// @notice Takes receivables, remembers what it was told, and may answer wrongly or strike back.
contract ReceivingWallet is IERC165, IERC721Receiver, IERC3525Receiver {
    bytes32 public told;
    uint256 public stateSeen;
    bool internal _rejects;
    Settlement internal _redeemsAt;
    bytes internal _failure;

    function reject() external {
        _rejects = true;
    }

    /// @dev On the next receipt, tries to redeem the parent piece as well as its own.
    function attack(Settlement settlement) external {
        _redeemsAt = settlement;
    }

    function failure() external view returns (bytes memory) {
        return _failure;
    }

    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC165).interfaceId || interfaceId == 0x009ce20b;
    }

    function onERC721Received(address operator, address from, uint256 id, bytes calldata data)
        external
        returns (bytes4)
    {
        told = keccak256(abi.encode(operator, from, id, data));
        return _rejects ? bytes4(0) : this.onERC721Received.selector;
    }

    function onERC3525Received(address operator, uint256 fromId, uint256 toId, uint256 value, bytes calldata data)
        external
        returns (bytes4)
    {
        told = keccak256(abi.encode(operator, fromId, toId, value, data));
        stateSeen = Receivables(msg.sender).balanceOf(toId);
        if (address(_redeemsAt) != address(0)) {
            try Receivables(msg.sender).transferFrom(fromId, address(this), 1) returns (uint256) {}
            catch (bytes memory reason) {
                _failure = reason;
            }
        }
        return _rejects ? bytes4(0) : this.onERC3525Received.selector;
    }
}
