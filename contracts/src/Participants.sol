// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {Journal} from "./Journal.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {Actor, Network, Participant, ParticipantStatus, Roles} from "./types/Types.sol";

/// @title Participants
/// @notice The register of organisations that every other contract asks, at both ends of a move and for the caller.
///
/// KEYS
/// @dev An organisation is its account for good; what it holds, owes and signed for stays with it when its key changes.
/// An address is an account, or has been one organisation's key, or neither: never two of them, and no key comes back. So
/// a lost or stolen key can be replaced, and an old signature or transaction of it is worth nothing from then on.
///
/// TRUST
/// @dev The operator decides who is admitted, suspended and closed, and names new keys. It can thereby stop a participant
/// from moving value; it can move nothing itself. A key it named takes over only after {ROTATION_DELAY_S}, in public, and
/// the present key can call that off at any time, suspended or not. The network's own contracts and tokens have no other
/// key than themselves, and its contracts are never suspended: a suspended debtor can still pay what it owes.
///
/// KNOWN WEAKNESS
/// @dev Who stole a key can call rotations off as well as its owner can: the operator then closes the account.
///
/// PRIVACY
/// @dev Names are not on chain: an organisation is an account, roles, and a salted hash of its legal identifier (R-45).
contract Participants is IParticipants, AccessManaged, Journal {
    /// @dev One slot, so that a caller is known by one read. A key has a record too, with nothing but its `link`.
    /// @param link An organisation's key, zero while it is the account itself; or the organisation that a key is or was of.
    struct Record {
        address link;
        uint32 number;
        uint16 roles;
        ParticipantStatus status;
        uint16 orders;
    }

    struct Rotation {
        address key;
        uint64 effectiveAt;
    }

    /// @inheritdoc IParticipants
    uint64 public immutable ROTATION_DELAY_S;

    mapping(address account => Record) internal _records;
    mapping(address account => bytes32) internal _legalEntityHashes;
    mapping(address account => Rotation) internal _rotations;
    mapping(uint32 number => address) internal _accounts;
    uint32 internal _count;

    /// @param rotationDelayS Seconds that everybody has to see, and its owner to stop, the rotation of a key.
    constructor(Network memory network, uint64 rotationDelayS) AccessManaged(network.authority) {
        ROTATION_DELAY_S = rotationDelayS;
    }

    /* OPERATOR */

    /// @inheritdoc IParticipants
    function admit(address account, uint16 roles, bytes32 legalEntityHash) external restricted {
        require(account != address(0), ParticipantZeroAddress());
        Record storage r = _records[account];
        require(r.status == ParticipantStatus.None, ParticipantAlreadyAdmitted(account, r.status));
        require(r.link == address(0), KeyAlreadyInUse(account));
        _requireKnown(roles);

        uint32 number = ++_count;
        _accounts[number] = account;
        r.number = number;
        r.roles = roles;
        r.status = ParticipantStatus.Active;
        _legalEntityHashes[account] = legalEntityHash;

        _announce(2, abi.encode(ParticipantAdmitted.selector, account, number, roles, legalEntityHash));
    }

    /// @inheritdoc IParticipants
    function suspend(address account, bytes32 reasonHash) external restricted {
        Record storage r = _records[account];
        require(r.status == ParticipantStatus.Active, ParticipantNotActive(account, r.status));
        require(r.roles & Roles.CONTRACT == 0, ParticipantIsContract(account));

        r.status = ParticipantStatus.Suspended;

        _announce(2, abi.encode(ParticipantSuspended.selector, account, reasonHash));
    }

    /// @inheritdoc IParticipants
    function reinstate(address account) external restricted {
        Record storage r = _records[account];
        require(r.status == ParticipantStatus.Suspended, ParticipantNotSuspended(account, r.status));

        r.status = ParticipantStatus.Active;

        _announce(2, abi.encode(ParticipantReinstated.selector, account));
    }

    /// @inheritdoc IParticipants
    /// @dev A rotation that is under way ends with the membership: it does not wait for a readmission.
    function close(address account, bytes32 reasonHash) external restricted {
        Record storage r = _requireOpen(account);
        require(r.roles & Roles.CONTRACT == 0, ParticipantIsContract(account));

        if (_rotations[account].key != address(0)) _dropRotation(account);
        r.status = ParticipantStatus.Closed;

        _announce(2, abi.encode(ParticipantClosed.selector, account, reasonHash));
    }

    /// @inheritdoc IParticipants
    function readmit(address account, uint16 roles, bytes32 legalEntityHash) external restricted {
        Record storage r = _records[account];
        require(r.status == ParticipantStatus.Closed, ParticipantNotClosed(account, r.status));
        _requireKnown(roles);

        r.roles = roles;
        r.status = ParticipantStatus.Active;
        _legalEntityHashes[account] = legalEntityHash;

        _announce(2, abi.encode(ParticipantReadmitted.selector, account, roles, legalEntityHash));
    }

    /// @inheritdoc IParticipants
    /// @dev Not for contracts and tokens of the network: whoever acts for them could take what they keep for others.
    function announceRotation(address account, address key) external restricted {
        require(key != address(0), ParticipantZeroAddress());
        Record storage r = _requireOpen(account);
        require(r.roles & (Roles.CONTRACT | Roles.DEPOSIT_TOKEN) == 0, ParticipantIsContract(account));
        _requireUnused(key);

        uint64 effectiveAt = uint64(block.timestamp) + ROTATION_DELAY_S;
        _rotations[account] = Rotation(key, effectiveAt);

        _announce(3, abi.encode(KeyRotationAnnounced.selector, account, key, effectiveAt));
    }

    /// @inheritdoc IParticipants
    function cancelRotation(address account) external {
        if (msg.sender != keyOf(account)) _checkCanCall(msg.sender, msg.data);
        require(_rotations[account].key != address(0), KeyRotationNotAnnounced(account));

        _dropRotation(account);
    }

    /* NEW KEY */

    /// @inheritdoc IParticipants
    /// @dev The key may have come into use since it was announced.
    function completeRotation(address account) external {
        Rotation memory rotation = _rotations[account];
        require(rotation.key != address(0), KeyRotationNotAnnounced(account));
        require(msg.sender == rotation.key, KeyRotationNotForCaller(msg.sender, rotation.key));
        require(
            block.timestamp >= rotation.effectiveAt, KeyRotationTooEarly(account, rotation.effectiveAt, block.timestamp)
        );
        _requireUnused(rotation.key);

        address previousKey = keyOf(account);
        delete _rotations[account];
        _records[account].link = rotation.key;
        _records[rotation.key].link = account;

        _announce(4, abi.encode(KeyRotated.selector, account, previousKey, rotation.key));
    }

    /* HOLDS */

    /// @inheritdoc IParticipants
    /// @dev The event is the order's own, at {Holds}.
    function countOrder(address account, bool more) external restricted {
        Record storage r = _records[account];
        require(r.status != ParticipantStatus.None, ParticipantNotActive(account, r.status));

        if (more) ++r.orders;
        else --r.orders;
    }

    /* VIEWS */

    /// @inheritdoc IParticipants
    function participant(address account) external view returns (Participant memory p) {
        Record memory r = _records[account];
        if (r.status == ParticipantStatus.None) return p;
        return Participant(_legalEntityHashes[account], r.roles, r.status, r.number, keyOf(account));
    }

    /// @inheritdoc IParticipants
    function accountOf(uint32 number) external view returns (address) {
        return _accounts[number];
    }

    /// @inheritdoc IParticipants
    function keyOf(address account) public view returns (address) {
        Record memory r = _records[account];
        return r.status == ParticipantStatus.None || r.link == address(0) ? account : r.link;
    }

    /// @inheritdoc IParticipants
    function identityOf(address caller) external view returns (address account) {
        (account,) = _resolve(caller);
    }

    /// @inheritdoc IParticipants
    function rotationOf(address account) external view returns (address key, uint64 effectiveAt) {
        return (_rotations[account].key, _rotations[account].effectiveAt);
    }

    /// @inheritdoc IParticipants
    function requireActive(address account, uint16 anyOf) external view {
        _requireActive(account, _records[account], anyOf);
    }

    /// @inheritdoc IParticipants
    function requireTransfer(address caller, address to) external view returns (address account) {
        account = _requireActor(caller);
        _requirePayable(to);
    }

    /// @inheritdoc IParticipants
    function requireTransfers(address caller, address[] calldata to) external view returns (address account) {
        account = _requireActor(caller);
        for (uint256 i; i < to.length; ++i) {
            _requirePayable(to[i]);
        }
    }

    /// @inheritdoc IParticipants
    function requireActiveEnds(address from, address to) external view {
        Record memory r = _records[to];
        _requireActive(to, r, 0);
        if (r.roles & Roles.CONTRACT == 0) _requireActive(from, _records[from], 0);
    }

    /// @inheritdoc IParticipants
    function actor(address caller) external view returns (Actor memory) {
        (address account, Record memory r) = _resolve(caller);
        _requireActive(account, r, 0);
        return Actor(account, r.number, r.roles, r.orders);
    }

    /// @inheritdoc IParticipants
    function active(address account, uint16 anyOf) external view returns (Actor memory) {
        Record memory r = _records[account];
        _requireActive(account, r, anyOf);
        return Actor(account, r.number, r.roles, r.orders);
    }

    /// @inheritdoc IParticipants
    function organisation(uint32 number) external view returns (Actor memory, ParticipantStatus) {
        address account = _accounts[number];
        Record memory r = _records[account];
        return (Actor(account, r.number, r.roles, r.orders), r.status);
    }

    /// @inheritdoc IParticipants
    function standing(uint32 number) external view returns (address account, bool ordered, bool eligible) {
        account = _accounts[number];
        Record storage r = _records[account];
        return (account, r.orders != 0, _isPayable(r));
    }

    /* INTERNAL */

    /// @dev The organisation that `caller` acts for, with its record; `caller` itself where it is nobody's key.
    function _resolve(address caller) internal view returns (address account, Record memory r) {
        account = caller;
        r = _records[caller];
        if (r.status != ParticipantStatus.None) {
            require(r.link == address(0), ParticipantKeyRetired(caller, r.link));
        } else if (r.link != address(0)) {
            account = r.link;
            r = _records[account];
            require(r.link == caller, ParticipantKeyRetired(account, r.link));
        }
    }

    function _requireActor(address caller) internal view returns (address account) {
        Record memory r;
        (account, r) = _resolve(caller);
        _requireActive(account, r, 0);
    }

    /// @dev Money can be paid to it: it is active, and an organisation.
    function _isPayable(Record storage r) internal view returns (bool) {
        return r.status == ParticipantStatus.Active && r.roles & Roles.ORGANISATION != 0;
    }

    function _requirePayable(address account) internal view {
        Record storage r = _records[account];
        if (!_isPayable(r)) _requireActive(account, r, Roles.ORGANISATION);
    }

    function _dropRotation(address account) internal {
        address key = _rotations[account].key;
        delete _rotations[account];

        _announce(3, abi.encode(KeyRotationCancelled.selector, account, key));
    }

    function _requireOpen(address account) internal view returns (Record storage r) {
        r = _records[account];
        require(
            r.status == ParticipantStatus.Active || r.status == ParticipantStatus.Suspended,
            ParticipantNotOpen(account, r.status)
        );
    }

    function _requireUnused(address key) internal view {
        Record memory r = _records[key];
        require(r.status == ParticipantStatus.None && r.link == address(0), KeyAlreadyInUse(key));
    }

    function _requireKnown(uint16 roles) internal pure {
        require(roles != 0 && roles & ~Roles.ALL == 0, ParticipantRolesUnknown(roles, Roles.ALL));
    }

    function _requireActive(address account, Record memory r, uint16 anyOf) internal pure {
        require(r.status == ParticipantStatus.Active, ParticipantNotActive(account, r.status));
        require(anyOf == 0 || r.roles & anyOf != 0, ParticipantLacksRole(account, r.roles, anyOf));
    }
}
