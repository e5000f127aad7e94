// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {PayableState, Programme, Proposal, Terms} from "../types/Types.sol";

/// @title IOrigination
/// @notice From a debtor's programme and an invoice to a confirmed payable: proposed, disputed, declined, credited,
/// confirmed, issued, cancelled.
interface IOrigination {
    /* EVENTS */

    /// @notice A debtor published terms for its payables. They never change. One {ProgrammeTokenAccepted} each follows.
    event ProgrammePublished(
        uint256 indexed programmeId,
        address indexed debtor,
        uint56 minimumPiece,
        uint8 maximumDepth,
        uint8 softTenorMonths,
        uint8 hardTenorMonths,
        uint16 refusalHours,
        uint8 blackoutDaysBefore,
        uint8 blackoutDaysAfter,
        uint8 dishonourDays,
        bool registrationRequired,
        uint32 lateRatePpm
    );

    /// @notice Payments under the programme may come in this token.
    event ProgrammeTokenAccepted(uint256 indexed programmeId, address indexed depositToken);

    /// @notice Nothing new is proposed under it; what is confirmed goes on.
    event ProgrammeRetired(uint256 indexed programmeId);

    /// @notice The reference rate (one-year LPR) from the date on, parts per million a year; late interest's floor (R-17).
    event ReferenceRateSet(uint32 indexed effectiveDate, uint32 ratePpm);

    /// @notice From now on debts are made by `successor` alone, which is the next version of this contract.
    event SuccessorNamed(address indexed successor);

    /// @notice A supplier proposed a payable to its debtor. Nothing is owed yet and nothing is claimed.
    event PayableProposed(
        uint256 indexed payableId,
        address indexed supplier,
        address indexed debtor,
        uint32 programmeId,
        uint56 faceValue,
        uint32 issueDate,
        uint32 dueDate,
        bytes32 invoiceFingerprint,
        bytes32 evidenceHash,
        bytes32 tenorReasonHash,
        bytes32 undertakingHash
    );

    /// @notice A debtor issued a payable to its supplier. {IReceivables.PayableConfirmed} follows in the same transaction.
    event PayableIssued(
        uint256 indexed payableId,
        address indexed supplier,
        address indexed debtor,
        uint32 programmeId,
        uint56 faceValue,
        uint32 issueDate,
        uint32 dueDate,
        bytes32 invoiceFingerprint,
        bytes32 evidenceHash,
        bytes32 tenorReasonHash,
        bytes32 undertakingHash
    );

    /// @notice The debtor disputes the proposal; it cannot be confirmed until the dispute is withdrawn.
    event ProposalDisputed(uint256 indexed payableId, bytes32 reasonHash);

    /// @notice The debtor withdrew its dispute: the proposal stands again.
    event ProposalDisputeWithdrawn(uint256 indexed payableId);

    /// @notice The debtor will not confirm; final.
    event ProposalDeclined(uint256 indexed payableId, bytes32 reasonHash);

    /// @notice The supplier took its proposal back; final.
    event ProposalWithdrawn(uint256 indexed payableId);

    /// @notice A credit note lowered the proposal by `amount`, to `faceValue`.
    event ProposalCredited(uint256 indexed payableId, uint56 amount, uint56 faceValue, bytes32 creditNoteHash);

    /// @notice A cancelled payable's invoice may be confirmed again, under another payable.
    event InvoiceReleased(bytes32 indexed invoiceFingerprint, uint256 indexed payableId);

    /* ERRORS */

    /// @notice This version makes no more debts: `successor` does.
    /// @dev Remedy: Propose or issue at `successor`.
    error OriginationSuperseded(address successor);

    /// @notice `origination` has not been named as successor by the version before it, or is not made to be its successor.
    /// @dev Remedy: Have the administrator name it, or name one that was deployed for this predecessor.
    error OriginationNotSuccessor(address origination);

    /// @notice There is no such proposal, or its state is not the `required` one.
    /// @dev Remedy: Read the proposal's state; what is decided is proposed anew under another salt.
    error ProposalInvalidState(uint256 payableId, PayableState current, PayableState required);

    /// @notice These are not the terms proposed.
    /// @dev Remedy: Read the terms again, credit notes included, and send those.
    error ProposalTermsDiffer(uint256 payableId);

    /// @notice This party proposed or issued a payable under this salt before; ids are never used again.
    /// @dev Remedy: Choose another salt, or go on with the payable that is there.
    error PayableAlreadyExists(uint256 payableId);

    /// @notice The caller is not the supplier of the terms.
    /// @dev Remedy: Let the supplier of the terms act.
    error PayableNotSupplier(address caller, address supplier);

    /// @notice The caller is not the debtor of the terms (R-40).
    /// @dev Remedy: Let the debtor act, or bring its signature where the function takes one.
    error PayableNotDebtor(uint256 payableId, address caller, address debtor);

