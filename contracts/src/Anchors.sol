// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Journal} from "./Journal.sol";
import {IAnchors} from "./interfaces/IAnchors.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";

/// @title Anchors
/// @notice Proof that somebody knew a document at a time, without the document (R-03, R-45).
///
/// PRIVACY
/// @dev Hashes are salted before they come here, so that nobody can guess a document from one.
///
/// TRUST
/// @dev An anchor says who anchored what when, and nothing about whether the document is true. Each author has its own
/// record: nobody can take a hash from another by being first. The author is the organisation, whichever key it had.
contract Anchors is IAnchors, Journal {
    IParticipants public immutable PARTICIPANTS;

    /// @inheritdoc IAnchors
    mapping(address author => mapping(bytes32 anchorHash => uint64)) public anchoredAt;

    constructor(IParticipants participants) {
        PARTICIPANTS = participants;
    }

    /// @inheritdoc IAnchors
    function anchor(bytes32 anchorHash, bytes32 kind) external {
        address author = PARTICIPANTS.actor(msg.sender).account;
        require(anchorHash != 0 && kind != 0, AnchorIncomplete(anchorHash, kind));
        uint64 before = anchoredAt[author][anchorHash];
        require(before == 0, AnchorAlreadyExists(anchorHash, author, before));

        anchoredAt[author][anchorHash] = uint64(block.timestamp);

        _announce(3, abi.encode(Anchored.selector, anchorHash, author, kind));
    }
}
