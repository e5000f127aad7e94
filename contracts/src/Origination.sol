// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Programmes} from "./Programmes.sol";
import {IDishonours} from "./interfaces/IDishonours.sol";
import {IOrigination} from "./interfaces/IOrigination.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {Amounts} from "./libraries/Amounts.sol";
import {CalendarLib} from "./libraries/CalendarLib.sol";
import {ReceivableIds} from "./libraries/ReceivableIds.sol";
import {Actor, FrozenTerms, Network, PayableState, Proposal, Roles, Terms, idsBefore} from "./types/Types.sol";

/// @title Origination
/// @notice Where a debt comes from: a debtor's programme ({Programmes}), an invoice, and the debtor's own act.
///
/// ONE INVOICE ONCE
/// @dev An invoice is claimed when its debtor confirms or issues, by a fingerprint without the amount: nobody can squat
/// on it by proposing, and nobody gets it confirmed twice by changing a cent. A payable's id is never used again;
/// cancelling frees the fingerprint alone.
///
/// TERMS
/// @dev A proposal is one word: its parties, its state, and 176 bits of the hash of its terms. Who acts on it passes the
/// terms again, so that a debtor confirms what it has seen (R-09); what it signs holds the programme in full as well.
///
/// VERSIONS
/// @dev There are no upgrades: a new version is deployed beside this one, whose administrator names it as {successor},
/// once. From then on debts are made there alone, and what was confirmed here lives on here. A successor finds an
/// invoice claimed, and a debtor barred, where any version before it does.
///
/// TRUST
/// @dev No administrator makes a debt. One can end the making of new ones, in favour of a successor, after a day's notice. The operator sets the reference rate, which late interest that was agreed cannot
/// fall below (R-17), within the bounds of an agreed rate, and for later confirmations only.
contract Origination is Programmes {
    /* TYPES */

    /// @dev One word.
    struct ProposalWord {
        uint32 supplierNumber;
        uint32 debtorNumber;
        PayableState state;
        bytes22 termsHash;
    }

    /* CONSTANTS */

    /// @notice The most entries of one batch.
    uint256 public constant MAX_BATCH = 20;

    /// @notice Late interest where none is agreed: 0.05 % a day on ACT/365F (R-17).
    uint32 public constant DEFAULT_LATE_RATE_PPM = 182_500;

    bytes32 internal constant TERMS_TYPEHASH = keccak256(
        "Terms(address supplier,address debtor,uint32 programmeId,uint56 faceValue,uint32 issueDate,uint32 dueDate,bytes32 invoiceFingerprint,bytes32 evidenceHash,bytes32 tenorReasonHash,bytes32 undertakingHash)"
    );
    bytes32 internal constant CONFIRMATION_TYPEHASH = keccak256(
        "Confirmation(uint256 payableId,Terms terms,Programme programme,uint64 deadline)Programme(address debtor,address[] depositTokens,uint56 minimumPiece,uint8 maximumDepth,uint8 softTenorMonths,uint8 hardTenorMonths,uint16 refusalHours,uint8 blackoutDaysBefore,uint8 blackoutDaysAfter,uint8 dishonourDays,bool registrationRequired,uint32 lateRatePpm)Terms(address supplier,address debtor,uint32 programmeId,uint56 faceValue,uint32 issueDate,uint32 dueDate,bytes32 invoiceFingerprint,bytes32 evidenceHash,bytes32 tenorReasonHash,bytes32 undertakingHash)"
    );
    bytes32 internal constant CANCELLATION_TYPEHASH = keccak256("Cancellation(uint256 payableId,uint64 deadline)");

    IReceivables public immutable RECEIVABLES;
    IDishonours public immutable DISHONOURS;

    /// @inheritdoc IOrigination
    IOrigination public immutable PREDECESSOR;

    /* STORAGE */

    mapping(uint256 payableId => ProposalWord) internal _proposals;

    mapping(bytes32 invoiceFingerprint => uint256 payableId) internal _claims;

    /// @inheritdoc IOrigination
    address public successor;

    constructor(Network memory network) AccessManaged(network.authority) EIP712("scf-network Origination", "1") {
        PARTICIPANTS = IParticipants(network.participants);
        RECEIVABLES = IReceivables(network.receivables);
        DISHONOURS = IDishonours(network.dishonours);
        PREDECESSOR = IOrigination(network.predecessor);
        programmeCount = idsBefore(network.version);
    }

    /* ADMINISTRATOR */

    /// @inheritdoc IOrigination
    function nameSuccessor(address next) external restricted {
        require(successor == address(0), OriginationSuperseded(successor));
        require(address(IOrigination(next).PREDECESSOR()) == address(this), OriginationNotSuccessor(next));

        successor = next;

        _announce(2, abi.encode(SuccessorNamed.selector, next));
    }

    /* SUPPLIER */

    /// @inheritdoc IOrigination
    function propose(bytes32 salt, Terms memory terms) external returns (uint256 payableId) {
        return _propose(_caller().account, salt, terms);
    }

    /// @inheritdoc IOrigination
    function proposeBatch(Proposal[] calldata proposals) external returns (uint256[] memory payableIds) {
        _requireBatch(proposals.length);
        address caller = _caller().account;
        payableIds = new uint256[](proposals.length);
        for (uint256 i; i < proposals.length; ++i) {
            payableIds[i] = _propose(caller, proposals[i].salt, proposals[i].terms);
        }
    }

    /// @inheritdoc IOrigination
    function credit(uint256 payableId, Terms memory terms, uint56 amount, bytes32 creditNoteHash) external {
        address caller = _caller().account;
        ProposalWord storage p = _undecided(payableId);
        _requireTerms(payableId, p, terms);
        require(caller == terms.supplier, PayableNotSupplier(caller, terms.supplier));
        require(amount != 0 && amount < terms.faceValue, CreditOutOfRange(payableId, amount, terms.faceValue));

        terms.faceValue -= amount;
        p.termsHash = _hashOf(terms);

        _announce(2, abi.encode(ProposalCredited.selector, payableId, amount, terms.faceValue, creditNoteHash));
    }

    /// @inheritdoc IOrigination
    function withdraw(uint256 payableId) external {
        Actor memory caller = _caller();
        ProposalWord storage p = _undecided(payableId);
        if (caller.number != p.supplierNumber) {
            revert PayableNotSupplier(caller.account, _accountOf(p.supplierNumber));
        }

        p.state = PayableState.Cancelled;

        _announce(2, abi.encode(ProposalWithdrawn.selector, payableId));
    }

    /// @inheritdoc IOrigination
    /// @dev Whether it was issued, and whether the window is open, is for {Receivables} to say.
    function refuseIssued(uint256 payableId, Terms memory terms) external {
        address caller = _caller().account;
        ProposalWord storage p = _inState(payableId, PayableState.Confirmed);
        _requireTerms(payableId, p, terms);
        require(caller == terms.supplier, PayableNotSupplier(caller, terms.supplier));
        _cancel(payableId, p, terms.invoiceFingerprint, true);
    }

    /* DEBTOR: PAYABLES */

    /// @inheritdoc IOrigination
    function issue(bytes32 salt, Terms memory terms) external returns (uint256 receivableId) {
        return _issue(_caller().account, salt, terms);
    }

    /// @inheritdoc IOrigination
    function issueBatch(Proposal[] calldata proposals) external returns (uint256[] memory receivableIds) {
        _requireBatch(proposals.length);
        address caller = _caller().account;
        receivableIds = new uint256[](proposals.length);
        for (uint256 i; i < proposals.length; ++i) {
            receivableIds[i] = _issue(caller, proposals[i].salt, proposals[i].terms);
        }
    }

    /// @inheritdoc IOrigination
    function confirm(uint256 payableId, Terms memory terms) external returns (uint256 receivableId) {
        return _confirm(_caller().account, payableId, terms);
    }

    /// @inheritdoc IOrigination
    function confirmBatch(uint256[] calldata payableIds, Terms[] calldata terms)
        external
        returns (uint256[] memory receivableIds)
    {
        _requireBatch(payableIds.length);
        require(terms.length == payableIds.length, BatchOutOfRange(terms.length, payableIds.length));
        address caller = _caller().account;
        receivableIds = new uint256[](payableIds.length);
        for (uint256 i; i < payableIds.length; ++i) {
            receivableIds[i] = _confirm(caller, payableIds[i], terms[i]);
        }
    }

    /// @inheritdoc IOrigination
    function confirmBySignature(uint256 payableId, Terms memory terms, uint64 deadline, bytes calldata signature)
        external
        returns (uint256 receivableId)
    {
        ProposalWord storage p = _inState(payableId, PayableState.Proposed);
        _requireTerms(payableId, p, terms);
        bytes32 digest = confirmationDigest(payableId, terms, deadline);
        _requireSignature(payableId, terms.debtor, digest, deadline, signature);
        return _confirmProposal(payableId, p, terms);
    }

    /// @inheritdoc IOrigination
    function dispute(uint256 payableId, bytes32 reasonHash) external {
        Actor memory caller = _caller();
        ProposalWord storage p = _inState(payableId, PayableState.Proposed);
        _requireDebtor(payableId, p, caller);

        p.state = PayableState.Disputed;

        _announce(2, abi.encode(ProposalDisputed.selector, payableId, reasonHash));
    }

    /// @inheritdoc IOrigination
    function withdrawDispute(uint256 payableId) external {
        Actor memory caller = _caller();
        ProposalWord storage p = _inState(payableId, PayableState.Disputed);
        _requireDebtor(payableId, p, caller);

        p.state = PayableState.Proposed;

        _announce(2, abi.encode(ProposalDisputeWithdrawn.selector, payableId));
    }

    /// @inheritdoc IOrigination
    function decline(uint256 payableId, bytes32 reasonHash) external {
        Actor memory caller = _caller();
        ProposalWord storage p = _undecided(payableId);
        _requireDebtor(payableId, p, caller);

        p.state = PayableState.Declined;

        _announce(2, abi.encode(ProposalDeclined.selector, payableId, reasonHash));
    }

    /* BOTH */

    /// @inheritdoc IOrigination
    /// @dev Signing is acting: the other party must be active too.
    function cancel(uint256 payableId, Terms memory terms, uint64 deadline, bytes calldata signature) external {
        address caller = _caller().account;
        ProposalWord storage p = _inState(payableId, PayableState.Confirmed);
        _requireTerms(payableId, p, terms);
        require(caller == terms.supplier || caller == terms.debtor, PayableNotParty(payableId, caller));
        address other = caller == terms.supplier ? terms.debtor : terms.supplier;
        _active(other, 0);
        _requireSignature(payableId, other, cancellationDigest(payableId, deadline), deadline, signature);
        _cancel(payableId, p, terms.invoiceFingerprint, false);
    }

    /* VIEWS */

    /// @inheritdoc IOrigination
    function claimedBy(bytes32 invoiceFingerprint) public view returns (uint256 payableId) {
        payableId = _claims[invoiceFingerprint];
        if (payableId == 0 && address(PREDECESSOR) != address(0)) return PREDECESSOR.claimedBy(invoiceFingerprint);
    }

    /// @inheritdoc IOrigination
    function barredUntil(address debtor) public view returns (uint32 until) {
        until = DISHONOURS.barredUntil(debtor);
        if (address(PREDECESSOR) == address(0)) return until;
        uint32 before = PREDECESSOR.barredUntil(debtor);
        if (before > until) return before;
    }

    /// @inheritdoc IOrigination
    function proposalOf(uint256 payableId)
        external
        view
        returns (address supplier, address debtor, PayableState state, bytes22 termsHash)
    {
        ProposalWord memory p = _proposals[payableId];
        return (_accountOf(p.supplierNumber), _accountOf(p.debtorNumber), p.state, p.termsHash);
    }

    /// @inheritdoc IOrigination
    function payableIdOf(address party, bytes32 salt) external view returns (uint256) {
        return ReceivableIds.payableId(party, salt);
    }

    /// @inheritdoc IOrigination
    function confirmationDigest(uint256 payableId, Terms memory terms, uint64 deadline) public view returns (bytes32) {
        bytes32 termsHash = keccak256(abi.encode(TERMS_TYPEHASH, terms));
        bytes32 programmeHash = _programmes[terms.programmeId].structHash;
        return
            _hashTypedDataV4(
                keccak256(abi.encode(CONFIRMATION_TYPEHASH, payableId, termsHash, programmeHash, deadline))
            );
    }

    /// @inheritdoc IOrigination
    function cancellationDigest(uint256 payableId, uint64 deadline) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(CANCELLATION_TYPEHASH, payableId, deadline)));
    }

    /* INTERNAL */

    function _propose(address caller, bytes32 salt, Terms memory terms) internal returns (uint256 payableId) {
        require(caller == terms.supplier, PayableNotSupplier(caller, terms.supplier));
        payableId = ReceivableIds.payableId(caller, salt);
        _admitTerms(payableId, terms, PayableState.Proposed);

        // The event's parameters after its id are exactly the fields of `Terms`, in order.
        _announce(4, abi.encode(PayableProposed.selector, payableId, terms));
    }

    function _issue(address caller, bytes32 salt, Terms memory terms) internal returns (uint256 receivableId) {
        uint256 payableId = ReceivableIds.payableId(caller, salt);
        require(caller == terms.debtor, PayableNotDebtor(payableId, caller, terms.debtor));
        _requireNotBarred(caller);
        _admitTerms(payableId, terms, PayableState.Confirmed);

        _announce(4, abi.encode(PayableIssued.selector, payableId, terms));
        return _open(payableId, terms, true);
    }

    function _confirm(address caller, uint256 payableId, Terms memory terms) internal returns (uint256) {
        ProposalWord storage p = _inState(payableId, PayableState.Proposed);
        _requireTerms(payableId, p, terms);
        require(caller == terms.debtor, PayableNotDebtor(payableId, caller, terms.debtor));
        return _confirmProposal(payableId, p, terms);
    }

    /// @dev Much can happen to a proposal meanwhile: what time or others can change is checked again.
    function _confirmProposal(uint256 payableId, ProposalWord storage p, Terms memory terms)
        internal
        returns (uint256)
    {
        _active(terms.supplier, Roles.SUPPLIER);
        _active(terms.debtor, Roles.DEBTOR);
        _requireNotBarred(terms.debtor);
        _requireNotDue(terms.dueDate);
        _requireUnclaimed(terms.invoiceFingerprint);

        p.state = PayableState.Confirmed;
        return _open(payableId, terms, false);
    }

    /// @dev Claims the invoice and makes the receivable.
    function _open(uint256 payableId, Terms memory terms, bool issued) internal returns (uint256 receivableId) {
        require(successor == address(0), OriginationSuperseded(successor));
        require(
            address(PREDECESSOR) == address(0) || PREDECESSOR.successor() == address(this),
            OriginationNotSuccessor(address(this))
        );
        _claims[terms.invoiceFingerprint] = payableId;
        return RECEIVABLES.open(payableId, _freeze(terms, issued));
    }

    function _freeze(Terms memory terms, bool issued) internal view returns (FrozenTerms memory frozen) {
        Rules storage rules = _programmes[terms.programmeId].rules;
        frozen.supplier = terms.supplier;
        frozen.debtor = terms.debtor;
        frozen.programmeId = terms.programmeId;
        frozen.faceValue = terms.faceValue;
        frozen.issueDate = terms.issueDate;
        frozen.dueDate = terms.dueDate;
        frozen.minimumPiece = rules.minimumPiece;
        frozen.maximumDepth = rules.maximumDepth;
        frozen.refusalHours = rules.refusalHours;
        frozen.blackoutDaysBefore = rules.blackoutDaysBefore;
        frozen.blackoutDaysAfter = rules.blackoutDaysAfter;
        frozen.dishonourDays = rules.dishonourDays;
        frozen.registrationRequired = rules.registrationRequired;
        frozen.defencesWaived = terms.undertakingHash != 0;
        frozen.issued = issued;
        frozen.lateRatePpm = _lateRate(rules.lateRatePpm);
    }

    /// @dev R-17: what is agreed, at least the reference rate; none agreed: 0.05 % a day.
    function _lateRate(uint32 agreedPpm) internal view returns (uint32) {
        if (agreedPpm == 0) return DEFAULT_LATE_RATE_PPM;
        uint32 referencePpm = referenceRate.ratePpm;
        return agreedPpm > referencePpm ? agreedPpm : referencePpm;
    }

    function _cancel(uint256 payableId, ProposalWord storage p, bytes32 invoiceFingerprint, bool refusal) internal {
        p.state = PayableState.Cancelled;
        delete _claims[invoiceFingerprint];

        _announce(3, abi.encode(InvoiceReleased.selector, invoiceFingerprint, payableId));

        RECEIVABLES.cancel(payableId, refusal);
    }

    /// @dev Checks new terms in full and stores them.
    function _admitTerms(uint256 payableId, Terms memory terms, PayableState state) internal {
        require(_proposals[payableId].state == PayableState.None, PayableAlreadyExists(payableId));
        Amounts.check(terms.faceValue);
        require(terms.debtor != terms.supplier, PayableSelfDealing(terms.debtor));
        uint32 supplierNumber = _active(terms.supplier, Roles.SUPPLIER);
        uint32 debtorNumber = _active(terms.debtor, Roles.DEBTOR);
        Rules storage rules = _programmes[terms.programmeId].rules;
        require(rules.debtorNumber != 0 && !rules.retired, ProgrammeNotOpen(terms.programmeId));
        require(rules.debtorNumber == debtorNumber, ProgrammeNotOfDebtor(terms.programmeId, terms.debtor));
        _checkDates(terms, rules.softTenorMonths, rules.hardTenorMonths);
        require(terms.invoiceFingerprint != 0, InvoiceFingerprintMissing());
        require(terms.evidenceHash != 0, EvidenceMissing());
        _requireUnclaimed(terms.invoiceFingerprint);

        _proposals[payableId] = ProposalWord(supplierNumber, debtorNumber, state, _hashOf(terms));
    }

    function _checkDates(Terms memory terms, uint32 softTenorMonths, uint32 hardTenorMonths) internal view {
        uint32 dueDate = terms.dueDate;
        uint32 today = CalendarLib.today();
        _requireNotDue(dueDate);
        require(terms.issueDate <= today, PayableIssueDateFuture(terms.issueDate, today));
        uint32 latest = CalendarLib.addMonths(terms.issueDate, hardTenorMonths);
        require(dueDate <= latest, PayableTenorTooLong(dueDate, latest));
        uint32 soft = CalendarLib.addMonths(terms.issueDate, softTenorMonths);
        require(dueDate <= soft || terms.tenorReasonHash != 0, PayableTenorReasonMissing(dueDate, soft));
    }

    /// @dev 176 bits: two terms of one hash cost 2^88 work, and a debtor still confirms only those that it passes or signs.
    function _hashOf(Terms memory terms) internal pure returns (bytes22) {
        return bytes22(keccak256(abi.encode(terms)));
    }

    function _inState(uint256 payableId, PayableState required) internal view returns (ProposalWord storage p) {
        p = _proposals[payableId];
        require(p.state == required, ProposalInvalidState(payableId, p.state, required));
    }

    /// @dev Proposed, disputed or not.
    function _undecided(uint256 payableId) internal view returns (ProposalWord storage p) {
        p = _proposals[payableId];
        if (p.state != PayableState.Disputed) return _inState(payableId, PayableState.Proposed);
    }

    function _requireTerms(uint256 payableId, ProposalWord storage p, Terms memory terms) internal view {
        require(p.termsHash == _hashOf(terms), ProposalTermsDiffer(payableId));
    }

    function _requireDebtor(uint256 payableId, ProposalWord storage p, Actor memory caller) internal view {
        if (caller.number == p.debtorNumber) return;
        revert PayableNotDebtor(payableId, caller.account, _accountOf(p.debtorNumber));
    }

    function _requireNotBarred(address debtor) internal view {
        uint32 until = barredUntil(debtor);
        require(until <= CalendarLib.today(), DebtorBarred(debtor, until));
    }

    function _requireNotDue(uint32 dueDate) internal view {
        uint32 today = CalendarLib.today();
        require(dueDate > today, PayableDueDatePast(dueDate, today));
    }

    function _requireUnclaimed(bytes32 invoiceFingerprint) internal view {
        uint256 claimant = claimedBy(invoiceFingerprint);
        require(claimant == 0, InvoiceAlreadyClaimed(invoiceFingerprint, claimant));
    }

    function _requireBatch(uint256 count) internal pure {
        require(count != 0 && count <= MAX_BATCH, BatchOutOfRange(count, MAX_BATCH));
    }
}