    /// @notice The caller is neither the payable's supplier nor its debtor.
    /// @dev Remedy: Let the supplier or the debtor act.
    error PayableNotParty(uint256 payableId, address caller);

    /// @notice Nobody owes itself.
    /// @dev Remedy: Name two different parties.
    error PayableSelfDealing(address party);

    /// @notice The due date must lie after today's business date.
    /// @dev Remedy: Agree on a later due date and propose it anew.
    error PayableDueDatePast(uint32 dueDate, uint32 today);

    /// @notice The issue date must not lie after today's business date.
    /// @dev Remedy: Wait for the issue date, or correct it.
    error PayableIssueDateFuture(uint32 issueDate, uint32 today);

    /// @notice The payable would run longer than the programme's hard limit: it is due by `latest` (R-01).
    /// @dev Remedy: Agree on a due date by `latest`, or on a programme with a longer limit.
    error PayableTenorTooLong(uint32 dueDate, uint32 latest);

    /// @notice Due after the soft limit `soft`, it needs a recorded reason (R-01).
    /// @dev Remedy: Give the hash of the recorded reason, or a due date by `soft`.
    error PayableTenorReasonMissing(uint32 dueDate, uint32 soft);

    /// @notice The terms' debtor is not the programme's.
    /// @dev Remedy: Name a programme of the terms' debtor.
    error ProgrammeNotOfDebtor(uint256 programmeId, address debtor);

    /// @notice No such programme, or it is retired.
    /// @dev Remedy: Name a programme of the debtor that is open.
    error ProgrammeNotOpen(uint256 programmeId);

    /// @notice The debtor published exactly these terms before, as `programmeId`.
    /// @dev Remedy: Use `programmeId`; if it is retired, publish terms that differ.
    error ProgrammeAlreadyPublished(uint256 programmeId);

    /// @notice The caller is not the programme's debtor.
    /// @dev Remedy: Let the programme's debtor act.
    error ProgrammeNotDebtor(address caller, address debtor);

    /// @notice `field` is `value` and must lie in [`minimum`, `maximum`].
    /// @dev Remedy: Give the field a value within the bounds.
    error ProgrammeFieldOutOfRange(bytes32 field, uint256 value, uint256 minimum, uint256 maximum);

    /// @notice A programme's tokens are of one currency, each named once.
    /// @dev Remedy: Leave the token out, or name tokens of one currency only.
    error ProgrammeTokenUnfit(address depositToken);

    /// @notice The debtor was dishonoured twice within six months: barred until the date `until`, excluded (R-29b).
    /// @dev Remedy: Wait until that date, or have the operator lift a record that is wrong.
    error DebtorBarred(address debtor, uint32 until);

    /// @notice A fingerprint of the invoice must be given.
    /// @dev Remedy: Give the fingerprint that the debtor computes from the invoice.
    error InvoiceFingerprintMissing();

    /// @notice Evidence of a real trade must be given (R-03).
    /// @dev Remedy: Anchor the trade document and give its hash.
    error EvidenceMissing();

    /// @notice The invoice stands behind a confirmed payable already, whatever amount was written on it this time.
    /// @dev Remedy: Look at the payable named: the invoice is financed there.
    error InvoiceAlreadyClaimed(bytes32 invoiceFingerprint, uint256 payableId);

    /// @notice A credit note lowers a proposal by 1 to less than all of it.
    /// @dev Remedy: Credit less, or withdraw the proposal.
    error CreditOutOfRange(uint256 payableId, uint256 amount, uint256 faceValue);

    /// @notice A batch names 1 to `maximum` entries, and as many terms as ids.
    /// @dev Remedy: Send several batches, with the terms of every id.
    error BatchOutOfRange(uint256 count, uint256 maximum);

    /// @notice The signature is past its deadline.
    /// @dev Remedy: Have it signed anew with a later deadline.
    error SignatureExpired(uint64 deadline, uint256 now_);

    /// @notice The signature is not `signer`'s over exactly this, on this chain and contract.
    /// @dev Remedy: Have exactly this signed with the signer's present key, on this chain.
    error SignatureInvalid(uint256 subject, address signer);

    /// @notice The rate is dated before the one in force, or after today.
    /// @dev Remedy: Give the date on which the rate came into force.
    error ReferenceRateDateOutOfRange(uint32 effectiveDate, uint32 earliest, uint32 today);

    /* DEBTOR: PROGRAMMES */

    /// @notice Publishes terms; `programme.debtor` is the caller.
    function publishProgramme(Programme calldata programme) external returns (uint32 programmeId);

    /// @notice The same on the debtor's EIP-712 signature, brought by anyone.
    function publishProgrammeBySignature(Programme calldata programme, uint64 deadline, bytes calldata signature)
        external
        returns (uint32 programmeId);

    /// @notice Ends a programme for new payables.
    function retireProgramme(uint32 programmeId) external;

    /* OPERATOR */

    /// @notice Records the reference rate in force from `effectiveDate`, not later than today. Operator only.
    function setReferenceRate(uint32 effectiveDate, uint32 ratePpm) external;

