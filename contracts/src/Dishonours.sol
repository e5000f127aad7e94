// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {Journal} from "./Journal.sol";
import {IDepositToken} from "./interfaces/IDepositToken.sol";
import {IDishonours} from "./interfaces/IDishonours.sol";
import {IHolds} from "./interfaces/IHolds.sol";
import {IOrigination} from "./interfaces/IOrigination.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {CalendarLib} from "./libraries/CalendarLib.sol";
import {Network, Payable, PayableState} from "./types/Types.sol";

/// @title Dishonours
/// @notice Who did not pay what it owed and nobody disputed, and who is barred for having done so twice (R-29b).
///
/// FACTS
/// @dev A record follows from the chain alone, so anyone may make it. The debtor's days of grace count from the due date,
/// or from when a token that moves now began to move again if that is later: who could not pay is not dishonoured.
/// What came back to the debtor counts as outstanding until it nets it in a payment.
///
/// THE BAR
/// @dev Two due dates within six calendar months of each other bar the debtor until 24 months after the later one; several
/// records of one due date count once. Each debtor's four latest due dates on record are kept. Dates that fall out of
/// them are forgotten: a bar they caused stands to its end, unless a record of the debtor is lifted.
///
/// TRUST
/// @dev The operator lifts records, in public and with a reason. It can make none.
///
/// KNOWN WEAKNESS
/// @dev A bank that pauses its token again and again shields a debtor who can pay in no other; a debtor that disputes all
/// it owes shields itself. Both are seen by everybody.
contract Dishonours is IDishonours, AccessManaged, Journal {
    /* TYPES */

    enum RecordState {
        None,
        Standing,
        Lifted
    }

    /// @dev One word.
    struct Entry {
        address debtor;
        uint32 dueDate;
        RecordState state;
    }

    /// @param count How many standing records have this due date; the date is there while it is not 0.
    struct DatedCount {
        uint32 dueDate;
        uint24 count;
    }

    /// @dev What one word holds of a debtor: four dates of 56 bits, the latest lowest, and the bar above them. They descend;
    /// the fifth is the one that falls out.
    struct Standing {
        DatedCount[5] dates;
        uint32 until;
    }

    /* CONSTANTS */

    /// @dev Due dates kept per debtor.
    uint256 internal constant KEPT = 4;
    uint256 internal constant DATE_BITS = 56;
    uint256 internal constant COUNT_BITS = 24;

    /// @notice Two due dates at most this many calendar months apart bar a debtor …
    uint32 public constant NEAR_MONTHS = 6;

    /// @notice … until this many after the later one.
    uint32 public constant BAR_MONTHS = 24;

    IParticipants public immutable PARTICIPANTS;
    IReceivables public immutable RECEIVABLES;
    IOrigination public immutable ORIGINATION;
    IHolds public immutable HOLDS;

    /* STORAGE */

    mapping(uint256 payableId => Entry) internal _entries;
    mapping(address debtor => uint256 word) internal _standings;

    constructor(Network memory network) AccessManaged(network.authority) {
        PARTICIPANTS = IParticipants(network.participants);
        RECEIVABLES = IReceivables(network.receivables);
        ORIGINATION = IOrigination(network.origination);
        HOLDS = IHolds(network.holds);
    }

    /* ANYONE */

    /// @inheritdoc IDishonours
    function record(uint256 payableId) external {
        Payable memory p = RECEIVABLES.payableOf(payableId);
        require(p.state == PayableState.Confirmed, DishonourPayableNotOpen(payableId));
        require(_entries[payableId].state == RecordState.None, DishonourAlreadyRecorded(payableId));
        uint32 earliest = _payableSince(payableId, p) + p.dishonourDays + 1;
        uint32 today = CalendarLib.today();
        require(today >= earliest, DishonourTooEarly(payableId, earliest, today));
        uint56 outstanding = p.faceValue - p.paid;
        uint56 disputed = HOLDS.disputedOf(payableId);
        require(disputed < outstanding, DishonourDisputed(payableId));
        uint56 amount = outstanding - disputed;

        _entries[payableId] = Entry(p.debtor, p.dueDate, RecordState.Standing);

        _announce(3, abi.encode(DishonourRecorded.selector, payableId, p.debtor, p.dueDate, amount));
        _count(p.debtor, p.dueDate);
    }

    /* DEBTOR */

    /// @inheritdoc IDishonours
    function object(uint256 payableId, bytes32 reasonHash) external {
        address caller = PARTICIPANTS.actor(msg.sender).account;
        Entry storage entry = _standing(payableId);
        require(caller == entry.debtor, DishonourNotDebtor(payableId, caller, entry.debtor));

        _announce(3, abi.encode(DishonourObjected.selector, payableId, caller, reasonHash));
    }

    /* OPERATOR */

    /// @inheritdoc IDishonours
    function lift(uint256 payableId, bytes32 reasonHash) external restricted {
        Entry storage entry = _standing(payableId);
        address debtor = entry.debtor;

        entry.state = RecordState.Lifted;

        _announce(3, abi.encode(DishonourLifted.selector, payableId, debtor, reasonHash));
        _discount(debtor, entry.dueDate);
    }

    /* VIEWS */

    /// @inheritdoc IDishonours
    function barredUntil(address debtor) external view returns (uint32) {
        uint32 until = uint32(_standings[debtor] >> KEPT * DATE_BITS);
        return until > CalendarLib.today() ? until : 0;
    }

    /// @inheritdoc IDishonours
    function isDishonoured(uint256 payableId) external view returns (bool) {
        return _entries[payableId].state == RecordState.Standing;
    }

    /* INTERNAL */

    /// @dev The later of the due date and the day from which one of the tokens moves, which it still does.
    function _payableSince(uint256 payableId, Payable memory p) internal view returns (uint32 since) {
        address[] memory tokens = ORIGINATION.tokensOf(p.programmeId);
        since = type(uint32).max;
        for (uint256 i; i < tokens.length; ++i) {
            IDepositToken token = IDepositToken(tokens[i]);
            if (token.paused()) continue;
            uint32 day = CalendarLib.dateOf(token.movesSince());
            if (day < since) since = day;
        }
        require(since != type(uint32).max, DishonourTokensPaused(payableId));
        if (since < p.dueDate) since = p.dueDate;
    }

    function _standing(uint256 payableId) internal view returns (Entry storage entry) {
        entry = _entries[payableId];
        require(entry.state == RecordState.Standing, DishonourNotRecorded(payableId));
    }

    /// @dev A record never ends a bar: the date that falls out may have caused it.
    function _count(address debtor, uint32 dueDate) internal {
        Standing memory s = _load(debtor);
        uint256 i;
        while (i < KEPT && s.dates[i].dueDate > dueDate) ++i;
        if (s.dates[i].dueDate == dueDate) {
            ++s.dates[i].count;
        } else {
            for (uint256 j = KEPT; j > i; --j) {
                s.dates[j] = s.dates[j - 1];
            }
            s.dates[i] = DatedCount(dueDate, 1);
        }
        uint32 until = _barOf(s);
        _store(debtor, s, until > s.until ? until : s.until);
    }

    function _discount(address debtor, uint32 dueDate) internal {
        Standing memory s = _load(debtor);
        for (uint256 i; i < KEPT; ++i) {
            if (s.dates[i].dueDate != dueDate) continue;
            if (--s.dates[i].count != 0) break;
            for (uint256 j = i; j < KEPT; ++j) {
                s.dates[j] = s.dates[j + 1];
            }
            break;
        }
        _store(debtor, s, _barOf(s));
    }

    /// @dev The dates descend, so the first near pair gives the latest bar.
    function _barOf(Standing memory s) internal pure returns (uint32) {
        for (uint256 i; i < KEPT && s.dates[i + 1].count != 0; ++i) {
            uint32 later = s.dates[i].dueDate;
            if (later <= CalendarLib.addMonths(s.dates[i + 1].dueDate, NEAR_MONTHS)) {
                return CalendarLib.addMonths(later, BAR_MONTHS);
            }
        }
        return 0;
    }

    function _load(address debtor) internal view returns (Standing memory s) {
        uint256 word = _standings[debtor];
        for (uint256 i; i < KEPT; ++i) {
            s.dates[i] = DatedCount(uint32(word >> COUNT_BITS), uint24(word));
            word >>= DATE_BITS;
        }
        s.until = uint32(word);
    }

    function _store(address debtor, Standing memory s, uint32 until) internal {
        uint256 word = until;
        for (uint256 i = KEPT; i != 0; --i) {
            word = word << DATE_BITS | uint256(s.dates[i - 1].dueDate) << COUNT_BITS | s.dates[i - 1].count;
        }
        _standings[debtor] = word;
        if (until == s.until) return;

        _announce(2, abi.encode(DebtorBarredUntil.selector, debtor, until));
    }
}
