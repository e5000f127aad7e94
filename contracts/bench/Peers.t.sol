// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {GasMeter} from "./GasMeter.sol";
import {PlainERC1155, PlainERC20, ReferenceERC3525} from "./Peers.sol";

/// @title Peers
/// @notice What the standards' own code takes for the acts that {Network_Bench} measures of ours.
/// @dev Each holder named "old" holds something in the contract already, its own balance included; each "new" nothing.
contract Peers_Bench is GasMeter {
    uint256 internal constant VALUE = 100_000_000;
    uint256 internal constant PART = 1_000_000;
    /// @dev As long as ours, so that calldata costs the same.
    uint256 internal constant SLOT = uint256(keccak256("slot"));

    /// @dev The reference counts the ids of split-off tokens up from 1, into those that were given.
    uint256 internal constant FIRST = 1_000_001;
    uint256 internal constant SECOND = 1_000_002;
    uint256 internal constant THIRD = 1_000_003;
    uint256 internal constant FOURTH = 1_000_004;

    address internal immutable HOLDER = makeAddr("holder");
    address internal immutable OLD = makeAddr("old");
    address internal immutable NEW = makeAddr("new");

    function test_ERC3525() external {
        ReferenceERC3525 token = new ReferenceERC3525();
        token.mint(HOLDER, FIRST, SLOT, VALUE);
        token.mint(OLD, SECOND, SLOT, VALUE);
        token.mint(HOLDER, THIRD, SLOT, VALUE);
        bytes memory call = abi.encodeWithSignature("transferFrom(uint256,address,uint256)", FIRST, NEW, PART);
        _measure("erc3525 split to a new holder", HOLDER, address(token), call);
        call = abi.encodeWithSignature("transferFrom(uint256,address,uint256)", FIRST, OLD, PART);
        _measure("erc3525 split to an old holder", HOLDER, address(token), call);
        call = abi.encodeWithSignature("transferFrom(address,address,uint256)", HOLDER, OLD, FIRST);
        _measure("erc3525 whole transfer", HOLDER, address(token), call);
        _measure("erc3525 burn", OLD, address(token), abi.encodeCall(token.burn, (SECOND)));
        _measure("erc3525 mint", HOLDER, address(token), abi.encodeCall(token.mint, (HOLDER, FOURTH, SLOT, VALUE)));
    }

    function test_ERC1155() external {
        PlainERC1155 token = new PlainERC1155();
        token.mint(HOLDER, SLOT, VALUE);
        token.mint(OLD, SLOT, VALUE);
        bytes memory call = abi.encodeCall(token.safeTransferFrom, (HOLDER, NEW, SLOT, PART, ""));
        _measure("erc1155 split to a new holder", HOLDER, address(token), call);
        call = abi.encodeCall(token.safeTransferFrom, (HOLDER, OLD, SLOT, PART, ""));
        _measure("erc1155 split to an old holder", HOLDER, address(token), call);
        call = abi.encodeCall(token.safeTransferFrom, (HOLDER, OLD, SLOT, VALUE - 2 * PART, ""));
        _measure("erc1155 whole transfer", HOLDER, address(token), call);
        _measure("erc1155 burn", OLD, address(token), abi.encodeCall(token.burn, (SLOT, token.balanceOf(OLD, SLOT))));
        _measure("erc1155 mint", HOLDER, address(token), abi.encodeCall(token.mint, (HOLDER, FIRST, VALUE)));
    }

    function test_ERC20() external {
        PlainERC20 token = new PlainERC20();
        token.mint(HOLDER, VALUE);
        token.mint(OLD, VALUE);
        _measure("erc20 transfer to a new holder", HOLDER, address(token), abi.encodeCall(token.transfer, (NEW, PART)));
        _measure("erc20 transfer to an old holder", HOLDER, address(token), abi.encodeCall(token.transfer, (OLD, PART)));
    }
}
