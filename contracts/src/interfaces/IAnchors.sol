// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IAnchors
/// @notice Hashes that somebody wanted on record, with kind and author.
interface IAnchors {
    /* EVENTS */

    /// @notice `author` put a hash on record. `kind` is a short ASCII word, right-padded with zeros.
    event Anchored(bytes32 indexed anchorHash, address indexed author, bytes32 kind);

    /* ERRORS */

    /// @notice This author anchored this hash before, at the unix second `anchoredAt`.
    /// @dev Remedy: Nothing to do: it is on record.
    error AnchorAlreadyExists(bytes32 anchorHash, address author, uint64 anchoredAt);

    /// @notice A hash and a kind must be given.
    /// @dev Remedy: Give both.
    error AnchorIncomplete(bytes32 anchorHash, bytes32 kind);

    /* FUNCTIONS */

    /// @notice Puts a hash on record in the caller's name. Active participants only.
    function anchor(bytes32 anchorHash, bytes32 kind) external;

    /// @notice The unix second at which `author` anchored the hash; 0 if it did not.
    function anchoredAt(address author, bytes32 anchorHash) external view returns (uint64);
}
