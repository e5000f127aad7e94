// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {PieceToken} from "./PieceToken.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {Amounts} from "./libraries/Amounts.sol";
import {CalendarLib} from "./libraries/CalendarLib.sol";
import {EntitlementLib} from "./libraries/EntitlementLib.sol";
import {ReceivableIds} from "./libraries/ReceivableIds.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Part, Payable, PayableState, Piece, Roles, Terms} from "./types/Types.sol";

/// @title Receivables
/// @notice Payables that debtors confirmed, and the pieces of them that suppliers and financiers hold.
///
/// A PIECE IS AN INTERVAL
/// @dev A payable of face F is the line of minor units [0, F); a piece owns [start, end) of it (R-12). A split hands the
/// tail on. Pieces never overlap and together cover the line, so `live + redeemed = F` needs no counter (I1, I2).
///
/// ONE INVOICE ONCE
/// @dev An invoice is claimed when its debtor confirms, by a fingerprint without the amount: nobody can squat on it by
/// proposing, and nobody gets it confirmed twice by changing a cent. A payable's id is never used again.
///
/// TRUST
/// @dev No administrator can mint, move or burn a receivable. {Discounting} moves a piece only for the holder that
/// called it, {Settlement} only books money that reached it; both are fixed when this contract is deployed. The
/// operator can stop a participant from acting through {Participants}, and take nothing.
///
/// KNOWN WEAKNESS
/// @dev Who holds pieces of what is visible to every validator of the network.
contract Receivables is PieceToken, EIP712 {
    using ReceivableIds for uint256;

    /* CONSTANTS */

    /// @notice The most receivers of one split.
    uint256 public constant MAX_PARTS = 20;

    /// @notice The hard limit of a tenor (R-01).
    uint32 public constant MAX_TENOR_MONTHS = 12;

    bytes32 internal constant TERMS_TYPEHASH = keccak256(
        "Terms(address supplier,address debtor,address depositToken,uint64 faceValue,uint64 minimumPiece,uint32 issueDate,uint32 dueDate,uint8 maximumDepth,bytes32 invoiceFingerprint,bytes32 evidenceHash)"
    );
    bytes32 internal constant CONFIRMATION_TYPEHASH = keccak256(
        "Confirmation(uint256 payableId,Terms terms,uint64 deadline)Terms(address supplier,address debtor,address depositToken,uint64 faceValue,uint64 minimumPiece,uint32 issueDate,uint32 dueDate,uint8 maximumDepth,bytes32 invoiceFingerprint,bytes32 evidenceHash)"
    );

    address public immutable DISCOUNTING;
    address public immutable SETTLEMENT;

    /* STORAGE */

    mapping(uint256 payableId => Payable) internal _payables;

    /// @inheritdoc IReceivables
    mapping(bytes32 invoiceFingerprint => uint256 payableId) public claimedBy;

    constructor(IParticipants participants, address discounting, address settlement)
        EIP712("scf-network Receivables", "1")
    {
        PARTICIPANTS = participants;
        DISCOUNTING = discounting;
        SETTLEMENT = settlement;
    }

    /* SUPPLIER */

    /// @inheritdoc IReceivables
    function propose(bytes32 salt, Terms calldata terms) external returns (uint256 payableId) {
        require(msg.sender == terms.supplier, PayableNotSupplier(msg.sender, terms.supplier));
        payableId = ReceivableIds.payableId(msg.sender, salt);
        require(_payables[payableId].state == PayableState.None, PayableAlreadyExists(payableId));
        _checkTerms(terms);

        _payables[payableId] = Payable({
            debtor: terms.debtor,
            state: PayableState.Proposed,
            maximumDepth: terms.maximumDepth,
            issueDate: terms.issueDate,
            dueDate: terms.dueDate,
            supplier: terms.supplier,
            faceValue: terms.faceValue,
            serials: 0,
            depositToken: terms.depositToken,
            minimumPiece: terms.minimumPiece,
            invoiceFingerprint: terms.invoiceFingerprint,
            evidenceHash: terms.evidenceHash,
            paid: 0
        });

        _announceProposal(payableId, terms);
    }

    /* DEBTOR */

    /// @inheritdoc IReceivables
    function confirm(uint256 payableId) external returns (uint256 receivableId) {
        Payable storage p = _inState(payableId, PayableState.Proposed);
        require(msg.sender == p.debtor, PayableNotDebtor(payableId, msg.sender, p.debtor));
        return _confirm(payableId, p);
    }

    /// @inheritdoc IReceivables
    function confirmBySignature(uint256 payableId, uint64 deadline, bytes calldata signature)
        external
        returns (uint256 receivableId)
    {
        Payable storage p = _inState(payableId, PayableState.Proposed);
        require(block.timestamp <= deadline, ConfirmationExpired(deadline, block.timestamp));
        require(
            Signatures.isValid(p.debtor, confirmationDigest(payableId, deadline), signature),
            ConfirmationInvalidSignature(payableId, p.debtor)
        );
        return _confirm(payableId, p);
    }

    /* HOLDER */

    /// @inheritdoc IReceivables
    function split(uint256 receivableId, Part[] calldata parts) external returns (uint256[] memory childIds) {
        require(parts.length != 0 && parts.length <= MAX_PARTS, SplitPartsOutOfRange(parts.length, MAX_PARTS));
        Piece storage p = _piece(receivableId);
        require(msg.sender == p.holder, ReceivableNotHolder(receivableId, msg.sender, p.holder));

        childIds = new uint256[](parts.length);
        for (uint256 i; i < parts.length; ++i) {
            // Never the whole: a split leaves its parent a piece, and the next part something to be split from.
            require(
                parts[i].value < p.end - p.start,
                ReceivableInsufficientValue(receivableId, parts[i].value, p.end - p.start)
            );
            childIds[i] = _moveValue(receivableId, p, parts[i].to, parts[i].value, false);
        }
        for (uint256 i; i < parts.length; ++i) {
            _tellReceiver(receivableId, childIds[i], parts[i].to, parts[i].value);
        }
    }

    /* NETWORK CONTRACTS */

    /// @inheritdoc IReceivables
    function deliver(uint256 receivableId, address supplier, address to, uint64 value, bool recourse)
        external
        returns (uint256 deliveredId)
    {
        require(msg.sender == DISCOUNTING, CallerNotNetworkContract(msg.sender, DISCOUNTING));
        Piece storage p = _piece(receivableId);
        require(supplier == p.holder, ReceivableNotHolder(receivableId, supplier, p.holder));
        return _moveValue(receivableId, p, to, value, recourse);
    }

    /// @inheritdoc IReceivables
    function recordPayment(uint256 payableId, uint64 amount) external returns (uint64 paid) {
        require(msg.sender == SETTLEMENT, CallerNotNetworkContract(msg.sender, SETTLEMENT));
        Payable storage p = _inState(payableId, PayableState.Confirmed);
        uint64 outstanding = p.faceValue - p.paid;
        require(amount <= outstanding, PaymentExceedsOutstanding(payableId, amount, outstanding));

        paid = p.paid + amount;
        p.paid = paid;
        if (amount == outstanding) p.state = PayableState.Settled;

        emit PayablePaid(payableId, amount, paid, p.state);
        _record(abi.encode(PayablePaid.selector, payableId, amount, paid, p.state));
    }

    /// @inheritdoc IReceivables
    function draw(uint256 receivableId, address holder) external returns (uint64 amount, address depositToken) {
        require(msg.sender == SETTLEMENT, CallerNotNetworkContract(msg.sender, SETTLEMENT));
        Piece storage p = _piece(receivableId);
        require(holder == p.holder, ReceivableNotHolder(receivableId, holder, p.holder));
        Payable storage debt = _payables[receivableId.payableOf()];
        uint64 entitled = _entitlement(debt, p);
        require(entitled > p.drawn, RedemptionNothingDue(receivableId, entitled, p.drawn));

        amount = entitled - p.drawn;
        depositToken = debt.depositToken;
        bool redeemed = debt.state == PayableState.Settled;
        if (redeemed) _burn(receivableId, p);
        else p.drawn = entitled;

        emit ReceivableDrawn(receivableId, holder, amount, entitled, redeemed);
        _record(abi.encode(ReceivableDrawn.selector, receivableId, holder, amount, entitled, redeemed));
    }

    /* VIEWS */

    /// @inheritdoc IReceivables
    function payableOf(uint256 payableId) external view returns (Payable memory) {
        return _payables[payableId];
    }

    /// @inheritdoc IReceivables
    function pieceOf(uint256 receivableId) external view returns (Piece memory) {
        return _pieces[receivableId];
    }

    /// @inheritdoc IReceivables
    function payableIdOf(address supplier, bytes32 salt) external view returns (uint256) {
        return ReceivableIds.payableId(supplier, salt);
    }

    /// @inheritdoc IReceivables
    function entitlement(uint256 receivableId) external view returns (uint64) {
        return _entitlement(_payables[receivableId.payableOf()], _piece(receivableId));
    }

    /// @inheritdoc IReceivables
    function confirmationDigest(uint256 payableId, uint64 deadline) public view returns (bytes32) {
        Payable storage p = _payables[payableId];
        bytes32 termsHash = keccak256(
            abi.encode(
                TERMS_TYPEHASH,
                p.supplier,
                p.debtor,
                p.depositToken,
                p.faceValue,
                p.minimumPiece,
                p.issueDate,
                p.dueDate,
                p.maximumDepth,
                p.invoiceFingerprint,
                p.evidenceHash
            )
        );
        return _hashTypedDataV4(keccak256(abi.encode(CONFIRMATION_TYPEHASH, payableId, termsHash, deadline)));
    }

    /* INTERNAL */

    function _checkTerms(Terms calldata terms) internal view {
        Amounts.check(terms.faceValue);
        require(terms.minimumPiece <= Amounts.MAX, Amounts.AmountOutOfRange(terms.minimumPiece, 0, Amounts.MAX));
        require(terms.debtor != terms.supplier, PayableSelfDealing(terms.debtor));
        require(terms.dueDate > CalendarLib.today(), PayableDueDatePast(terms.dueDate, CalendarLib.today()));
        require(terms.issueDate <= CalendarLib.today(), PayableIssueDateFuture(terms.issueDate, CalendarLib.today()));
        uint32 latest = CalendarLib.addMonths(terms.issueDate, MAX_TENOR_MONTHS);
        require(terms.dueDate <= latest, PayableTenorTooLong(terms.dueDate, latest));
        require(terms.invoiceFingerprint != 0, InvoiceFingerprintMissing());
        _requireUnclaimed(terms.invoiceFingerprint);
        _requireParties(terms.supplier, terms.debtor, terms.depositToken);
    }

    /// @dev Checked again at confirmation: much can happen to a proposal meanwhile.
    function _confirm(uint256 payableId, Payable storage p) internal returns (uint256 receivableId) {
        address supplier = p.supplier;
        uint64 faceValue = p.faceValue;
        require(p.dueDate > CalendarLib.today(), PayableDueDatePast(p.dueDate, CalendarLib.today()));
        _requireUnclaimed(p.invoiceFingerprint);
        _requireParties(supplier, p.debtor, p.depositToken);

        claimedBy[p.invoiceFingerprint] = payableId;
        p.state = PayableState.Confirmed;
        p.serials = 1;
        receivableId = payableId.make(1);
        _mint(receivableId, Piece(supplier, 0, 0, false, 0, faceValue, 0), 0);

        emit PayableConfirmed(payableId, receivableId, supplier, faceValue);
        _record(abi.encode(PayableConfirmed.selector, payableId, receivableId, supplier, faceValue));
    }

    function _moveValue(uint256 receivableId, Piece storage p, address to, uint256 value, bool recourse)
        internal
        override
        returns (uint256 movedId)
    {
        uint64 available = p.end - p.start;
        require(value != 0 && value <= available, ReceivableInsufficientValue(receivableId, value, available));
        Payable storage debt = _payables[receivableId.payableOf()];
        require(to != debt.debtor, ReceiverIsDebtor(receivableId, to));
        PARTICIPANTS.requireActive(p.holder, 0);
        PARTICIPANTS.requireActive(to, Roles.SUPPLIER | Roles.FINANCIER);
        if (msg.sender != p.holder) PARTICIPANTS.requireActive(msg.sender, 0);

        if (value < available) return _splitTail(receivableId, p, debt, to, uint64(value), recourse);
        address from = p.holder;
        p.recourse = recourse;
        _changeHolder(receivableId, p, to);
        emit ReceivableTransferred(receivableId, from, to, recourse);
        _record(abi.encode(ReceivableTransferred.selector, receivableId, from, to, recourse));
        return receivableId;
    }

    function _splitTail(
        uint256 receivableId,
        Piece storage p,
        Payable storage debt,
        address to,
        uint64 value,
        bool recourse
    ) internal returns (uint256 childId) {
        require(debt.paid == 0, PayablePaymentStarted(receivableId.payableOf(), debt.paid));
        require(value >= debt.minimumPiece, PieceBelowMinimum(receivableId, value, debt.minimumPiece));
        require(p.depth < debt.maximumDepth, PieceTooDeep(receivableId, p.depth, debt.maximumDepth));

        uint8 depth = p.depth + 1;
        uint64 end = p.end;
        uint64 start = end - value;
        p.end = start;
        childId = receivableId.payableOf().make(++debt.serials);
        _mint(childId, Piece(to, uint32(receivableId), depth, recourse, start, end, 0), receivableId);

        emit ReceivableSplit(receivableId, childId, to, start, end, depth, recourse);
        _record(abi.encode(ReceivableSplit.selector, receivableId, childId, to, start, end, depth, recourse));
    }

    function _entitlement(Payable storage debt, Piece storage p) internal view returns (uint64) {
        return EntitlementLib.entitled(debt.faceValue, debt.paid, debt.state == PayableState.Settled, p.start, p.end);
    }

    function _announceProposal(uint256 payableId, Terms calldata t) internal {
        emit PayableProposed(
            payableId,
            t.supplier,
            t.debtor,
            t.depositToken,
            t.faceValue,
            t.minimumPiece,
            t.issueDate,
            t.dueDate,
            t.maximumDepth,
            t.invoiceFingerprint,
            t.evidenceHash
        );
        // The event's parameters after its id are exactly the fields of `Terms`, in order.
        _record(abi.encode(PayableProposed.selector, payableId, t));
    }

    function _inState(uint256 payableId, PayableState required) internal view returns (Payable storage p) {
        p = _payables[payableId];
        require(p.state == required, PayableInvalidState(payableId, p.state, required));
    }

    function _requireUnclaimed(bytes32 invoiceFingerprint) internal view {
        uint256 claimant = claimedBy[invoiceFingerprint];
        require(claimant == 0, InvoiceAlreadyClaimed(invoiceFingerprint, claimant));
    }

    function _requireParties(address supplier, address debtor, address depositToken) internal view {
        PARTICIPANTS.requireActive(supplier, Roles.SUPPLIER);
        PARTICIPANTS.requireActive(debtor, Roles.DEBTOR);
        PARTICIPANTS.requireActive(depositToken, Roles.DEPOSIT_TOKEN);
    }
}
