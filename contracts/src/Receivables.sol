// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Circulation} from "./Circulation.sol";
import {IHolds} from "./interfaces/IHolds.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {ReceivableIds} from "./libraries/ReceivableIds.sol";
import {
    Actor,
    FrozenTerms,
    Network,
    ParkingKind,
    Part,
    Payable,
    PayableState,
    Piece,
    Position,
    PositionFlags,
    Roles
} from "./types/Types.sol";

/// @title Receivables
/// @notice Payables that debtors confirmed, and the pieces of them that suppliers and financiers hold.
///
/// A PIECE IS AN INTERVAL
/// @dev A payable of face F is the line of minor units [0, F); a piece owns [start, end) of it (R-12). A split hands the
/// tail on, and only neighbours merge. Pieces never overlap; together with what was redeemed they cover the line, so
/// conservation needs no counter (I1, I2). What comes back to the debtor is parked with it as a piece that moves no more
/// (I8): the line has no gaps.
///
/// TRUST
/// @dev No administrator can mint, move or burn a receivable. {Origination} opens what a debtor confirmed, {Discounting}
/// moves a piece only for the holder that called it, {Settlement} only books money that reached it, {Holds} moves only
/// what a recorded order or pledge names; all are fixed when this contract is deployed.
///
/// KNOWN WEAKNESS
/// @dev Who holds pieces of what is visible to every validator of the network.
contract Receivables is Circulation {
    using ReceivableIds for uint256;

    /// @notice The most receivers of one split.
    uint256 public constant MAX_PARTS = 20;

    address public immutable ORIGINATION;
    address public immutable DISCOUNTING;
    address public immutable SETTLEMENT;

    constructor(Network memory network) {
        PARTICIPANTS = IParticipants(network.participants);
        HOLDS = IHolds(network.holds);
        ORIGINATION = network.origination;
        DISCOUNTING = network.discounting;
        SETTLEMENT = network.settlement;
    }

    modifier only(address contract_) {
        require(msg.sender == contract_, CallerNotNetworkContract(msg.sender, contract_));
        _;
    }

    /* HOLDER */

    /// @inheritdoc IReceivables
    function split(uint256 receivableId, Part[] calldata parts) external returns (uint256[] memory childIds) {
        require(parts.length != 0 && parts.length <= MAX_PARTS, SplitPartsOutOfRange(parts.length, MAX_PARTS));
        Actor memory holder = _onlyHolder(receivableId);

        childIds = new uint256[](parts.length);
        for (uint256 i; i < parts.length; ++i) {
            // Never the whole: a split leaves its parent a piece, and the next part something to be split from.
            PieceSlot memory p = _load(receivableId);
            uint56 available = p.end - p.start;
            require(parts[i].value < available, ReceivableInsufficientValue(receivableId, parts[i].value, available));
            childIds[i] = _hand(receivableId, holder, parts[i].to, parts[i].value, parts[i].recourse);
        }
        for (uint256 i; i < parts.length; ++i) {
            _tellReceiver(receivableId, childIds[i], parts[i].to, parts[i].value);
        }
    }

    /// @inheritdoc IReceivables
    function transferWithRecourse(uint256 receivableId, address to) external {
        Actor memory holder = _onlyHolder(receivableId);
        PieceSlot memory p = _load(receivableId);
        _hand(receivableId, holder, to, p.end - p.start, true);
    }

    /// @inheritdoc IReceivables
    function merge(uint256 receivableId, uint256 absorbedId) external {
        Actor memory holder = _onlyHolder(receivableId);
        PieceSlot memory kept = _load(receivableId);
        PieceSlot memory absorbed = _load(absorbedId);
        uint256 payableId = receivableId.payableOf();
        require(
            payableId == absorbedId.payableOf() && kept.end == absorbed.start,
            MergeNotAdjacent(receivableId, absorbedId)
        );
        require(
            kept.holder == absorbed.holder && kept.endorsement == absorbed.endorsement
                && (kept.flags | absorbed.flags) & (HELD | PARKED) == 0,
            MergeNotAlike(receivableId, absorbedId)
        );
        Debt storage debt = _debts[payableId];
        _requireDivisible(payableId, debt);

        kept.end = absorbed.end;
        if (absorbed.depth > kept.depth) kept.depth = absorbed.depth;
        kept.flags &= ~REFUSABLE;
        _store(receivableId, kept);
        _burn(absorbedId, absorbed, holder.account, receivableId);

        _announce(
            4,
            abi.encode(
                ReceivablesMerged.selector, receivableId, absorbedId, holder.account, kept.start, kept.end, kept.depth
            )
        );
    }

    /// @inheritdoc IReceivables
    function refuse(uint256 receivableId) external {
        Actor memory receiver = _onlyHolder(receivableId);
        PieceSlot memory p = _load(receivableId);
        uint256 payableId = receivableId.payableOf();
        Debt storage debt = _debts[payableId];
        require(p.flags & REFUSABLE != 0 && p.sender != debt.debtor, RefusalWaived(receivableId));
        _requireInWindow(receivableId, p, debt);
        require(debt.paid == 0, PayablePaymentStarted(payableId, debt.paid));
        _requireFree(receivableId, p, receiver, p.end - p.start);

        address sender = _accountOf(p.sender);
        _moveWhole(receivableId, p, receiver, p.sender, sender, _endorsements[p.endorsement].previous, 0);

        _announce(4, abi.encode(ReceivableRefused.selector, receivableId, receiver.account, sender));
    }

    /// @inheritdoc IReceivables
    function dilute(uint256 receivableId, uint56 value, bytes32 creditNoteHash) external returns (uint256 parkedId) {
        Actor memory holder = _onlyHolder(receivableId);
        _inState(receivableId.payableOf(), PayableState.Confirmed);
        PieceSlot memory p = _movable(receivableId, value);
        _requireFree(receivableId, p, holder, value);
        return _park(receivableId, p, holder, value, ParkingKind.Diluted, creditNoteHash);
    }

    /* ORIGINATION */

    /// @inheritdoc IReceivables
    function open(uint256 payableId, FrozenTerms calldata t) external only(ORIGINATION) returns (uint256 receivableId) {
        Debt storage debt = _inState(payableId, PayableState.None);
        uint32 debtor = _active(t.debtor, 0).number;
        uint32 supplier = _active(t.supplier, 0).number;
        debt.debtor = debtor;
        debt.supplier = supplier;
        debt.state = PayableState.Confirmed;
        debt.serials = 1;
        debt.faceValue = t.faceValue;
        debt.dueDate = t.dueDate;
        debt.maximumDepth = t.maximumDepth;
        debt.minimumPiece = t.minimumPiece;
        debt.programmeId = t.programmeId;
        debt.refusalHours = t.refusalHours;
        debt.blackoutDaysBefore = t.blackoutDaysBefore;
        debt.blackoutDaysAfter = t.blackoutDaysAfter;
        debt.dishonourDays = t.dishonourDays;
        debt.registrationRequired = t.registrationRequired;
        debt.defencesWaived = t.defencesWaived;
        debt.lateRatePpm = t.lateRatePpm;
        debt.issueDate = t.issueDate;

        receivableId = payableId.make(1);
        PieceSlot memory root = PieceSlot({
            holder: supplier,
            sender: debtor,
            endorsement: 0,
            receivedAt: uint32(block.timestamp),
            start: 0,
            end: t.faceValue,
            depth: 0,
            flags: t.issued ? REFUSABLE : 0
        });
        _mint(receivableId, root, t.supplier, 0);
        _announceConfirmation(payableId, receivableId, t);
    }

    /// @inheritdoc IReceivables
    function cancel(uint256 payableId, bool refusal) external only(ORIGINATION) {
        Debt storage debt = _inState(payableId, PayableState.Confirmed);
        uint256 rootId = payableId.make(1);
        PieceSlot memory root = _load(rootId);
        (Actor memory payee,) = _organisation(debt.supplier);
        require(
            root.holder == debt.supplier && debt.serials == 1 && debt.paid == 0 && root.flags & HELD == 0
                && _free(rootId, root, payee) != 0,
            CancelNotWhole(payableId)
        );
        if (refusal) {
            require(root.flags & REFUSABLE != 0 && root.sender == debt.debtor, RefusalWaived(rootId));
            _requireInWindow(rootId, root, debt);
        }

        debt.state = PayableState.Cancelled;
        _burn(rootId, root, payee.account, 0);

        _announce(3, abi.encode(PayableCancelled.selector, payableId, rootId));
    }

    /* DISCOUNTING */

    /// @inheritdoc IReceivables
    function deliver(uint256 receivableId, address supplier, address to, uint56 value, bool recourse)
        external
        only(DISCOUNTING)
        returns (uint256 deliveredId)
    {
        Actor memory holder = _active(supplier, 0);
        PieceSlot memory p = _movable(receivableId, value);
        if (p.holder != holder.number) _refuseHolder(receivableId, supplier, p.holder);
        Debt storage debt = _debts[receivableId.payableOf()];
        _requireNoBlackout(receivableId.payableOf(), debt);
        if (p.flags & HELD != 0) {
            HOLDS.deliverReserved(receivableId, to, value);
            p = _load(receivableId);
        }
        _requireFree(receivableId, p, holder, value);
        Actor memory receiver = _active(to, Roles.SUPPLIER | Roles.FINANCIER);
        require(receiver.number != debt.debtor, ReceiverIsDebtor(receivableId, to));
        return _deal(receivableId, p, debt, holder, receiver, value, recourse, 0);
    }

    /* SETTLEMENT */

    /// @inheritdoc IReceivables
    function recordPayment(uint256 payableId, uint56 amount) external only(SETTLEMENT) returns (uint56 paid) {
        Debt storage debt = _inState(payableId, PayableState.Confirmed);
        uint56 outstanding = debt.faceValue - debt.paid;
        require(amount <= outstanding, PaymentExceedsOutstanding(payableId, amount, outstanding));

        paid = debt.paid + amount;
        PayableState state = amount == outstanding ? PayableState.Settled : PayableState.Confirmed;
        debt.paid = paid;
        debt.state = state;

        _announce(2, abi.encode(PayablePaid.selector, payableId, amount, paid, state));
    }

    /// @inheritdoc IReceivables
    function writeOff(uint256 payableId, bytes32 reasonHash) external only(SETTLEMENT) {
        Debt storage debt = _inState(payableId, PayableState.Confirmed);
        uint56 amount = debt.faceValue - debt.paid;
        debt.state = PayableState.WrittenOff;

        _announce(2, abi.encode(PayableWrittenOff.selector, payableId, amount, reasonHash));
    }

    /// @inheritdoc IReceivables
    function retire(uint256 receivableId, address holder) external only(SETTLEMENT) {
        PieceSlot memory p = _load(receivableId);
        _burn(receivableId, p, holder, 0);

        uint56 value = p.end - p.start;
        _announce(3, abi.encode(ReceivableRedeemed.selector, receivableId, holder, value));
    }

    /// @inheritdoc IReceivables
    function repurchase(uint256 receivableId)
        external
        only(SETTLEMENT)
        returns (address holderAccount, address endorserAccount)
    {
        PieceSlot memory p = _load(receivableId);
        Endorsement memory node = _endorsements[p.endorsement];
        require(node.endorser != 0 && p.flags & PARKED == 0, RecourseNone(receivableId));
        (Actor memory holder,) = _organisation(p.holder);
        endorserAccount = _accountOf(node.endorser);
        PARTICIPANTS.requireActive(endorserAccount, 0);
        _requireFree(receivableId, p, holder, p.end - p.start);

        _moveWhole(receivableId, p, holder, node.endorser, endorserAccount, node.previous, 0);
        return (holder.account, endorserAccount);
    }

    /* HOLDS */

    /// @inheritdoc IReceivables
    function force(uint256 receivableId, uint56 value, address to) external only(address(HOLDS)) returns (uint256) {
        PieceSlot memory p = _movable(receivableId, value);
        Debt storage debt = _debts[receivableId.payableOf()];
        (Actor memory holder,) = _organisation(p.holder);
        Actor memory receiver = _active(to, Roles.ORGANISATION);
        if (receiver.number == debt.debtor) {
            return _park(receivableId, p, holder, value, ParkingKind.Extinguished, 0);
        }
        // Whoever answered for the piece answers to the new holder.
        if (value == p.end - p.start) {
            _moveWhole(receivableId, p, holder, receiver.number, to, p.endorsement, 0);
            return receivableId;
        }
        return _splitTail(receivableId, p, debt, holder, receiver, value, p.endorsement, 0);
    }

    /// @inheritdoc IReceivables
    function setHeld(uint256 receivableId, bool held) external only(address(HOLDS)) {
        PieceSlot memory p = _load(receivableId);
        p.flags = held ? (p.flags | HELD) & ~REFUSABLE : p.flags & ~HELD;
        _store(receivableId, p);
    }

    /* VIEWS */

    /// @inheritdoc IReceivables
    function payableOf(uint256 payableId) external view returns (Payable memory view_) {
        Debt memory debt = _debts[payableId];
        view_.debtor = _accountOf(debt.debtor);
        view_.supplier = _accountOf(debt.supplier);
        view_.programmeId = debt.programmeId;
        view_.state = debt.state;
        view_.faceValue = debt.faceValue;
        view_.paid = debt.paid;
        view_.serials = debt.serials;
        view_.issueDate = debt.issueDate;
        view_.dueDate = debt.dueDate;
        view_.minimumPiece = debt.minimumPiece;
        view_.maximumDepth = debt.maximumDepth;
        view_.refusalHours = debt.refusalHours;
        view_.blackoutDaysBefore = debt.blackoutDaysBefore;
        view_.blackoutDaysAfter = debt.blackoutDaysAfter;
        view_.dishonourDays = debt.dishonourDays;
        view_.registrationRequired = debt.registrationRequired;
        view_.defencesWaived = debt.defencesWaived;
        view_.lateRatePpm = debt.lateRatePpm;
    }

    /// @inheritdoc IReceivables
    function pieceOf(uint256 receivableId) external view returns (Piece memory view_) {
        PieceSlot memory p;
        _fill(p, receivableId);
        view_.holder = _accountOf(p.holder);
        view_.sender = _accountOf(p.sender);
        view_.endorser = _endorserOf(p.endorsement);
        view_.receivedAt = p.receivedAt;
        view_.start = p.start;
        view_.end = p.end;
        view_.depth = p.depth;
        view_.refusable = p.flags & REFUSABLE != 0;
        view_.parked = p.flags & PARKED != 0;
    }

    /// @inheritdoc IReceivables
    function freeOf(uint256 receivableId) external view returns (uint56) {
        PieceSlot memory p = _load(receivableId);
        if (p.flags & PARKED != 0) return 0;
        (Actor memory holder,) = _organisation(p.holder);
        return _free(receivableId, p, holder);
    }

    /// @inheritdoc IReceivables
    function position(uint256 receivableId) external view returns (Position memory view_) {
        PieceSlot memory p;
        _fill(p, receivableId);
        if (p.holder == 0) return view_;
        Debt storage debt = _debts[receivableId.payableOf()];
        (address holder, bool ordered, bool eligible) = PARTICIPANTS.standing(p.holder);
        view_.holder = holder;
        view_.programmeId = debt.programmeId;
        view_.state = debt.state;
        view_.faceValue = debt.faceValue;
        view_.paid = debt.paid;
        view_.start = p.start;
        view_.end = p.end;
        uint8 flags = p.flags & (PositionFlags.HELD | PositionFlags.PARKED);
        if (eligible) flags |= PositionFlags.ELIGIBLE;
        if (ordered) flags |= PositionFlags.ORDERED;
        view_.flags = flags;
    }

    function _announceConfirmation(uint256 payableId, uint256 receivableId, FrozenTerms calldata t) private {
        _announce(
            4,
            abi.encode(
                PayableConfirmed.selector,
                payableId,
                receivableId,
                t.supplier,
                t.debtor,
                t.programmeId,
                t.faceValue,
                t.dueDate,
                t.lateRatePpm,
                t.issued
            )
        );
    }
}
