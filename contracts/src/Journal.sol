// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Journal
/// @notice One word that commits to every business event of a contract, in order.
///
/// COMPLETENESS
/// @dev Who has the events can recompute the word; who has one block hash can prove it (`eth_getProof`). So an index of
/// the events can be shown to lack none and to have invented none.
///
/// FORM
/// @dev `journal = keccak256(journal ‖ eventHash)` with its low 48 bits replaced by the number of events so far, so
/// that word and count share one storage slot. `eventHash = keccak256(topics ‖ data)` of the log. Business events have
/// only static parameters, the indexed ones first, which makes that the hash of `abi.encode(selector, parameters)`.
abstract contract Journal {
    uint256 private constant COUNT_MASK = (1 << 48) - 1;

    /// @notice The word: 208 bits of hash chain, then 48 bits of count.
    bytes32 public journal;

    /// @notice How many business events this contract has emitted.
    function journalCount() external view returns (uint256) {
        return uint256(journal) & COUNT_MASK;
    }

    /// @dev Logs a business event and chains it: one encoding serves both, so that the journal covers what was logged.
    /// @param topics The event's indexed parameters and its selector: 2 to 4.
    /// @param encodedEvent `abi.encode(Event.selector, parameters in order)`.
    function _announce(uint256 topics, bytes memory encodedEvent) internal {
        assembly ("memory-safe") {
            let first := add(encodedEvent, 0x20)
            let data := add(first, mul(topics, 0x20))
            let length := sub(mload(encodedEvent), mul(topics, 0x20))
            let second := mload(add(first, 0x20))
            let third := mload(add(first, 0x40))
            switch topics
            case 2 { log2(data, length, mload(first), second) }
            case 3 { log3(data, length, mload(first), second, third) }
            default { log4(data, length, mload(first), second, third, mload(add(first, 0x60))) }
        }
        _record(encodedEvent);
    }

    /// @dev For an event that a standard's own code has logged.
    function _record(bytes memory encodedEvent) internal {
        bytes32 word = journal;
        uint256 count = (uint256(word) & COUNT_MASK) + 1;
        bytes32 eventHash = keccak256(encodedEvent);
        uint256 chained;
        assembly ("memory-safe") {
            mstore(0x00, word)
            mstore(0x20, eventHash)
            chained := keccak256(0x00, 0x40)
        }
        journal = bytes32(chained & ~COUNT_MASK | count);
    }
}
