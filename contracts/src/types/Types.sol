// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @dev What an organisation may do on the network; a bit set, an organisation may have several.
library Roles {
    /// @dev A core enterprise: confirms payables and pays them.
    uint16 internal constant DEBTOR = 1;
    uint16 internal constant SUPPLIER = 2;
    uint16 internal constant FINANCIER = 4;
    /// @dev A settlement bank: issues a deposit token against its own books.
    uint16 internal constant BANK = 8;
    /// @dev A deposit token that payables may be settled in.
    uint16 internal constant DEPOSIT_TOKEN = 16;
    /// @dev A contract of the network that cash passes through (Discounting, Settlement).
    uint16 internal constant CONTRACT = 32;
    uint16 internal constant ALL = 63;
    /// @dev Who money can be owed to: everyone but the network's own contracts and tokens.
    uint16 internal constant ORGANISATION = DEBTOR | SUPPLIER | FINANCIER | BANK;
}

/// @notice Where the network's contracts are: fixed when they are deployed, at addresses that are known beforehand.
/// @param predecessor The {Origination} of the version before; zero for the first.
/// @param version Of these contracts, from 1. Numbers that they hand out follow {idsBefore} it.
struct Network {
    address authority;
    address participants;
    address receivables;
    address origination;
    address holds;
    address discounting;
    address settlement;
    address dishonours;
    address anchors;
    address predecessor;
    uint32 version;
}

/// @dev The number before the first that a version hands out, so that no two versions have an id in common: 16,777,215
/// for each of 256 versions.
function idsBefore(uint32 version) pure returns (uint32) {
    return (version - 1) << 24;
}

/// @dev The access manager's roles; 0 is its administrator, whose every act waits for a delay.
library AccessRoles {
    /// @dev Admits and suspends participants, sets the reference rate, writes off, lifts a dishonour.
    uint64 internal constant OPERATOR = 1;
    /// @dev Orders freezes and enforces them. Can mint nothing.
    uint64 internal constant COMPLIANCE = 2;
    /// @dev Each version's {Holds}: counts the orders that name an organisation.
    uint64 internal constant HOLDS = 3;
}

/// @dev Declaration order is stored on chain and mirrored by the indexer: append, never reorder.
enum ParticipantStatus {
    None,
    Active,
    Suspended,
    Closed
}

/// @param legalEntityHash Salted hash of the legal entity's identifier (USCC or LEI); never the identifier (R-45).
/// @param number Its short name in storage, from 1; never used again.
/// @param key The account that acts and signs for it: `account` itself until rotated.
struct Participant {
    bytes32 legalEntityHash;
    uint16 roles;
    ParticipantStatus status;
    uint32 number;
    address key;
}

/// @notice Who a caller is: the organisation whose key it is.
/// @param orders How many freeze orders name it, expired ones included until they are released.
struct Actor {
    address account;
    uint32 number;
    uint16 roles;
    uint16 orders;
}

/// @dev Declaration order is stored on chain and mirrored by the indexer: append, never reorder. The first line and
/// Cancelled are {Origination}'s too; {Receivables} knows a payable from Confirmed on.
enum PayableState {
    None,
    Proposed,
    Confirmed,
    Settled,
    Disputed,
    Declined,
    Cancelled,
    WrittenOff
}

