// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {Journal} from "./Journal.sol";
import {IDepositToken} from "./interfaces/IDepositToken.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Amounts} from "./libraries/Amounts.sol";
import {ReceivableIds} from "./libraries/ReceivableIds.sol";
import {Payable} from "./types/Types.sol";

/// @title Settlement
/// @notice Cash that debtors paid in, earmarked per payable until its holders draw it.
///
/// CASH
/// @dev For every deposit token, the balance here is what was paid in less what was drawn: it holds no cash it does not
/// owe. It leaves only to holders of record. Who asks first makes no difference (see {EntitlementLib}).
///
/// WHO
/// @dev A suspended debtor can still pay. A suspended holder's redemption waits until it is reinstated; nobody else's does.
///
/// TRUST
/// @dev No administrator: nobody can take cash out that {Receivables} does not owe to the caller.
contract Settlement is ISettlement, Journal {
    using SafeERC20 for IERC20;
    using ReceivableIds for uint256;

    IParticipants public immutable PARTICIPANTS;
    IReceivables public immutable RECEIVABLES;

    /// @inheritdoc ISettlement
    mapping(uint256 payableId => uint64) public held;

    constructor(IParticipants participants, IReceivables receivables) {
        PARTICIPANTS = participants;
        RECEIVABLES = receivables;
    }

    /* DEBTOR */

    /// @inheritdoc ISettlement
    function pay(
        uint256 payableId,
        uint64 amount,
        bytes32 paymentReference,
        uint256 validBefore,
        bytes calldata signature
    ) external {
        Amounts.check(amount);
        Payable memory p = RECEIVABLES.payableOf(payableId);
        require(p.debtor != address(0), SettlementPayableUnknown(payableId));

        held[payableId] += amount;
        RECEIVABLES.recordPayment(payableId, amount);
        emit PaymentReceived(payableId, p.debtor, p.depositToken, amount, paymentReference);
        _record(abi.encode(PaymentReceived.selector, payableId, p.debtor, p.depositToken, amount, paymentReference));

        bytes32 nonce = paymentNonce(payableId, paymentReference);
        IDepositToken(p.depositToken)
            .receiveWithAuthorization(p.debtor, address(this), amount, 0, validBefore, nonce, signature);
    }

    /* HOLDER */

    /// @inheritdoc ISettlement
    function redeem(uint256 receivableId) external returns (uint64 amount) {
        PARTICIPANTS.requireActive(msg.sender, 0);
        address depositToken;
        (amount, depositToken) = RECEIVABLES.draw(receivableId, msg.sender);
        held[receivableId.payableOf()] -= amount;
        emit HolderRedeemed(receivableId, msg.sender, depositToken, amount);
        _record(abi.encode(HolderRedeemed.selector, receivableId, msg.sender, depositToken, amount));

        IERC20(depositToken).safeTransfer(msg.sender, amount);
    }

    /* VIEWS */

    /// @inheritdoc ISettlement
    function paymentNonce(uint256 payableId, bytes32 paymentReference) public pure returns (bytes32) {
        return keccak256(abi.encode(payableId, paymentReference));
    }
}
