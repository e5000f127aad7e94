// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title ReceivableIds
/// @notice A receivable's id says which payable it is a piece of: `payableId << 32 | serial`, serials count from 1.
/// @dev A payable's id is 224 bits of a hash, so the slot of a token needs no storage.
library ReceivableIds {
    uint256 internal constant SERIAL_BITS = 32;

    function payableOf(uint256 receivableId) internal pure returns (uint256) {
        return receivableId >> SERIAL_BITS;
    }

    function make(uint256 id, uint32 serial) internal pure returns (uint256) {
        return id << SERIAL_BITS | serial;
    }

    /// @notice The id of the payable that `party` proposes or issues under `salt`, on this chain and contract only.
    /// @dev The party is the organisation that calls, so nobody can take another's id beforehand.
    function payableId(address party, bytes32 salt) internal view returns (uint256) {
        return uint256(keccak256(abi.encode(block.chainid, address(this), party, salt))) >> SERIAL_BITS;
    }
}
