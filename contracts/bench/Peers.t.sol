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
    uint256 internal constant NEXT = 1_000_005;

    address internal immutable HOLDER = makeAddr("holder");
    address internal immutable OLD = makeAddr("old");
    address internal immutable NEW = makeAddr("new");

    ReferenceERC3525 internal slots;
    PlainERC1155 internal kinds;
    PlainERC20 internal coins;

    function setUp() external {
        slots = new ReferenceERC3525();
        slots.mint(HOLDER, FIRST, SLOT, VALUE);
        slots.mint(OLD, SECOND, SLOT, VALUE);
        slots.mint(HOLDER, THIRD, SLOT, VALUE);
        slots.mint(OLD, FOURTH, SLOT, VALUE);
        kinds = new PlainERC1155();
        kinds.mint(HOLDER, SLOT, VALUE);
        kinds.mint(OLD, SLOT, VALUE);
        coins = new PlainERC20();
        coins.mint(HOLDER, VALUE);
        coins.mint(OLD, VALUE);
    }

    /* ERC-3525 */

    function test_ERC3525_Mint() external {
        _measure("erc3525 mint", HOLDER, address(slots), abi.encodeCall(slots.mint, (HOLDER, NEXT, SLOT, VALUE)));
    }

    /// @dev The record is as long as what our confirmation stores beside its token, about half of its bytes zero.
    function test_ERC3525_MintWithRecord() external {
        bytes32[] memory record = new bytes32[](RECORD_WORDS);
        for (uint256 i; i < RECORD_WORDS; ++i) {
            record[i] = keccak256(abi.encode(i)) >> 128;
        }
        bytes memory call = abi.encodeCall(slots.mintWithRecord, (HOLDER, NEXT, SLOT, VALUE, record));
        _measure("erc3525 mint with the same record", HOLDER, address(slots), call);
    }

    function test_ERC3525_SplitToANewHolder() external {
        bytes memory call = abi.encodeWithSignature("transferFrom(uint256,address,uint256)", FIRST, NEW, PART);
        _measure("erc3525 split to a new holder", HOLDER, address(slots), call);
    }

    function test_ERC3525_SplitToAnOldHolder() external {
        bytes memory call = abi.encodeWithSignature("transferFrom(uint256,address,uint256)", FIRST, OLD, PART);
        _measure("erc3525 split to an old holder", HOLDER, address(slots), call);
    }

    function test_ERC3525_WholeTransfer() external {
        bytes memory call = abi.encodeWithSignature("transferFrom(address,address,uint256)", HOLDER, OLD, FIRST);
        _measure("erc3525 whole transfer", HOLDER, address(slots), call);
    }

    function test_ERC3525_Burn() external {
        _measure("erc3525 burn", OLD, address(slots), abi.encodeCall(slots.burn, (SECOND)));
    }

    /* ERC-1155 */

    function test_ERC1155_Mint() external {
        _measure("erc1155 mint", HOLDER, address(kinds), abi.encodeCall(kinds.mint, (HOLDER, NEXT, VALUE)));
    }

    function test_ERC1155_SplitToANewHolder() external {
        bytes memory call = abi.encodeCall(kinds.safeTransferFrom, (HOLDER, NEW, SLOT, PART, ""));
        _measure("erc1155 split to a new holder", HOLDER, address(kinds), call);
    }

    function test_ERC1155_SplitToAnOldHolder() external {
        bytes memory call = abi.encodeCall(kinds.safeTransferFrom, (HOLDER, OLD, SLOT, PART, ""));
        _measure("erc1155 split to an old holder", HOLDER, address(kinds), call);
    }

    function test_ERC1155_WholeTransfer() external {
        bytes memory call = abi.encodeCall(kinds.safeTransferFrom, (HOLDER, OLD, SLOT, VALUE, ""));
        _measure("erc1155 whole transfer", HOLDER, address(kinds), call);
    }

    function test_ERC1155_Burn() external {
        _measure("erc1155 burn", OLD, address(kinds), abi.encodeCall(kinds.burn, (SLOT, VALUE)));
    }

    /* ERC-20 */

    function test_ERC20_TransferToANewHolder() external {
        _measure("erc20 transfer to a new holder", HOLDER, address(coins), abi.encodeCall(coins.transfer, (NEW, PART)));
    }

    function test_ERC20_TransferToAnOldHolder() external {
        _measure("erc20 transfer to an old holder", HOLDER, address(coins), abi.encodeCall(coins.transfer, (OLD, PART)));
    }
}
