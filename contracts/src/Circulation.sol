// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {PieceToken} from "./PieceToken.sol";
import {IHolds} from "./interfaces/IHolds.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {CalendarLib} from "./libraries/CalendarLib.sol";
import {ReceivableIds} from "./libraries/ReceivableIds.sol";
import {Actor, ParkingKind, PayableState, Roles} from "./types/Types.sol";

/// @title Circulation
/// @notice How pieces move: what must hold before one does, whole or by its tail, and who answers for it afterwards.
///
/// RECOURSE
/// @dev Who answers for the debtor's default is a chain of nodes, the nearest endorser first. Handing on adds a node, a
/// repurchase or a refusal takes it off again; nodes never change, so that pieces split from one share what is behind.
abstract contract Circulation is PieceToken {
    using ReceivableIds for uint256;

    /// @dev A payable as it is stored: what changes and what every split reads, then what is only read.
    struct Debt {
        uint32 debtor;
        uint32 supplier;
        PayableState state;
        uint32 serials;
        uint56 faceValue;
        uint56 paid;
        uint32 dueDate;
        uint8 maximumDepth;
        uint56 minimumPiece;
        uint32 programmeId;
        uint16 refusalHours;
        uint8 blackoutDaysBefore;
        uint8 blackoutDaysAfter;
        uint8 dishonourDays;
        bool registrationRequired;
        bool defencesWaived;
        uint32 lateRatePpm;
        uint32 issueDate;
    }

    /// @dev `endorser` 0: handed on without recourse by somebody to whom `previous` answers.
    struct Endorsement {
        uint32 endorser;
        uint32 previous;
    }

    IHolds public immutable HOLDS;

    mapping(uint256 payableId => Debt) internal _debts;
    mapping(uint32 node => Endorsement) internal _endorsements;
    uint32 internal _lastEndorsement;

    /* INTERNAL: CHECKS */

    function _onlyHolder(uint256 receivableId) internal view returns (Actor memory caller) {
        uint32 holder = _holderOf(receivableId);
        caller = _actor();
        if (caller.number != holder) _refuseHolder(receivableId, caller.account, holder);
    }

    function _refuseHolder(uint256 receivableId, address caller, uint32 holder) internal view {
        revert ReceivableNotHolder(receivableId, caller, _accountOf(holder));
    }

    /// @dev The piece, of which `value` can move: it is there, is not parked, and is that large.
    function _movable(uint256 receivableId, uint256 value) internal view returns (PieceSlot memory p) {
        p = _load(receivableId);
        uint56 available = p.end - p.start;
        require(value != 0 && value <= available, ReceivableInsufficientValue(receivableId, value, available));
        require(p.flags & PARKED == 0, ReceivableIsParked(receivableId));
    }

    function _requireFree(uint256 receivableId, PieceSlot memory p, Actor memory holder, uint256 value) internal view {
        if (p.flags & HELD == 0 && holder.orders == 0) return;
        uint56 free = _free(receivableId, p, holder);
        require(value <= free, ReceivableHeld(receivableId, value, free));
    }

    function _free(uint256 receivableId, PieceSlot memory p, Actor memory holder) internal view returns (uint56 free) {
        free = p.end - p.start;
        if (holder.orders != 0 && HOLDS.isBlocked(holder.account, receivableId.payableOf())) return 0;
        if (p.flags & HELD != 0) free -= HOLDS.heldOf(receivableId);
    }

    function _requireNoBlackout(uint256 payableId, Debt storage debt) internal view {
        uint32 dueDate = debt.dueDate;
        uint32 from = dueDate - debt.blackoutDaysBefore;
        uint32 to = dueDate + debt.blackoutDaysAfter;
        if (from == to) return;
        uint32 today = CalendarLib.today();
        require(today < from || today > to, TransferBlackout(payableId, from, to));
    }

    /// @dev The window ends with the day before the due date, however long it is (I6).
    function _requireInWindow(uint256 receivableId, PieceSlot memory p, Debt storage debt) internal view {
        uint256 closedAt = uint256(p.receivedAt) + uint256(debt.refusalHours) * 1 hours;
        uint256 due = CalendarLib.startOf(debt.dueDate);
        if (due < closedAt) closedAt = due;
        require(block.timestamp < closedAt, RefusalTooLate(receivableId, closedAt, block.timestamp));
    }

    function _inState(uint256 payableId, PayableState required) internal view returns (Debt storage debt) {
        debt = _debts[payableId];
        if (debt.state != required) revert PayableInvalidState(payableId, debt.state, required);
    }

    /// @dev Pieces are divided and joined while the payable is open and nothing is paid.
    function _requireDivisible(uint256 payableId, Debt storage debt) internal view {
        _inState(payableId, PayableState.Confirmed);
        if (debt.paid != 0) revert PayablePaymentStarted(payableId, debt.paid);
    }

    /* INTERNAL: MOVES */

    function _hand(uint256 receivableId, Actor memory holder, address to, uint256 value, bool recourse)
        internal
        override
        returns (uint256 movedId)
    {
        PieceSlot memory p = _movable(receivableId, value);
        Debt storage debt = _debts[receivableId.payableOf()];
        _requireNoBlackout(receivableId.payableOf(), debt);
        _requireFree(receivableId, p, holder, value);
        Actor memory receiver = _active(to, 0);
        if (receiver.number == debt.debtor) {
            return _park(receivableId, p, holder, uint56(value), ParkingKind.Extinguished, 0);
        }
        uint16 anyOf = Roles.SUPPLIER | Roles.FINANCIER;
        require(receiver.roles & anyOf != 0, IParticipants.ParticipantLacksRole(to, receiver.roles, anyOf));
        return _deal(receivableId, p, debt, holder, receiver, uint56(value), recourse, REFUSABLE);
    }

    /// @dev A handing on by the holder's will: the whole piece, or its tail within the programme's bounds.
    function _deal(
        uint256 receivableId,
        PieceSlot memory p,
        Debt storage debt,
        Actor memory holder,
        Actor memory receiver,
        uint56 value,
        bool recourse,
        uint8 flags
    ) internal returns (uint256) {
        uint32 endorsement = _endorse(p.endorsement, holder.number, recourse);
        if (value == p.end - p.start) {
            _moveWhole(receivableId, p, holder, receiver.number, receiver.account, endorsement, flags);
            return receivableId;
        }
        if (value < debt.minimumPiece) revert PieceBelowMinimum(receivableId, value, debt.minimumPiece);
        if (p.depth >= debt.maximumDepth) revert PieceTooDeep(receivableId, p.depth, debt.maximumDepth);
        return _splitTail(receivableId, p, debt, holder, receiver, value, endorsement, flags);
    }

    function _moveWhole(
        uint256 receivableId,
        PieceSlot memory p,
        Actor memory from,
        uint32 toNumber,
        address to,
        uint32 endorsement,
        uint8 flags
    ) internal {
        p.holder = toNumber;
        p.sender = from.number;
        p.endorsement = endorsement;
        p.receivedAt = uint32(block.timestamp);
        p.flags = p.flags & ~REFUSABLE | flags;
        _rehold(receivableId, p, from, to);

        address endorser = _endorserOf(endorsement);
        _announce(4, abi.encode(ReceivableTransferred.selector, receivableId, from.account, to, endorser));
    }

    function _splitTail(
        uint256 receivableId,
        PieceSlot memory p,
        Debt storage debt,
        Actor memory from,
        Actor memory receiver,
        uint56 value,
        uint32 endorsement,
        uint8 flags
    ) internal returns (uint256 childId) {
        // What a piece drew could not be divided: not of a payment, nor of a recovery.
        uint256 payableId = receivableId.payableOf();
        _requireDivisible(payableId, debt);

        PieceSlot memory child = PieceSlot({
            holder: receiver.number,
            sender: from.number,
            endorsement: endorsement,
            receivedAt: uint32(block.timestamp),
            start: p.end - value,
            end: p.end,
            depth: p.depth == type(uint8).max ? p.depth : p.depth + 1,
            flags: flags
        });
        p.end = child.start;
        p.flags &= ~REFUSABLE;
        _store(receivableId, p);
        childId = payableId.make(++debt.serials);
        _mint(childId, child, receiver.account, receivableId);
        _announceSplit(receivableId, childId, receiver.account, child);
    }

    /// @dev The tail, or the whole, goes to the debtor and stops there (I8). Neither minimum nor depth stands in its way.
    function _park(
        uint256 receivableId,
        PieceSlot memory p,
        Actor memory holder,
        uint56 value,
        ParkingKind kind,
        bytes32 documentHash
    ) internal returns (uint256 parkedId) {
        Debt storage debt = _debts[receivableId.payableOf()];
        (Actor memory debtor,) = _organisation(debt.debtor);
        parkedId = receivableId;
        if (value == p.end - p.start) {
            _moveWhole(receivableId, p, holder, debtor.number, debtor.account, 0, PARKED);
        } else {
            parkedId = _splitTail(receivableId, p, debt, holder, debtor, value, 0, PARKED);
        }
        _announce(3, abi.encode(ReceivableParked.selector, parkedId, holder.account, kind, value, documentHash));
    }

    /* INTERNAL: RECOURSE */

    /// @dev The node for what `holder` hands on. None is needed where nobody answers, before or behind.
    function _endorse(uint32 previous, uint32 holder, bool recourse) internal returns (uint32 node) {
        if (!recourse && previous == 0) return 0;
        node = ++_lastEndorsement;
        _endorsements[node] = Endorsement(recourse ? holder : 0, previous);
    }

    function _endorserOf(uint32 node) internal view returns (address) {
        uint32 endorser = node == 0 ? 0 : _endorsements[node].endorser;
        return endorser == 0 ? address(0) : _accountOf(endorser);
    }

    /* INTERNAL: EVENTS */

    function _announceSplit(uint256 receivableId, uint256 childId, address to, PieceSlot memory child) internal {
        address endorser = _endorserOf(child.endorsement);
        _announce(
            4,
            abi.encode(
                ReceivableSplit.selector, receivableId, childId, to, child.start, child.end, child.depth, endorser
            )
        );
    }
}
