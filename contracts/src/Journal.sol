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

    /// @dev Called once for each business event, in the order of the logs.
    /// @param encodedEvent `abi.encode(Event.selector, parameters in order)`.
    function _record(bytes memory encodedEvent) internal {
        bytes32 word = journal;
        uint256 count = (uint256(word) & COUNT_MASK) + 1;
        uint256 chained = uint256(keccak256(abi.encode(word, keccak256(encodedEvent))));
        journal = bytes32(chained & ~COUNT_MASK | count);
    }
}
