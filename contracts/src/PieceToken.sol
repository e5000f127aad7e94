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
import {Piece} from "./types/Types.sol";

/// @title PieceToken
/// @notice The token standards' side of {Receivables}: ERC-3525 with ERC-721 and ERC-165 over pieces.
///
/// STANDARDS
/// @dev Met as written, but where the network must forbid it by a named error: value never moves into an existing token
/// ({ValueTransferToTokenForbidden}), and no call takes ether. A transfer of a token's whole value moves the token
/// itself, so that no empty token is left behind.
///
/// CALLBACKS
/// @dev A receiving contract is asked last, after all state is written: by ERC-721's `safeTransferFrom`, and for value
/// by {IERC3525Receiver} where the receiver says it has it.
abstract contract PieceToken is IReceivables, Journal {
    using ReceivableIds for uint256;

    IParticipants public immutable PARTICIPANTS;

    mapping(uint256 receivableId => Piece) internal _pieces;
    mapping(address holder => uint256) internal _count;
    mapping(uint256 receivableId => address) internal _approved;
    mapping(address holder => mapping(address operator => bool)) internal _approvedForAll;
    /// @dev Keyed by holder as well, so that an allowance ends when the piece changes hands.
    mapping(uint256 receivableId => mapping(address holder => mapping(address operator => uint256))) internal _allowed;

    /* METADATA */

    /// @notice ERC-721 metadata's name.
    string public constant name = "Supply-chain receivable";

    /// @notice ERC-721 metadata's symbol.
    string public constant symbol = "SCF";

    /// @dev Two for every currency so far; a piece's minor units are those of its payable's deposit token.
    uint8 public constant valueDecimals = 2;

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC165).interfaceId || interfaceId == type(IERC721).interfaceId
            || interfaceId == type(IERC3525).interfaceId;
    }

    /* VIEWS */

    /// @inheritdoc IERC721
    function balanceOf(address holder) external view returns (uint256) {
        require(holder != address(0), ReceivableZeroAddress());
        return _count[holder];
    }

    /// @inheritdoc IERC3525
    function balanceOf(uint256 receivableId) external view returns (uint256) {
        Piece storage p = _piece(receivableId);
        return p.end - p.start;
    }

    /// @inheritdoc IERC721
    function ownerOf(uint256 receivableId) external view returns (address) {
        return _piece(receivableId).holder;
    }

    /// @inheritdoc IERC3525
    function slotOf(uint256 receivableId) external view returns (uint256) {
        _piece(receivableId);
        return receivableId.payableOf();
    }

    /// @inheritdoc IERC721
    function getApproved(uint256 receivableId) external view returns (address) {
        _piece(receivableId);
        return _approved[receivableId];
    }

    /// @inheritdoc IERC721
    function isApprovedForAll(address holder, address operator) external view returns (bool) {
        return _approvedForAll[holder][operator];
    }

    /// @inheritdoc IERC3525
    function allowance(uint256 receivableId, address operator) external view returns (uint256) {
        return _allowed[receivableId][_piece(receivableId).holder][operator];
    }

    /* APPROVALS */

    /// @inheritdoc IERC721
    function approve(address operator, uint256 receivableId) external {
        Piece storage p = _piece(receivableId);
        _requireHolderOrOperator(receivableId, p);
        _approved[receivableId] = operator;
        emit Approval(p.holder, operator, receivableId);
    }

    /// @inheritdoc IERC3525
    function approve(uint256 receivableId, address operator, uint256 value) external payable {
        _refuseEther();
        Piece storage p = _piece(receivableId);
        _requireHolderOrOperator(receivableId, p);
        _allowed[receivableId][p.holder][operator] = value;
        emit ApprovalValue(receivableId, operator, value);
    }

    /// @inheritdoc IERC721
    function setApprovalForAll(address operator, bool approved) external {
        _approvedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
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
        Piece storage p = _piece(receivableId);
        _spendAuthority(receivableId, p, value);
        movedId = _moveValue(receivableId, p, to, value, false);
        _tellReceiver(receivableId, movedId, to, value);
    }

    /* INTERNAL */

    /// @dev Moves a whole piece, or splits off its tail, to `to`. Implemented with the network's rules.
    function _moveValue(uint256 receivableId, Piece storage p, address to, uint256 value, bool recourse)
        internal
        virtual
        returns (uint256 movedId);

    function _transferToken(address from, address to, uint256 receivableId) internal {
        Piece storage p = _piece(receivableId);
        require(p.holder == from, ReceivableNotHolder(receivableId, from, p.holder));
        if (_approved[receivableId] != msg.sender) _requireHolderOrOperator(receivableId, p);
        _moveValue(receivableId, p, to, p.end - p.start, false);
    }

    /// @dev The holder, its operator, or the one approved for the token may move all of it; others what they are allowed.
    function _spendAuthority(uint256 receivableId, Piece storage p, uint256 value) internal {
        address holder = p.holder;
        if (msg.sender == holder || _approvedForAll[holder][msg.sender] || _approved[receivableId] == msg.sender) {
            return;
        }
        uint256 allowed = _allowed[receivableId][holder][msg.sender];
        require(allowed != 0, ReceivableNotHolder(receivableId, msg.sender, holder));
        require(value <= allowed, ReceivableInsufficientAllowance(receivableId, msg.sender, value, allowed));
        if (allowed != type(uint256).max) _allowed[receivableId][holder][msg.sender] = allowed - value;
    }

    function _requireHolderOrOperator(uint256 receivableId, Piece storage p) internal view {
        address holder = p.holder;
        require(
            msg.sender == holder || _approvedForAll[holder][msg.sender],
            ReceivableNotHolder(receivableId, msg.sender, holder)
        );
    }

    function _tellReceiver(uint256 fromId, uint256 toId, address to, uint256 value) internal {
        if (to.code.length == 0 || !ERC165Checker.supportsInterface(to, type(IERC3525Receiver).interfaceId)) return;
        bytes4 answer = IERC3525Receiver(to).onERC3525Received(msg.sender, fromId, toId, value, "");
        require(answer == IERC3525Receiver.onERC3525Received.selector, ReceiverRejected(to, toId));
    }

    /// @dev Writes a new piece and emits what the standards ask for.
    function _mint(uint256 receivableId, Piece memory p, uint256 fromId) internal {
        _pieces[receivableId] = p;
        ++_count[p.holder];
        emit Transfer(address(0), p.holder, receivableId);
        emit SlotChanged(receivableId, 0, receivableId.payableOf());
        emit TransferValue(fromId, receivableId, p.end - p.start);
    }

    function _changeHolder(uint256 receivableId, Piece storage p, address to) internal {
        address from = p.holder;
        p.holder = to;
        --_count[from];
        ++_count[to];
        if (_approved[receivableId] != address(0)) delete _approved[receivableId];
        emit Transfer(from, to, receivableId);
    }

    function _burn(uint256 receivableId, Piece storage p) internal {
        address holder = p.holder;
        uint256 value = p.end - p.start;
        --_count[holder];
        delete _pieces[receivableId];
        if (_approved[receivableId] != address(0)) delete _approved[receivableId];
        emit TransferValue(receivableId, 0, value);
        emit SlotChanged(receivableId, receivableId.payableOf(), 0);
        emit Transfer(holder, address(0), receivableId);
    }

    function _piece(uint256 receivableId) internal view returns (Piece storage p) {
        p = _pieces[receivableId];
        require(p.holder != address(0), ReceivableNotFound(receivableId));
    }

    function _refuseEther() internal {
        require(msg.value == 0, EtherNotAccepted(msg.value));
    }
}