/// @notice A debtor's terms for its payables, published once and never changed (EIP-712 type `Programme`).
/// @dev `uint56` holds every amount (2^53 - 1 at most). Frozen into each payable at its confirmation.
/// @param depositTokens 1 to 4 tokens of one currency that payments may come in.
/// @param minimumPiece The least a split may hand on (I4); the residual may fall below it.
/// @param maximumDepth How many splits deep a piece may be; the root is at depth 0 (I3).
/// @param softTenorMonths A due date beyond it needs a recorded reason (R-01).
/// @param hardTenorMonths A due date beyond it is refused; 12 at most (R-01).
/// @param refusalHours How long a receiver may refuse a piece (I6); it ends with the day before the due date.
/// @param blackoutDaysBefore No transfers from this many calendar days before the due date on (I7) …
/// @param blackoutDaysAfter … until this many after it, both included.
/// @param dishonourDays Calendar days after the due date until which an unpaid payable is not yet a dishonour (R-29b).
/// @param registrationRequired A financing must name an anchored registration (R-11).
/// @param lateRatePpm Late interest agreed, parts per million a year on ACT/365F; 0 where none is (R-17).
struct Programme {
    address debtor;
    address[] depositTokens;
    uint56 minimumPiece;
    uint8 maximumDepth;
    uint8 softTenorMonths;
    uint8 hardTenorMonths;
    uint16 refusalHours;
    uint8 blackoutDaysBefore;
    uint8 blackoutDaysAfter;
    uint8 dishonourDays;
    bool registrationRequired;
    uint32 lateRatePpm;
}

/// @notice What is particular to one payable (EIP-712 type `Terms`).
/// @dev Amounts are minor units of the programme's currency; dates are whole days since 1970-01-01 on the network's wall
/// clock, see {CalendarLib}.
/// @param invoiceFingerprint HMAC under the debtor's own key over seller, buyer, number and type; not the amount.
/// @param evidenceHash Salted hash of the trade document, anchored by its author (R-03).
/// @param tenorReasonHash Salted hash of why it runs beyond the soft limit; 0 where it does not (R-01).
/// @param undertakingHash Salted hash of the debtor's waiver of defences (付款承诺函); 0 where it waives none (R-10).
struct Terms {
    address supplier;
    address debtor;
    uint32 programmeId;
    uint56 faceValue;
    uint32 issueDate;
    uint32 dueDate;
    bytes32 invoiceFingerprint;
    bytes32 evidenceHash;
    bytes32 tenorReasonHash;
    bytes32 undertakingHash;
}

/// @notice A proposal of a batch.
struct Proposal {
    bytes32 salt;
    Terms terms;
}

/// @notice What {Origination} hands to {Receivables} when a payable is confirmed, and what is frozen then.
/// @param lateRatePpm Late interest after R-17's floor, parts per million a year on ACT/365F.
/// @param issued The debtor issued it unasked, so that the first holder may refuse it (I6).
struct FrozenTerms {
    address supplier;
    address debtor;
    uint32 programmeId;
    uint56 faceValue;
    uint32 issueDate;
    uint32 dueDate;
    uint56 minimumPiece;
    uint8 maximumDepth;
    uint16 refusalHours;
    uint8 blackoutDaysBefore;
    uint8 blackoutDaysAfter;
    uint8 dishonourDays;
    bool registrationRequired;
    bool defencesWaived;
    bool issued;
    uint32 lateRatePpm;
}

/// @notice A payable from its confirmation on: an ERC-3525 slot. All zero before.
/// @param serials How many pieces were ever made of it.
/// @param paid Principal the debtor has paid in so far, netted amounts included.
struct Payable {
    address debtor;
    address supplier;
    uint32 programmeId;
    PayableState state;
    uint56 faceValue;
    uint56 paid;
    uint32 serials;
    uint32 issueDate;
    uint32 dueDate;
    uint56 minimumPiece;
    uint8 maximumDepth;
    uint16 refusalHours;
    uint8 blackoutDaysBefore;
    uint8 blackoutDaysAfter;
    uint8 dishonourDays;
    bool registrationRequired;
    bool defencesWaived;
    uint32 lateRatePpm;
}

/// @notice One holder's piece of a payable: the minor units `[start, end)` of its face (R-12).
/// @param sender Who handed it on last; may get it back by a refusal.
/// @param receivedAt Unix second of that.
/// @param endorser Who answers for it under recourse (R-21), the nearest first; zero where nobody does.
/// @param refusable The window of refusal is not waived; whether it is still open is a matter of time.
/// @param parked It came back to the debtor (I8, dilution) and never moves again.
struct Piece {
    address holder;
    address sender;
    address endorser;
    uint32 receivedAt;
    uint56 start;
    uint56 end;
    uint8 depth;
    bool refusable;
    bool parked;
}

