// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {PayOuts} from "./PayOuts.sol";
import {IDepositToken} from "./interfaces/IDepositToken.sol";
import {IHolds} from "./interfaces/IHolds.sol";
import {IOrigination} from "./interfaces/IOrigination.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Amounts} from "./libraries/Amounts.sol";
import {CalendarLib} from "./libraries/CalendarLib.sol";
import {InterestLib} from "./libraries/InterestLib.sol";
import {ReceivableIds} from "./libraries/ReceivableIds.sol";
import {Network, Payable, PayableState, Piece, Position, PositionFlags} from "./types/Types.sol";

/// @title Settlement
/// @notice Cash that debtors paid in, earmarked per payable until its holders draw it; and what follows where it is late.
///
/// CASH
/// @dev For every deposit token, the balance here is what is held for payables and what is set aside for holders: it has
/// no cash that it does not owe. It leaves to holders of record, or where {Holds} enforces.
///
/// NETTING
/// @dev What the debtor's own parked pieces are due is netted in its payment and never comes in. So what is held for a
/// payable is what all its pieces may still draw: to the unit once closed, and while open with what {EntitlementLib}
/// rounds against them.
/// Anyone may draw an older share of a parked piece in cash first: a payment signed for less cash is then refused, and
/// signed anew. There is nothing older to draw the second time.
///
/// WHO
/// @dev A suspended debtor can still pay. A holder that may not be paid has its cash set aside; nobody else's waits.
///
/// TRUST
/// @dev The operator writes off and closes a recovery, long after the due date: it can end the waiting, and take nothing.
/// Compliance moves set-aside cash through {Holds}, under a recorded order. A bank that pauses its token delays what was
/// paid in it.
contract Settlement is PayOuts, AccessManaged {
    using ReceivableIds for uint256;

    /// @inheritdoc ISettlement
    uint32 public constant WRITE_OFF_DAYS = 90;

    constructor(Network memory network) AccessManaged(network.authority) {
        PARTICIPANTS = IParticipants(network.participants);
        RECEIVABLES = IReceivables(network.receivables);
        ORIGINATION = IOrigination(network.origination);
        HOLDS = IHolds(network.holds);
    }

    /* DEBTOR */

    /// @inheritdoc ISettlement
    /// @dev Where everything is netted there is no cash to sign for, and the debtor itself must call, suspended or not.
    function pay(
        uint256 payableId,
        address depositToken,
        uint56 amount,
        bytes32 paymentReference,
        uint256[] calldata parkedIds,
        uint256 validBefore,
        bytes calldata signature
    ) external {
        Amounts.check(amount);
        (address debtor, uint256 cash) = _payIn(payableId, depositToken, amount, paymentReference, parkedIds);

        if (cash == 0) {
            address caller = PARTICIPANTS.identityOf(msg.sender);
            require(caller == debtor, IOrigination.PayableNotDebtor(payableId, caller, debtor));
        } else {
            bytes32 nonce = paymentNonce(payableId, amount, parkedIds, paymentReference);
            _pull(depositToken, debtor, cash, validBefore, nonce, signature);
        }
    }

    /* HOLDERS */

    /// @inheritdoc ISettlement
    function claimRecourse(uint256 receivableId) external {
        address caller = PARTICIPANTS.actor(msg.sender).account;
        Piece memory piece = _overduePiece(receivableId);
        require(caller == piece.holder, RedemptionNotHolder(receivableId, caller, piece.holder));
        uint56 amount = repurchasePrice(receivableId);

        _announce(4, abi.encode(RecourseClaimed.selector, receivableId, caller, piece.endorser, amount));
    }

    /* ENDORSER */

    /// @inheritdoc ISettlement
    /// @dev What was paid in and not drawn goes with the piece.
    function repurchase(uint256 receivableId, address depositToken, uint256 validBefore, bytes calldata signature)
        external
    {
        _payable(receivableId.payableOf(), depositToken);
        _overduePiece(receivableId);
        uint56 price = repurchasePrice(receivableId);
        bool eligible = RECEIVABLES.position(receivableId).flags & PositionFlags.ELIGIBLE != 0;
        (address holder, address endorser) = RECEIVABLES.repurchase(receivableId);

        _announce(4, abi.encode(ReceivableRepurchased.selector, receivableId, endorser, holder, depositToken, price));
        if (!eligible) _setAside(receivableId, holder, depositToken, price);

        bytes32 nonce = repurchaseNonce(receivableId, holder, validBefore);
        _pull(depositToken, endorser, price, validBefore, nonce, signature);
        if (eligible) _send(depositToken, holder, price);
    }

    /* OPERATOR */

    /// @inheritdoc ISettlement
    /// @dev Late interest that is not paid by then is given up, which this says first.
    function writeOff(uint256 payableId, bytes32 reasonHash) external restricted {
        Payable memory debt = _payable(payableId);
        uint32 earliest = debt.dueDate + WRITE_OFF_DAYS;
        require(CalendarLib.today() >= earliest, WriteOffTooEarly(payableId, earliest, CalendarLib.today()));

        Ledger storage ledger = ledgerOf[payableId];
        (uint56 interest,) = _interestDue(debt, ledger);
        ledger.interestDue = 0;
        if (interest != 0) _announce(2, abi.encode(LateInterestGivenUp.selector, payableId, interest));

        RECEIVABLES.writeOff(payableId, reasonHash);
    }

    /// @inheritdoc ISettlement
    function closeRecovery(uint256 payableId, bytes32 reasonHash) external restricted {
        _requireRecovery(payableId, _payable(payableId));
        _closeRecovery(payableId, reasonHash);
    }

    /* ANYONE */

    /// @inheritdoc ISettlement
    function recover(
        uint256 payableId,
        address payer,
        address depositToken,
        uint56 amount,
        bytes32 recoveryReference,
        uint256 validBefore,
        bytes calldata signature
    ) external {
        Amounts.check(amount);
        Payable memory debt = _payable(payableId, depositToken);
        _requireRecovery(payableId, debt);
        Ledger storage ledger = ledgerOf[payableId];
        uint56 left = debt.faceValue - debt.paid - ledger.recovered;
        require(amount <= left, RecoveryTooMuch(payableId, amount, left));

        ledger.recovered += amount;
        held[payableId][depositToken] += amount;
        _announce(4, abi.encode(RecoveryReceived.selector, payableId, payer, depositToken, amount, recoveryReference));
        if (amount == left) _closeRecovery(payableId, 0);

        bytes32 nonce = recoveryNonce(payableId, recoveryReference);
        _pull(depositToken, payer, amount, validBefore, nonce, signature);
    }

    /* VIEWS */

    /// @inheritdoc ISettlement
    /// @dev Zero for what is not confirmed, or closed.
    function outstanding(uint256 payableId) external view returns (uint56 principal, uint56 interest) {
        Payable memory debt = _debt(payableId);
        if (debt.state != PayableState.Confirmed) return (0, 0);
        (interest,) = _interestDue(debt, ledgerOf[payableId]);
        return (debt.faceValue - debt.paid, interest);
    }

    /// @inheritdoc ISettlement
    function repurchasePrice(uint256 receivableId) public view returns (uint56) {
        Piece memory piece = _piece(receivableId);
        return piece.end - piece.start - drawnOf[receivableId].principal;
    }

    /// @inheritdoc ISettlement
    function paymentNonce(uint256 payableId, uint56 amount, uint256[] calldata parkedIds, bytes32 paymentReference)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(payableId, amount, parkedIds, paymentReference));
    }

    /// @inheritdoc ISettlement
    function repurchaseNonce(uint256 receivableId, address holder, uint256 validBefore) public pure returns (bytes32) {
        return keccak256(abi.encode(receivableId, holder, validBefore));
    }

    /// @inheritdoc ISettlement
    function recoveryNonce(uint256 payableId, bytes32 recoveryReference) public pure returns (bytes32) {
        return keccak256(abi.encode(payableId, recoveryReference));
    }

    /* INTERNAL: PAYING IN */

    /// @return debtor Who has to pay `cash`.
    function _payIn(
        uint256 payableId,
        address depositToken,
        uint56 amount,
        bytes32 paymentReference,
        uint256[] calldata parkedIds
    ) internal returns (address debtor, uint256 cash) {
        Payable memory debt = _payable(payableId, depositToken);
        debtor = debt.debtor;
        uint56 interest = _bookPayment(payableId, debt, amount);
        (Draw[] memory draws, uint56 netted) = _netted(payableId, amount, parkedIds);
        cash = amount - netted;
        held[payableId][depositToken] += uint56(cash);
        _announcePayment(payableId, debtor, depositToken, amount - interest, interest, netted, paymentReference);
        for (uint256 i; i < draws.length; ++i) {
            if (_sum(draws[i].due) != 0) _book(draws[i]);
        }
    }

    /// @dev Books late interest first, then principal.
    function _bookPayment(uint256 payableId, Payable memory debt, uint56 amount) internal returns (uint56 interest) {
        require(
            debt.state == PayableState.Confirmed,
            IReceivables.PayableInvalidState(payableId, debt.state, PayableState.Confirmed)
        );
        Ledger storage ledger = ledgerOf[payableId];
        (uint56 due, uint32 accruedTo) = _interestDue(debt, ledger);
        uint56 owed = debt.faceValue - debt.paid + due;
        require(amount <= owed, PaymentTooMuch(payableId, amount, owed));
        interest = uint56(Math.min(amount, due));

        if (accruedTo != 0) {
            ledger.interestDue = due - interest;
            ledger.interestPaid += interest;
            ledger.accruedTo = accruedTo;
        }
        if (amount != interest) RECEIVABLES.recordPayment(payableId, amount - interest);
    }

    /// @dev Late interest accrued and unpaid today, and the date it is accrued to; 0 while there was never any day to
    /// count. What was ever charged stays below 2^53, however high the rate.
    function _interestDue(Payable memory debt, Ledger storage stored) internal view returns (uint56, uint32) {
        Ledger memory ledger = stored;
        uint32 from = ledger.accruedTo == 0 ? debt.dueDate : ledger.accruedTo;
        uint32 today = CalendarLib.today();
        if (today <= from) return (ledger.interestDue, ledger.accruedTo);
        uint256 due = ledger.interestDue + InterestLib.late(debt.faceValue - debt.paid, debt.lateRatePpm, today - from);
        return (uint56(Math.min(due, Amounts.MAX - ledger.interestPaid)), today);
    }

    /// @dev What the debtor's parked pieces are due by now, all of it. Holds on them keep it from being netted.
    function _netted(uint256 payableId, uint56 amount, uint256[] calldata parkedIds)
        internal
        view
        returns (Draw[] memory draws, uint56)
    {
        _requireList(parkedIds);
        Ledger storage ledger = ledgerOf[payableId];
        draws = new Draw[](parkedIds.length);
        uint256 netted;
        for (uint256 i; i < parkedIds.length; ++i) {
            Position memory at = RECEIVABLES.position(parkedIds[i]);
            bool parked = at.flags & PositionFlags.PARKED != 0;
            require(parked && parkedIds[i].payableOf() == payableId, NettingNotParked(parkedIds[i]));
            draws[i] = _drawFor(parkedIds[i], at, ledger);
            uint256 due = _sum(draws[i].due);
            uint256 aside = _heldShare(parkedIds[i], at, due);
            require(aside == 0, IReceivables.ReceivableHeld(parkedIds[i], due, uint56(due - aside)));
            netted += due;
        }
        require(netted <= amount, NettingTooMuch(payableId, netted, amount));
        return (draws, uint56(netted));
    }

    function _announcePayment(
        uint256 payableId,
        address debtor,
        address depositToken,
        uint56 principal,
        uint56 interest,
        uint56 netted,
        bytes32 reference_
    ) internal {
        _announce(
            4,
            abi.encode(
                PaymentReceived.selector, payableId, debtor, depositToken, principal, interest, netted, reference_
            )
        );
    }

    function _pull(
        address depositToken,
        address from,
        uint256 amount,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) internal {
        IDepositToken(depositToken)
            .receiveWithAuthorization(from, address(this), amount, 0, validBefore, nonce, signature);
    }

    function _requireRecovery(uint256 payableId, Payable memory debt) internal view {
        bool open = debt.state == PayableState.WrittenOff && !ledgerOf[payableId].recoveryClosed;
        require(open, RecoveryNotOpen(payableId));
    }

    function _closeRecovery(uint256 payableId, bytes32 reasonHash) internal {
        Ledger storage ledger = ledgerOf[payableId];
        ledger.recoveryClosed = true;
        _announce(2, abi.encode(RecoveryClosed.selector, payableId, ledger.recovered, reasonHash));
    }

    /* INTERNAL: CHECKS */

    function _payable(uint256 payableId) internal view returns (Payable memory debt) {
        debt = _debt(payableId);
        require(debt.debtor != address(0), SettlementPayableUnknown(payableId));
    }

    function _payable(uint256 payableId, address depositToken) internal view returns (Payable memory debt) {
        debt = _payable(payableId);
        require(
            ORIGINATION.acceptsToken(debt.programmeId, depositToken), PaymentTokenNotAccepted(payableId, depositToken)
        );
    }

    /// @dev A piece of an overdue payable that somebody answers for.
    function _overduePiece(uint256 receivableId) internal view returns (Piece memory piece) {
        piece = _piece(receivableId);
        require(piece.holder != address(0), IReceivables.ReceivableNotFound(receivableId));
        uint256 payableId = receivableId.payableOf();
        Payable memory debt = _debt(payableId);
        uint32 today = CalendarLib.today();
        require(
            debt.state == PayableState.Confirmed && today > debt.dueDate,
            PayableNotOverdue(payableId, debt.dueDate, today)
        );
        require(piece.endorser != address(0), IReceivables.RecourseNone(receivableId));
    }
}
