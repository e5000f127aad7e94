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

/// @dev Declaration order is stored on chain and mirrored by the indexer: append, never reorder.
enum ParticipantStatus {
    None,
    Active,
    Suspended
}

/// @param legalEntityHash Salted hash of the legal entity's identifier (USCC or LEI); never the identifier (R-45).
struct Participant {
    bytes32 legalEntityHash;
    uint16 roles;
    ParticipantStatus status;
}

/// @dev Declaration order is stored on chain and mirrored by the indexer: append, never reorder.
enum PayableState {
    None,
    Proposed,
    Confirmed,
    Settled
}

/// @notice All that the debtor signs when it confirms (R-09).
/// @dev Field order is the EIP-712 type `Terms`. Amounts are minor units of `depositToken`'s currency; dates are
/// whole days since 1970-01-01 on the network's wall clock, see {CalendarLib}.
/// @param minimumPiece The least a split may hand on (I4); the residual may fall below it.
/// @param maximumDepth How many splits deep a piece may be; the root is at depth 0 (I3).
/// @param invoiceFingerprint HMAC under the debtor's own key over seller, buyer, number and type; not the amount.
/// @param evidenceHash Salted hash of the trade document, anchored by its author (R-03).
struct Terms {
    address supplier;
    address debtor;
    address depositToken;
    uint64 faceValue;
    uint64 minimumPiece;
    uint32 issueDate;
    uint32 dueDate;
    uint8 maximumDepth;
    bytes32 invoiceFingerprint;
    bytes32 evidenceHash;
}

/// @dev The debt itself: an ERC-3525 slot. `serials` is the number of pieces ever made of it; `paid` what the debtor
/// has paid in so far.
struct Payable {
    address debtor;
    PayableState state;
    uint8 maximumDepth;
    uint32 issueDate;
    uint32 dueDate;
    address supplier;
    uint64 faceValue;
    uint32 serials;
    address depositToken;
    uint64 minimumPiece;
    bytes32 invoiceFingerprint;
    bytes32 evidenceHash;
    uint64 paid;
}

/// @dev One holder's piece of a payable: the minor units `[start, end)` of its face (R-12). Two storage slots.
/// @param parent Serial of the piece it was split from; 0 for the root.
/// @param recourse The transfer that delivered it lets the holder claim from the one who transferred it (R-21).
/// @param drawn What its holders have drawn of the debtor's payments so far.
struct Piece {
    address holder;
    uint32 parent;
    uint8 depth;
    bool recourse;
    uint64 start;
    uint64 end;
    uint64 drawn;
}

/// @dev One receiver of a split.
struct Part {
    address to;
    uint64 value;
}

/// @notice A financier's binding offer for `value` of a receivable, signed off chain (EIP-712 type `Quote`).
/// @param supplier The holder it is made to; nobody else can accept it.
/// @param proceeds What the supplier receives, at most `value`; priced by the financier (R-14a) and final.
/// @param valueDate The day the price was computed for: it is accepted on it or the day before.
/// @param recourse The supplier answers for the debtor's default (R-21).
/// @param nonce One use per financier, whatever it quoted under it.
/// @param expiry The last unix second at which it can be accepted.
struct Quote {
    uint256 receivableId;
    address supplier;
    address financier;
    address depositToken;
    uint64 value;
    uint64 proceeds;
    uint32 valueDate;
    bool recourse;
    uint256 nonce;
    uint64 expiry;
}
