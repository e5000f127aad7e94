// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC721Utils} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Utils.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {Journal} from "./Journal.sol";
import {IERC3525, IERC3525Receiver} from "./interfaces/IERC3525.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {ReceivableIds} from "./libraries/ReceivableIds.sol";
import {Actor, ParticipantStatus, PositionFlags} from "./types/Types.sol";

/// @title PieceToken
/// @notice The token standards' side of {Receivables}: ERC-3525 with ERC-721 and ERC-165 over pieces.
///
/// STANDARDS
/// @dev Met as written, but where the network must forbid it by a named error: value never moves into an existing token
/// ({ValueTransferToTokenForbidden}), and no call takes ether. A transfer of a token's whole value moves the token
/// itself, so that no empty token is left behind.
///
/// ONE SLOT
/// @dev A piece names organisations by their numbers and fits in one storage slot: that is most of what a split costs.
/// Holders are organisations: `ownerOf` is the account, whichever key acts for it.
///
/// CALLBACKS
/// @dev A receiving contract is asked last, after all state is written: by ERC-721's `safeTransferFrom`, and for value
/// by {IERC3525Receiver} where the receiver says it has it.
abstract contract PieceToken is IReceivables, Journal {
    using ReceivableIds for uint256;

    /// @dev A piece as it is worked on; in storage it is one word, see {_fill}. `endorsement` is a node of {Circulation}'s chains of recourse, 0 for none.
    struct PieceSlot {
        uint32 holder;
        uint32 sender;
        uint32 endorsement;
        uint32 receivedAt;
        uint56 start;
        uint56 end;
        uint8 depth;
        uint8 flags;
    }

    uint8 internal constant REFUSABLE = 1;
    uint8 internal constant HELD = PositionFlags.HELD;
    uint8 internal constant PARKED = PositionFlags.PARKED;
    /// @dev Somebody is approved for the token: spares whoever moves it the look.
    uint8 internal constant APPROVED = 8;

    IParticipants public immutable PARTICIPANTS;

    mapping(uint256 receivableId => uint256 word) internal _pieces;
    mapping(uint32 holder => uint256) internal _count;
    mapping(uint256 receivableId => address) internal _approved;
    mapping(address holder => mapping(address operator => bool)) internal _approvedForAll;
    /// @dev Keyed by holder as well, so that an allowance ends when the piece changes hands.
    mapping(uint256 receivableId => mapping(uint32 holder => mapping(address operator => uint256))) internal _allowed;

    /* METADATA */

    /// @notice ERC-721 metadata's name.
    string public constant name = "Supply-chain receivable";

    /// @notice ERC-721 metadata's symbol.
    string public constant symbol = "SCF";

    /// @dev Values are minor units of the payable's currency, whose number of decimals its deposit tokens know.
    uint8 public constant valueDecimals = 0;

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC165).interfaceId || interfaceId == type(IERC721).interfaceId
            || interfaceId == type(IERC3525).interfaceId;
    }

    /* VIEWS */

    /// @inheritdoc IERC721
    function balanceOf(address holder) external view returns (uint256) {
        require(holder != address(0), ReceivableZeroAddress());
        return _count[PARTICIPANTS.participant(holder).number];
    }

    /// @inheritdoc IERC3525
    function balanceOf(uint256 receivableId) external view returns (uint256) {
        PieceSlot memory p = _load(receivableId);
        return p.end - p.start;
    }

    /// @inheritdoc IERC721
    function ownerOf(uint256 receivableId) external view returns (address) {
        return _accountOf(_holderOf(receivableId));
    }

    /// @inheritdoc IERC3525
    function slotOf(uint256 receivableId) external view returns (uint256) {
        _holderOf(receivableId);
        return receivableId.payableOf();
    }

    /// @inheritdoc IERC721
    function getApproved(uint256 receivableId) external view returns (address) {
        _holderOf(receivableId);
        return _approved[receivableId];
    }

    /// @inheritdoc IERC721
    function isApprovedForAll(address holder, address operator) external view returns (bool) {
        return _approvedForAll[holder][operator];
    }

    /// @inheritdoc IERC3525
    function allowance(uint256 receivableId, address operator) external view returns (uint256) {
        return _allowed[receivableId][_holderOf(receivableId)][operator];
    }

    /* APPROVALS */

    /// @inheritdoc IERC721
    function approve(address operator, uint256 receivableId) external {
        PieceSlot memory p = _load(receivableId);
        address holder = _requireHolderOrOperator(receivableId, p.holder);
        _approved[receivableId] = operator;
        p.flags = operator == address(0) ? p.flags & ~APPROVED : p.flags | APPROVED;
        _store(receivableId, p);
        emit Approval(holder, operator, receivableId);
    }

    /// @inheritdoc IERC3525
    function approve(uint256 receivableId, address operator, uint256 value) external payable {
        _refuseEther();
        uint32 holder = _holderOf(receivableId);
        _requireHolderOrOperator(receivableId, holder);
        _allowed[receivableId][holder][operator] = value;
        emit ApprovalValue(receivableId, operator, value);
    }

    /// @inheritdoc IERC721
    function setApprovalForAll(address operator, bool approved) external {
        address holder = _caller();
        _approvedForAll[holder][operator] = approved;
        emit ApprovalForAll(holder, operator, approved);
    }

    /* TRANSFERS */

    /// @inheritdoc IERC721
    function transferFrom(address from, address to, uint256 receivableId) external {
        _transferToken(from, to, receivableId);
    }

    /// @inheritdoc IERC721
    function safeTransferFrom(address from, address to, uint256 receivableId) external {
        _transferToken(from, to, receivableId);
        ERC721Utils.checkOnERC721Received(msg.sender, from, to, receivableId, "");
    }

    /// @inheritdoc IERC721
    function safeTransferFrom(address from, address to, uint256 receivableId, bytes calldata data) external {
        _transferToken(from, to, receivableId);
        ERC721Utils.checkOnERC721Received(msg.sender, from, to, receivableId, data);
    }

    /// @inheritdoc IERC3525
    function transferFrom(uint256 fromReceivableId, uint256 toReceivableId, uint256) external payable {
        revert ValueTransferToTokenForbidden(fromReceivableId, toReceivableId);
    }

    /// @inheritdoc IERC3525
    function transferFrom(uint256 receivableId, address to, uint256 value) external payable returns (uint256 movedId) {
        _refuseEther();
        Actor memory holder = _spendAuthority(receivableId, value);
        movedId = _hand(receivableId, holder, to, value, false);
        _tellReceiver(receivableId, movedId, to, value);
    }

    /* INTERNAL */

    /// @dev Moves a whole piece, or splits off its tail, to `to`. Implemented with the network's rules.
    function _hand(uint256 receivableId, Actor memory holder, address to, uint256 value, bool recourse)
        internal
        virtual
        returns (uint256 movedId);

    function _transferToken(address from, address to, uint256 receivableId) internal {
        PieceSlot memory p = _load(receivableId);
        Actor memory caller = _actor();
        Actor memory holder = caller.number == p.holder ? caller : _activeHolder(p.holder);
        require(holder.account == from, ReceivableNotHolder(receivableId, from, holder.account));
        require(_mayMove(receivableId, from, caller.account), ReceivableNotHolder(receivableId, caller.account, from));
        _hand(receivableId, holder, to, p.end - p.start, false);
    }

    /// @dev The holder, its operator, or the one approved for the token may move all of it; others what they are allowed.
    function _spendAuthority(uint256 receivableId, uint256 value) internal returns (Actor memory holder) {
        uint32 number = _holderOf(receivableId);
        Actor memory caller = _actor();
        if (caller.number == number) return caller;
        holder = _activeHolder(number);
        if (_mayMove(receivableId, holder.account, caller.account)) return holder;
        uint256 allowed = _allowed[receivableId][number][caller.account];
        require(allowed != 0, ReceivableNotHolder(receivableId, caller.account, holder.account));
        require(value <= allowed, ReceivableInsufficientAllowance(receivableId, caller.account, value, allowed));
        if (allowed != type(uint256).max) _allowed[receivableId][number][caller.account] = allowed - value;
    }

    function _activeHolder(uint32 number) internal view returns (Actor memory holder) {
        ParticipantStatus status;
        (holder, status) = _organisation(number);
        require(status == ParticipantStatus.Active, IParticipants.ParticipantNotActive(holder.account, status));
    }

    function _mayMove(uint256 receivableId, address holder, address caller) private view returns (bool) {
        return caller == holder || _approvedForAll[holder][caller] || _approved[receivableId] == caller;
    }

    function _requireHolderOrOperator(uint256 receivableId, uint32 number) internal view returns (address holder) {
        holder = _accountOf(number);
        address caller = _caller();
        require(caller == holder || _approvedForAll[holder][caller], ReceivableNotHolder(receivableId, caller, holder));
    }

    function _tellReceiver(uint256 fromId, uint256 toId, address to, uint256 value) internal {
        if (to.code.length == 0 || !ERC165Checker.supportsInterface(to, type(IERC3525Receiver).interfaceId)) return;
        bytes4 answer = IERC3525Receiver(to).onERC3525Received(msg.sender, fromId, toId, value, "");
        require(answer == IERC3525Receiver.onERC3525Received.selector, ReceiverRejected(to, toId));
    }

    /// @dev Writes a new piece and emits what the standards ask for.
    function _mint(uint256 receivableId, PieceSlot memory p, address holder, uint256 fromId) internal {
        _store(receivableId, p);
        ++_count[p.holder];
        emit Transfer(address(0), holder, receivableId);
        emit SlotChanged(receivableId, 0, receivableId.payableOf());
        emit TransferValue(fromId, receivableId, p.end - p.start);
    }

    /// @dev Writes a piece whose holder has changed from `from` to `p.holder` and emits what the standards ask for.
    function _rehold(uint256 receivableId, PieceSlot memory p, Actor memory from, address to) internal {
        if (p.flags & APPROVED != 0) {
            delete _approved[receivableId];
            p.flags &= ~APPROVED;
        }
        _store(receivableId, p);
        --_count[from.number];
        ++_count[p.holder];
        emit Transfer(from.account, to, receivableId);
    }

    /// @param intoId The piece that takes its value over; 0 for none.
    function _burn(uint256 receivableId, PieceSlot memory p, address holder, uint256 intoId) internal {
        delete _pieces[receivableId];
        if (p.flags & APPROVED != 0) delete _approved[receivableId];
        --_count[p.holder];
        emit TransferValue(receivableId, intoId, p.end - p.start);
        emit SlotChanged(receivableId, receivableId.payableOf(), 0);
        emit Transfer(holder, address(0), receivableId);
    }

    function _load(uint256 receivableId) internal view returns (PieceSlot memory p) {
        _fill(p, receivableId);
        require(p.holder != 0, ReceivableNotFound(receivableId));
    }

    /// @dev All zero where there is none. Packed by hand, which costs less than the compiler's way: from the lowest bits
    /// holder, sender, endorsement, receivedAt (32 each), start, end (56 each), depth, flags (8 each).
    function _fill(PieceSlot memory p, uint256 receivableId) internal view {
        uint256 word = _pieces[receivableId];
        p.holder = uint32(word);
        p.sender = uint32(word >> 32);
        p.endorsement = uint32(word >> 64);
        p.receivedAt = uint32(word >> 96);
        p.start = uint56(word >> 128);
        p.end = uint56(word >> 184);
        p.depth = uint8(word >> 240);
        p.flags = uint8(word >> 248);
    }

    function _store(uint256 receivableId, PieceSlot memory p) internal {
        _pieces[receivableId] = uint256(p.holder) | uint256(p.sender) << 32 | uint256(p.endorsement) << 64
            | uint256(p.receivedAt) << 96 | uint256(p.start) << 128 | uint256(p.end) << 184 | uint256(p.depth) << 240
            | uint256(p.flags) << 248;
    }

    function _holderOf(uint256 receivableId) internal view returns (uint32 holder) {
        holder = uint32(_pieces[receivableId]);
        require(holder != 0, ReceivableNotFound(receivableId));
    }

    /// @dev Calls are long in code; they stand here once.
    function _actor() internal view returns (Actor memory) {
        return PARTICIPANTS.actor(msg.sender);
    }

    function _caller() internal view returns (address) {
        return PARTICIPANTS.identityOf(msg.sender);
    }

    function _organisation(uint32 number) internal view returns (Actor memory, ParticipantStatus) {
        return PARTICIPANTS.organisation(number);
    }

    function _accountOf(uint32 number) internal view returns (address) {
        return PARTICIPANTS.accountOf(number);
    }

    function _active(address account, uint16 anyOf) internal view returns (Actor memory) {
        return PARTICIPANTS.active(account, anyOf);
    }

    function _refuseEther() internal {
        require(msg.value == 0, EtherNotAccepted(msg.value));
    }
}
