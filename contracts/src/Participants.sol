// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {Journal} from "./Journal.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {Participant, ParticipantStatus, Roles} from "./types/Types.sol";

/// @title Participants
/// @notice The register of organisations that every other contract asks, at both ends of a move.
///
/// TRUST
/// @dev The operator decides who is admitted and who is suspended. It can thereby stop a participant from moving value;
/// it can move nothing itself, and a suspended debtor can still pay what it owes.
///
/// PRIVACY
/// @dev Names are not on chain: an organisation is an account, roles, and a salted hash of its legal identifier (R-45).
contract Participants is IParticipants, AccessManaged, Journal {
    mapping(address account => Participant) internal _participants;

    /// @param authority The access manager that says who the operator is.
    constructor(address authority) AccessManaged(authority) {}

    /* OPERATOR */

    /// @inheritdoc IParticipants
    function admit(address account, uint16 roles, bytes32 legalEntityHash) external restricted {
        require(account != address(0), ParticipantZeroAddress());
        Participant storage p = _participants[account];
        require(p.status == ParticipantStatus.None, ParticipantAlreadyAdmitted(account, p.status));
        require(roles != 0 && roles & ~Roles.ALL == 0, ParticipantRolesUnknown(roles, Roles.ALL));

        p.legalEntityHash = legalEntityHash;
        p.roles = roles;
        p.status = ParticipantStatus.Active;

        emit ParticipantAdmitted(account, roles, legalEntityHash);
        _record(abi.encode(ParticipantAdmitted.selector, account, roles, legalEntityHash));
    }

    /// @inheritdoc IParticipants
    function suspend(address account, bytes32 reasonHash) external restricted {
        Participant storage p = _participants[account];
        require(p.status == ParticipantStatus.Active, ParticipantNotActive(account, p.status));

        p.status = ParticipantStatus.Suspended;

        emit ParticipantSuspended(account, reasonHash);
        _record(abi.encode(ParticipantSuspended.selector, account, reasonHash));
    }

    /// @inheritdoc IParticipants
    function reinstate(address account) external restricted {
        Participant storage p = _participants[account];
        require(p.status == ParticipantStatus.Suspended, ParticipantNotSuspended(account, p.status));

        p.status = ParticipantStatus.Active;

        emit ParticipantReinstated(account);
        _record(abi.encode(ParticipantReinstated.selector, account));
    }

    /* VIEWS */

    /// @inheritdoc IParticipants
    function participant(address account) external view returns (Participant memory) {
        return _participants[account];
    }

    /// @inheritdoc IParticipants
    function requireActive(address account, uint16 anyOf) public view {
        Participant storage p = _participants[account];
        require(p.status == ParticipantStatus.Active, ParticipantNotActive(account, p.status));
        require(anyOf == 0 || p.roles & anyOf != 0, ParticipantLacksRole(account, p.roles, anyOf));
    }

    /// @inheritdoc IParticipants
    function requireActiveEnds(address from, address to) external view {
        requireActive(to, 0);
        if (_participants[to].roles & Roles.CONTRACT == 0) requireActive(from, 0);
    }
}
