// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Actor, Participant, ParticipantStatus} from "../types/Types.sol";

/// @title IParticipants
/// @notice Who is on the network, in which roles, with which key, and whether it may act now.
/// @dev An organisation is its account, for good: it holds, owes and is named by that address. The key that acts and signs
/// for it is the account itself until it is rotated; from then on the old key can do nothing.
interface IParticipants {
    /* EVENTS */

    /// @notice The operator admitted an organisation. `roles` is a bit set, see {Roles}; `number` its short name in storage.
    event ParticipantAdmitted(address indexed account, uint32 number, uint16 roles, bytes32 legalEntityHash);

    /// @notice The organisation may not act until reinstated; `reasonHash` is a salted hash of the written reason.
    event ParticipantSuspended(address indexed account, bytes32 reasonHash);

    /// @notice A suspended organisation may act again.
    event ParticipantReinstated(address indexed account);

    /// @notice The organisation has left. What it holds stays its own; it acts again only when readmitted.
    event ParticipantClosed(address indexed account, bytes32 reasonHash);

    /// @notice A closed organisation is active again, with these roles.
    event ParticipantReadmitted(address indexed account, uint16 roles, bytes32 legalEntityHash);

    /// @notice From the unix second `effectiveAt` on, `key` may take over. Until then it can be called off.
    event KeyRotationAnnounced(address indexed account, address indexed key, uint64 effectiveAt);

    /// @notice The announced rotation will not happen.
    event KeyRotationCancelled(address indexed account, address indexed key);

    /// @notice `key` acts and signs for the organisation from now on, `previousKey` no more.
    event KeyRotated(address indexed account, address indexed previousKey, address indexed key);

    /* ERRORS */

    /// @notice The zero address cannot be an organisation, nor a key.
    /// @dev Remedy: Give the account, or the key.
    error ParticipantZeroAddress();

    /// @notice The account was admitted before.
    /// @dev Remedy: Reinstate it if it is suspended, readmit it if it is closed.
    error ParticipantAlreadyAdmitted(address account, ParticipantStatus status);

    /// @notice `roles` must name at least one role and none outside `known`.
    /// @dev Remedy: Use the bits of {Roles}.
    error ParticipantRolesUnknown(uint16 roles, uint16 known);

    /// @notice The account is not an active participant: never admitted (0), suspended (2), or closed (3).
    /// @dev Remedy: Have the operator admit, reinstate or readmit it.
    error ParticipantNotActive(address account, ParticipantStatus status);

    /// @notice The account must be suspended for this.
    /// @dev Remedy: Nothing to do if it is active; a closed one is readmitted.
    error ParticipantNotSuspended(address account, ParticipantStatus status);

    /// @notice The account must be active or suspended for this.
    /// @dev Remedy: Have the operator admit or readmit it first.
    error ParticipantNotOpen(address account, ParticipantStatus status);

    /// @notice The account must be closed for this.
    /// @dev Remedy: Nothing to do if it is active; a suspended one is reinstated.
    error ParticipantNotClosed(address account, ParticipantStatus status);

    /// @notice The account has `roles`, the act needs one of `anyOf`.
    /// @dev Remedy: Act through, or name, an account that has the role; cash goes to organisations.
    error ParticipantLacksRole(address account, uint16 roles, uint16 anyOf);

    /// @notice A contract of the network is neither suspended nor closed: what it owes must stay payable.
    /// @dev Remedy: Act on the organisations themselves.
    error ParticipantIsContract(address account);

    /// @notice The key was rotated: `key` acts for the organisation now.
    /// @dev Remedy: Use `key`.
    error ParticipantKeyRetired(address account, address key);

    /// @notice The address is an organisation, or was or is somebody's key.
    /// @dev Remedy: Make a new key.
    error KeyAlreadyInUse(address key);

    /// @notice No rotation is announced for this account.
    /// @dev Remedy: Have the operator announce it; it may have been called off.
    error KeyRotationNotAnnounced(address account);

    /// @notice The announced rotation takes effect at `effectiveAt`.
    /// @dev Remedy: Wait until the unix second `effectiveAt`.
    error KeyRotationTooEarly(address account, uint64 effectiveAt, uint256 now_);

    /// @notice Only `key`, which the rotation names, completes it: so it is known to work.
    /// @dev Remedy: Send it with the new key itself.
    error KeyRotationNotForCaller(address caller, address key);

    /* OPERATOR */

    /// @notice Admits an organisation by its account or contract wallet. Operator only.
    function admit(address account, uint16 roles, bytes32 legalEntityHash) external;

    /// @notice Bars an organisation from acting. Operator only.
    function suspend(address account, bytes32 reasonHash) external;

    /// @notice Lifts a suspension. Operator only.
    function reinstate(address account) external;

    /// @notice Ends an organisation's membership. Operator only.
    function close(address account, bytes32 reasonHash) external;

    /// @notice Takes a closed organisation back, under its old account and number. Operator only.
    function readmit(address account, uint16 roles, bytes32 legalEntityHash) external;

    /// @notice Announces that `key` will act for the organisation, after {ROTATION_DELAY_S}. Operator only. A new
    /// announcement takes the place of one before it.
    function announceRotation(address account, address key) external;

    /// @notice Calls an announced rotation off: the organisation's present key, or the operator.
    function cancelRotation(address account) external;

    /* NEW KEY */

    /// @notice Completes an announced rotation; the new key itself, once the delay is over.
    function completeRotation(address account) external;

    /* HOLDS */

    /// @notice Counts a freeze order on or off. Only {Holds}, of whichever version.
    function countOrder(address account, bool more) external;

    /* VIEWS */

    /// @notice What is known of an account; all zero where it was never admitted.
    function participant(address account) external view returns (Participant memory);

    /// @notice The organisation with this number; zero where there is none.
    function accountOf(uint32 number) external view returns (address);

    /// @notice The key that acts and signs for an account: itself, unless rotated. Any address may be asked for.
    function keyOf(address account) external view returns (address);

    /// @notice The organisation whose key `caller` is, else `caller` itself; reverts for a retired key.
    function identityOf(address caller) external view returns (address);

    /// @notice The announced key and the unix second from which it may take over; zero where nothing is announced.
    function rotationOf(address account) external view returns (address key, uint64 effectiveAt);

    /// @notice Seconds between a rotation's announcement and its effect.
    function ROTATION_DELAY_S() external view returns (uint64);

    /// @notice Reverts unless `account` is active and has one of the roles `anyOf`; 0 asks for no role.
    function requireActive(address account, uint16 anyOf) external view;

    /// @notice The active organisation whose key `caller` is, if it may send cash to `to`: an active organisation too.
    function requireTransfer(address caller, address to) external view returns (address account);

    /// @notice The same for a list of receivers: one that may not receive refuses all.
    function requireTransfers(address caller, address[] calldata to) external view returns (address account);

    /// @notice Reverts unless value may move from `from` to `to`: both active. Towards a contract of the network the
    /// sender's suspension is for that contract to judge.
    function requireActiveEnds(address from, address to) external view;

    /// @notice The active organisation whose key `caller` is; reverts where there is none.
    function actor(address caller) external view returns (Actor memory);

    /// @notice The active organisation at `account`, which must have one of the roles `anyOf` (0: any).
    function active(address account, uint16 anyOf) external view returns (Actor memory);

    /// @notice An organisation by its number, active or not.
    function organisation(uint32 number) external view returns (Actor memory, ParticipantStatus);

    /// @notice What an organisation's cash depends on: whether freeze orders name it, and whether it can be paid now.
    function standing(uint32 number) external view returns (address account, bool ordered, bool eligible);
}
