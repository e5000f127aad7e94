// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Participant, ParticipantStatus} from "../types/Types.sol";

/// @title IParticipants
/// @notice Who is on the network, in which roles, and whether it may act now.
interface IParticipants {
    /* EVENTS */

    /// @notice The operator admitted an organisation. `roles` is a bit set, see {Roles}.
    event ParticipantAdmitted(address indexed account, uint16 roles, bytes32 legalEntityHash);

    /// @notice The organisation may not act until reinstated; `reasonHash` is a salted hash of the written reason.
    event ParticipantSuspended(address indexed account, bytes32 reasonHash);

    /// @notice A suspended organisation may act again.
    event ParticipantReinstated(address indexed account);

    /* ERRORS */

    /// @notice The zero address cannot be an organisation.
    error ParticipantZeroAddress();

    /// @notice The account was admitted before.
    error ParticipantAlreadyAdmitted(address account, ParticipantStatus status);

    /// @notice `roles` must name at least one role and none outside `known`.
    error ParticipantRolesUnknown(uint16 roles, uint16 known);

    /// @notice The account is not an active participant: never admitted (0), or suspended (2).
    error ParticipantNotActive(address account, ParticipantStatus status);

    /// @notice The account must be suspended for this.
    error ParticipantNotSuspended(address account, ParticipantStatus status);

    /// @notice The account has `roles`, the act needs one of `anyOf`.
    error ParticipantLacksRole(address account, uint16 roles, uint16 anyOf);

    /* FUNCTIONS */

    /// @notice Admits an organisation by its account or contract wallet. Operator only.
    function admit(address account, uint16 roles, bytes32 legalEntityHash) external;

    /// @notice Bars an organisation from acting. Operator only.
    function suspend(address account, bytes32 reasonHash) external;

    /// @notice Lifts a suspension. Operator only.
    function reinstate(address account) external;

    /// @notice What is known of an account; all zero where it was never admitted.
    function participant(address account) external view returns (Participant memory);

    /// @notice Reverts unless `account` is active and has one of the roles `anyOf`; 0 asks for no role.
    function requireActive(address account, uint16 anyOf) external view;

    /// @notice Reverts unless value may move from `from` to `to`: both active. Towards a contract of the network the
    /// sender's suspension is for that contract to judge.
    function requireActiveEnds(address from, address to) external view;
}