/// @notice What {Settlement} needs to know of a piece and its payable to pay it.
/// @param flags A bit set, see {PositionFlags}.
struct Position {
    address holder;
    uint32 programmeId;
    PayableState state;
    uint56 faceValue;
    uint56 paid;
    uint56 start;
    uint56 end;
    uint8 flags;
}

library PositionFlags {
    /// @dev The holder may be paid now (I9).
    uint8 internal constant ELIGIBLE = 1;
    /// @dev Holds are recorded on the piece; which, and whether they live, is {Holds}' to say.
    uint8 internal constant HELD = 2;
    uint8 internal constant PARKED = 4;
    /// @dev Freeze orders name the holder, see {Actor}.
    uint8 internal constant ORDERED = 8;
}

/// @dev Why a piece came back to its debtor. Append, never reorder.
enum ParkingKind {
    Extinguished,
    Diluted
}

/// @notice One receiver of a split.
/// @param recourse The holder answers to the receiver for the debtor's default (R-21).
struct Part {
    address to;
    uint56 value;
    bool recourse;
}

/// @dev What a piece cannot use, each tracked apart (I10). Append, never reorder.
enum HoldKind {
    None,
    Freeze,
    Dispute,
    Pledge,
    Delivery
}

/// @notice A part of a piece that its holder cannot use. It ends by release, by enforcement, or at `until`.
/// @param beneficiary Who may release it: the debtor (dispute), the pledgee, the financier (delivery); zero for a freeze,
/// which ends with its order.
/// @param until The last unix second at which it holds.
/// @param enforceableFrom Unix second from which a pledgee may take the piece; 0 else.
/// @param orderId The freeze order; 0 else.
struct Hold {
    uint256 receivableId;
    HoldKind kind;
    uint56 amount;
    address beneficiary;
    uint40 until;
    uint40 enforceableFrom;
    uint32 orderId;
}

/// @notice A compliance order: it names a holder and a payable, not a token, so that splitting does not escape it.
/// @param payableId 0 for all of the holder's payables.
/// @param amount How much is to be set aside. Until pieces worth it are, nothing of the holder's there moves.
/// @param assigned How much is set aside under it so far, enforced amounts included.
struct FreezeOrder {
    address holder;
    uint256 payableId;
    uint56 amount;
    uint56 assigned;
    uint40 until;
    bool released;
}

/// @notice Who gets how much for arranging a deal, on top of the proceeds.
struct Fee {
    address to;
    uint56 amount;
}

/// @notice A financier's binding offer for `value` of a receivable, signed off chain (EIP-712 type `Quote`).
/// @param supplier The holder it is made to; nobody else can accept it.
/// @param minimumTake The least of `value` that may be taken; equal to `value` for all or nothing.
/// @param proceeds What the supplier receives for all of `value`; priced by the financier (R-14a) and final. With the
/// fees at most `value`.
/// @param valueDate The day the price was computed for: it is accepted on it or the day before.
/// @param recourse The supplier answers for the debtor's default (R-21).
/// @param registrationHash Anchored registration of the assignment (R-11); 0 where the programme asks for none.
/// @param nonce One use per financier, whatever it quoted under it.
/// @param expiry The last unix second at which it can be accepted.
struct Quote {
    uint256 receivableId;
    address supplier;
    address financier;
    address depositToken;
    uint56 value;
    uint56 minimumTake;
    uint56 proceeds;
    uint32 valueDate;
    bool recourse;
    bytes32 registrationHash;
    uint256 nonce;
    uint64 expiry;
    Fee[] fees;
}

/// @notice One acceptance of several.
/// @param take How much of the quote's value, from its minimum on.
/// @param byPermit `cashSignature` is an ERC-2612 permit, not an ERC-3009 authorization.
struct Acceptance {
    Quote quote;
    uint56 take;
    bool byPermit;
    bytes quoteSignature;
    bytes cashSignature;
}

/// @dev Why a batch of redemptions passed a piece by. Append, never reorder.
enum SkipReason {
    NotFound,
    NothingDue,
    TokenPaused
}