    /* ADMINISTRATOR */

    /// @notice Names the next version, once: from then on it alone makes debts. The administrator only, after its delay.
    function nameSuccessor(address next) external;

    /* SUPPLIER */

    /// @notice Proposes a payable; `terms.supplier` is the caller. Its id follows from caller and `salt`.
    function propose(bytes32 salt, Terms calldata terms) external returns (uint256 payableId);

    /// @notice Proposes several, all or none.
    function proposeBatch(Proposal[] calldata proposals) external returns (uint256[] memory payableIds);

    /// @notice Lowers a proposal, disputed or not, by a credit note; `terms` as they stand before it.
    function credit(uint256 payableId, Terms calldata terms, uint56 amount, bytes32 creditNoteHash) external;

    /// @notice Takes a proposal back.
    function withdraw(uint256 payableId) external;

    /// @notice Refuses a payable that its debtor issued unasked, within the window (I6).
    function refuseIssued(uint256 payableId, Terms calldata terms) external;

    /* DEBTOR: PAYABLES */

    /// @notice Issues a payable at once; `terms.debtor` is the caller. Its id follows from caller and `salt`.
    function issue(bytes32 salt, Terms calldata terms) external returns (uint256 receivableId);

    /// @notice Issues several, all or none.
    function issueBatch(Proposal[] calldata proposals) external returns (uint256[] memory receivableIds);

    /// @notice Confirms a proposed payable: claims its invoice and makes the receivable. Debtor only.
    function confirm(uint256 payableId, Terms calldata terms) external returns (uint256 receivableId);

    /// @notice Confirms several, all or none.
    function confirmBatch(uint256[] calldata payableIds, Terms[] calldata terms)
        external
        returns (uint256[] memory receivableIds);

    /// @notice Confirms on the debtor's EIP-712 signature (ERC-1271 wallets too), brought by anyone.
    function confirmBySignature(uint256 payableId, Terms calldata terms, uint64 deadline, bytes calldata signature)
        external
        returns (uint256 receivableId);

    /// @notice Disputes a proposal.
    function dispute(uint256 payableId, bytes32 reasonHash) external;

    /// @notice Withdraws the dispute.
    function withdrawDispute(uint256 payableId) external;

    /// @notice Declines a proposal, disputed or not.
    function decline(uint256 payableId, bytes32 reasonHash) external;

    /* BOTH */

    /// @notice Cancels a confirmed payable while its first payee holds all of it (R-13): one party calls, the other signed.
    function cancel(uint256 payableId, Terms calldata terms, uint64 deadline, bytes calldata signature) external;

    /* VIEWS */

    /// @notice A programme; debtor zero where there is none.
    function programmeOf(uint32 programmeId) external view returns (Programme memory programme, bool retired);

    /// @notice Whether payments under the programme may come in this token.
    function acceptsToken(uint32 programmeId, address depositToken) external view returns (bool);

    /// @notice The tokens payments may come in, in the order published.
    function tokensOf(uint32 programmeId) external view returns (address[] memory);

    /// @notice ISO 4217 code of the programme's tokens, three ASCII letters.
    function currencyOf(uint32 programmeId) external view returns (bytes3);

    /// @notice A proposal's parties, state and the hash of its terms; zero where there is none. A payable's own state is
    /// {IReceivables}' from Confirmed on.
    function proposalOf(uint256 payableId)
        external
        view
        returns (address supplier, address debtor, PayableState state, bytes22 termsHash);

    /// @notice The payable that `party` would propose or issue under `salt`.
    function payableIdOf(address party, bytes32 salt) external view returns (uint256);

    /// @notice The confirmed payable an invoice stands behind, of this version or one before; 0 if none.
    function claimedBy(bytes32 invoiceFingerprint) external view returns (uint256 payableId);

    /// @notice The date before which the debtor confirms nothing, by this version's {IDishonours} or an earlier one's; 0
    /// where it is not barred.
    function barredUntil(address debtor) external view returns (uint32);

    /// @notice The version before, whose claims and bars count here too; zero for the first.
    function PREDECESSOR() external view returns (IOrigination);

    /// @notice The version that makes debts from now on; zero while this one does.
    function successor() external view returns (address);

    /// @notice The reference rate in force and since when; 0 before the first.
    function referenceRate() external view returns (uint32 ratePpm, uint32 effectiveDate);

    /// @notice The digest a debtor signs to confirm: payable, terms, programme and deadline in full (R-09).
    function confirmationDigest(uint256 payableId, Terms calldata terms, uint64 deadline)
        external
        view
        returns (bytes32);

    /// @notice The digest the other party signs to cancel.
    function cancellationDigest(uint256 payableId, uint64 deadline) external view returns (bytes32);

    /// @notice The digest a debtor signs to publish a programme.
    function publicationDigest(Programme calldata programme, uint64 deadline) external view returns (bytes32);
}
