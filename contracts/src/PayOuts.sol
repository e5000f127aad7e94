// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Journal} from "./Journal.sol";
import {IDepositToken} from "./interfaces/IDepositToken.sol";
import {IHolds} from "./interfaces/IHolds.sol";
import {IOrigination} from "./interfaces/IOrigination.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {EntitlementLib} from "./libraries/EntitlementLib.sol";
import {ReceivableIds} from "./libraries/ReceivableIds.sol";
import {Payable, PayableState, Piece, Position, PositionFlags, SkipReason} from "./types/Types.sol";

/// @title PayOuts
/// @notice The holders' side of {Settlement}: what a piece is due, and the ways in which cash leaves.
///
/// SHARES
/// @dev Three lines are shared by {EntitlementLib}: principal and late interest, which close with the payable, and
/// recovery, which closes when it is full or the operator ends it. Who asks first makes no difference. While no principal
/// is paid in, interest that is waits: until then pieces may still be divided, which would divide what they drew.
///
/// TOKENS
/// @dev A piece is due an amount, not a token: it is paid from what the payable has, in the programme's order, passing by
/// tokens that are paused. Where the rest does not cover it, it draws what there is, of principal first, and stays.
abstract contract PayOuts is ISettlement, Journal {
    using SafeERC20 for IERC20;
    using ReceivableIds for uint256;

    /* TYPES */

    /// @dev What came in for a payable beside its principal, which {Receivables} keeps. One storage slot.
    struct Ledger {
        uint56 interestPaid;
        uint56 interestDue;
        uint32 accruedTo;
        uint56 recovered;
        bool recoveryClosed;
    }

    /// @dev A piece's part of each line: what it has drawn, or is due. One storage slot.
    struct Shares {
        uint56 principal;
        uint56 interest;
        uint56 recovered;
    }

    /// @dev What a piece is about to draw.
    /// @param last All lines are closed, and this leaves nothing of them.
    struct Draw {
        uint256 receivableId;
        address holder;
        Shares drawn;
        Shares due;
        bool last;
    }

    /// @dev One payable's cash while its holders are redeemed: `held` is written, and tokens move, when all have drawn.
    /// @param tokens Those that can pay: there is cash, and they are not paused.
    /// @param left How much of each; the first `size` are used.
    /// @param total Sum of `left`.
    /// @param to Who is to be paid, of each; its first `counts` are used, and as many `amounts`.
    struct Pots {
        uint256 payableId;
        Ledger ledger;
        address[] tokens;
        uint256[] left;
        uint256 size;
        uint256 total;
        address[][] to;
        uint256[][] amounts;
        uint256[] counts;
    }

    /* CONSTANTS */

    /// @notice The most entries of a list.
    uint256 public constant MAX_BATCH = 100;

    IParticipants public immutable PARTICIPANTS;
    IReceivables public immutable RECEIVABLES;
    IOrigination public immutable ORIGINATION;
    IHolds public immutable HOLDS;

    /* STORAGE */

    /// @inheritdoc ISettlement
    mapping(uint256 payableId => Ledger) public ledgerOf;

    /// @inheritdoc ISettlement
    mapping(uint256 payableId => mapping(address depositToken => uint56)) public held;

    /// @inheritdoc ISettlement
    /// @dev Zero for a piece that is gone, as for one that drew nothing.
    mapping(uint256 receivableId => Shares) public drawnOf;

    /// @inheritdoc ISettlement
    mapping(uint256 receivableId => mapping(address holder => mapping(address depositToken => uint56))) public
        setAsideOf;

    /* HOLDERS */

    /// @inheritdoc ISettlement
    /// @return amount What the caller was paid; what was set aside is not in it.
    function redeem(uint256 receivableId) external returns (uint56 amount) {
        address caller = PARTICIPANTS.actor(msg.sender).account;
        Position memory at = RECEIVABLES.position(receivableId);
        require(at.holder != address(0), IReceivables.ReceivableNotFound(receivableId));
        require(caller == at.holder, RedemptionNotHolder(receivableId, caller, at.holder));

        Pots memory pots = _openPots(receivableId.payableOf(), at.programmeId, 1);
        (bool drawn, SkipReason reason) = _drawFrom(pots, receivableId, at);
        require(drawn || reason != SkipReason.NothingDue, RedemptionNothingDue(receivableId));
        require(drawn, RedemptionTokenPaused(receivableId));
        return uint56(_closePots(pots));
    }

    /// @inheritdoc ISettlement
    function redeemBatch(uint256[] calldata receivableIds) external {
        require(receivableIds.length != 0, SettlementBatchOutOfRange(0, MAX_BATCH));
        _requireList(receivableIds);

        Pots memory pots;
        for (uint256 i; i < receivableIds.length; ++i) {
            uint256 receivableId = receivableIds[i];
            Position memory at = RECEIVABLES.position(receivableId);
            if (at.holder == address(0)) {
                _skip(receivableId, SkipReason.NotFound);
                continue;
            }
            // Ids begin with their payable's, so the pieces of one payable stand together.
            if (receivableId.payableOf() != pots.payableId) {
                _closePots(pots);
                pots = _openPots(receivableId.payableOf(), at.programmeId, receivableIds.length - i);
            }
            uint256 free;
            assembly ("memory-safe") {
                free := mload(0x40)
            }
            (bool drawn, SkipReason reason) = _drawFrom(pots, receivableId, at);
            if (!drawn) _skip(receivableId, reason);
            // What a draw leaves in memory is not needed again: a hundred of them would make memory dear.
            assembly ("memory-safe") {
                mstore(0x40, free)
            }
        }
        _closePots(pots);
    }

    /// @inheritdoc ISettlement
    /// @dev Holds on a piece that is another's by now are not the former holder's. Whether the holder may be paid, the
    /// token says.
    function releaseSetAside(uint256 receivableId, address holder, address depositToken) external {
        uint56 amount = setAsideOf[receivableId][holder][depositToken];
        require(amount != 0, SetAsideNothing(receivableId, holder));
        require(!HOLDS.isBlocked(holder, receivableId.payableOf()), SetAsideHeld(receivableId));
        address present = _piece(receivableId).holder;
        bool own = present == holder || present == address(0);
        require(!own || HOLDS.heldOf(receivableId) == 0, SetAsideHeld(receivableId));

        delete setAsideOf[receivableId][holder][depositToken];
        _announce(4, abi.encode(SetAsideReleased.selector, receivableId, holder, depositToken, amount));

        _send(depositToken, holder, amount);
    }

    /* HOLDS */

    /// @inheritdoc ISettlement
    /// @dev In the order of the programme's tokens, passing by those that are paused.
    function enforceSetAside(uint256 receivableId, address holder, uint56 amount, address to) external {
        require(msg.sender == address(HOLDS), EnforcementNotForCaller(msg.sender, address(HOLDS)));
        address[] memory tokens = _tokensOf(_debt(receivableId.payableOf()).programmeId);

        uint56 left = amount;
        for (uint256 i; i < tokens.length && left != 0; ++i) {
            uint56 available = setAsideOf[receivableId][holder][tokens[i]];
            if (available == 0 || _paused(tokens[i])) continue;
            uint56 part = uint56(Math.min(available, left));
            left -= part;
            setAsideOf[receivableId][holder][tokens[i]] = available - part;
            _announce(4, abi.encode(SetAsideEnforced.selector, receivableId, holder, to, tokens[i], part));

            _send(tokens[i], to, part);
        }
        require(left == 0, SetAsideExceeded(receivableId, amount, amount - left));
    }

    /* VIEWS */

    /// @inheritdoc ISettlement
    function dueOf(uint256 receivableId) external view returns (uint56) {
        Position memory at = RECEIVABLES.position(receivableId);
        if (at.holder == address(0)) return 0;
        return uint56(_sum(_drawFor(receivableId, at, ledgerOf[receivableId.payableOf()]).due));
    }

    /* INTERNAL: SHARES */

    /// @dev All that a piece may draw now.
    function _drawFor(uint256 receivableId, Position memory at, Ledger memory ledger)
        internal
        view
        returns (Draw memory d)
    {
        Shares memory drawn = drawnOf[receivableId];
        Shares memory due = d.due;
        bool closed = at.state != PayableState.Confirmed;
        bool final_ = closed && (at.state == PayableState.Settled || ledger.recoveryClosed);
        if (closed || at.paid != 0) {
            due.principal = _entitled(at, at.paid, closed) - drawn.principal;
            if (ledger.interestPaid != 0) due.interest = _entitled(at, ledger.interestPaid, closed) - drawn.interest;
            if (ledger.recovered != 0) due.recovered = _entitled(at, ledger.recovered, final_) - drawn.recovered;
        }
        d.receivableId = receivableId;
        d.holder = at.holder;
        d.drawn = drawn;
        d.last = final_;
    }

    function _entitled(Position memory at, uint56 paid, bool closed) private pure returns (uint56) {
        return EntitlementLib.entitled(at.faceValue, paid, closed, at.start, at.end);
    }

    /// @dev Leaves `amount` of what is due, principal before interest before recovery.
    function _cut(Shares memory due, uint256 amount) internal pure {
        due.principal = uint56(Math.min(due.principal, amount));
        amount -= due.principal;
        due.interest = uint56(Math.min(due.interest, amount));
        due.recovered = uint56(amount - due.interest);
    }

    function _sum(Shares memory shares) internal pure returns (uint256) {
        return uint256(shares.principal) + shares.interest + shares.recovered;
    }

    /// @dev A piece that draws its all at once writes nothing here.
    function _book(Draw memory d) internal {
        if (!d.last) {
            drawnOf[d.receivableId] = Shares(
                d.drawn.principal + d.due.principal,
                d.drawn.interest + d.due.interest,
                d.drawn.recovered + d.due.recovered
            );
        } else {
            RECEIVABLES.retire(d.receivableId, d.holder);
            if (d.drawn.principal | d.drawn.interest | d.drawn.recovered != 0) delete drawnOf[d.receivableId];
        }
        _announceDraw(d.receivableId, d.holder, d.due, d.last);
    }

    function _announceDraw(uint256 receivableId, address holder, Shares memory due, bool last) private {
        _announce(
            3,
            abi.encode(ReceivableDrawn.selector, receivableId, holder, due.principal, due.interest, due.recovered, last)
        );
    }

    /// @dev How much of `amount` goes with the holds on the piece: in proportion, rounded up; all of it while a freeze
    /// order on its holder is not served.
    function _heldShare(uint256 receivableId, Position memory at, uint256 amount) internal view returns (uint256) {
        if (at.flags & PositionFlags.ORDERED != 0 && HOLDS.isBlocked(at.holder, receivableId.payableOf())) {
            return amount;
        }
        if (at.flags & PositionFlags.HELD == 0) return 0;
        uint256 value = at.end - at.start;
        return Math.ceilDiv(amount * Math.min(HOLDS.heldOf(receivableId), value), value);
    }

    /* INTERNAL: CASH */

    function _openPots(uint256 payableId, uint32 programmeId, uint256 pieces) internal view returns (Pots memory pots) {
        pots.payableId = payableId;
        pots.ledger = ledgerOf[payableId];
        address[] memory tokens = _tokensOf(programmeId);
        uint256[] memory left = new uint256[](tokens.length);
        for (uint256 i; i < tokens.length; ++i) {
            uint256 amount = held[payableId][tokens[i]];
            if (amount == 0 || _paused(tokens[i])) continue;
            tokens[pots.size] = tokens[i];
            left[pots.size++] = amount;
            pots.total += amount;
        }
        pots.tokens = tokens;
        pots.left = left;
        pots.to = new address[][](pots.size);
        pots.amounts = new uint256[][](pots.size);
        pots.counts = new uint256[](pots.size);
        for (uint256 i; i < pots.size; ++i) {
            pots.to[i] = new address[](pieces);
            pots.amounts[i] = new uint256[](pieces);
        }
    }

    /// @dev Draws what the piece is due, as far as there is cash that moves, and divides it up.
    function _drawFrom(Pots memory pots, uint256 receivableId, Position memory at)
        internal
        returns (bool drawn, SkipReason reason)
    {
        Draw memory d = _drawFor(receivableId, at, pots.ledger);
        uint256 amount = _sum(d.due);
        if (amount == 0) return (false, SkipReason.NothingDue);
        if (pots.total == 0) return (false, SkipReason.TokenPaused);
        if (amount > pots.total) {
            amount = pots.total;
            _cut(d.due, amount);
            d.last = false;
        }
        pots.total -= amount;
        uint256 aside = at.flags & PositionFlags.ELIGIBLE == 0 ? amount : _heldShare(receivableId, at, amount);
        _book(d);
        _divide(pots, receivableId, at.holder, amount - aside, aside);
        return (true, reason);
    }

    /// @dev The holder first, then what is set aside, from the tokens in turn.
    function _divide(Pots memory pots, uint256 receivableId, address holder, uint256 cash, uint256 aside) internal {
        uint256[] memory left = pots.left;
        for (uint256 i; cash + aside != 0; ++i) {
            uint256 rest = left[i];
            if (rest == 0) continue;
            address depositToken = pots.tokens[i];
            if (cash != 0) {
                uint256 part = Math.min(cash, rest);
                cash -= part;
                rest -= part;
                uint256 at = pots.counts[i]++;
                pots.to[i][at] = holder;
                pots.amounts[i][at] = part;
                _announce(4, abi.encode(HolderRedeemed.selector, receivableId, holder, depositToken, part));
            }
            if (aside != 0 && rest != 0) {
                uint256 part = Math.min(aside, rest);
                aside -= part;
                rest -= part;
                _setAside(receivableId, holder, depositToken, uint56(part));
            }
            left[i] = rest;
        }
    }

    function _setAside(uint256 receivableId, address holder, address depositToken, uint56 amount) internal {
        setAsideOf[receivableId][holder][depositToken] += amount;
        _announce(4, abi.encode(CashSetAside.selector, receivableId, holder, depositToken, amount));
    }

    /// @return paid What went out.
    function _closePots(Pots memory pots) internal returns (uint256 paid) {
        for (uint256 i; i < pots.size; ++i) {
            held[pots.payableId][pots.tokens[i]] = uint56(pots.left[i]);
        }
        for (uint256 i; i < pots.size; ++i) {
            paid += _payOut(pots, i);
        }
    }

    /* INTERNAL: LISTS */

    function _skip(uint256 receivableId, SkipReason reason) private {
        _announce(2, abi.encode(RedemptionSkipped.selector, receivableId, reason));
    }

    function _requireList(uint256[] calldata ids) internal pure {
        require(ids.length <= MAX_BATCH, SettlementBatchOutOfRange(ids.length, MAX_BATCH));
        for (uint256 i = 1; i < ids.length; ++i) {
            require(ids[i] > ids[i - 1], SettlementBatchNotAscending(i));
        }
    }

    /* INTERNAL: PARTNERS */

    function _piece(uint256 receivableId) internal view returns (Piece memory) {
        return RECEIVABLES.pieceOf(receivableId);
    }

    function _debt(uint256 payableId) internal view returns (Payable memory) {
        return RECEIVABLES.payableOf(payableId);
    }

    function _tokensOf(uint32 programmeId) internal view returns (address[] memory) {
        return ORIGINATION.tokensOf(programmeId);
    }

    function _paused(address depositToken) internal view returns (bool) {
        return IDepositToken(depositToken).paused();
    }

    /// @return sum What goes out of one pot.
    function _payOut(Pots memory pots, uint256 pot) private returns (uint256 sum) {
        uint256 count = pots.counts[pot];
        if (count == 0) return 0;
        address[] memory to = pots.to[pot];
        uint256[] memory amounts = pots.amounts[pot];
        assembly ("memory-safe") {
            mstore(to, count)
            mstore(amounts, count)
        }
        for (uint256 i; i < count; ++i) {
            sum += amounts[i];
        }
        IDepositToken(pots.tokens[pot]).transferBatch(to, amounts);
    }

    function _send(address depositToken, address to, uint256 amount) internal {
        IERC20(depositToken).safeTransfer(to, amount);
    }
}
