// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title ISettlement
/// @notice The debtor pays in; holders are redeemed to the minor unit.
interface ISettlement {
    /* EVENTS */

    /// @notice The debtor paid `amount` in for the payable; `paymentReference` is its own.
    event PaymentReceived(
        uint256 indexed payableId,
        address indexed payer,
        address indexed depositToken,
        uint64 amount,
        bytes32 paymentReference
    );

    /// @notice The holder of record was paid `amount` of what came in.
    event HolderRedeemed(
        uint256 indexed receivableId, address indexed holder, address indexed depositToken, uint64 amount
    );

    /* ERRORS */

    /// @notice There is no such payable.
    error SettlementPayableUnknown(uint256 payableId);

    /* FUNCTIONS */

    /// @notice Pays a confirmed payable in full or in part, on the debtor's signature; anyone may bring it.
    /// @param validBefore Usable strictly before this unix second.
    /// @param signature The debtor's ERC-3009 `ReceiveWithAuthorization` of `amount` to this contract, valid after 0,
    /// with {paymentNonce} as its nonce: it can pay this payable alone, once per reference.
    function pay(
        uint256 payableId,
        uint64 amount,
        bytes32 paymentReference,
        uint256 validBefore,
        bytes calldata signature
    ) external;

    /// @notice Pays the caller, who must hold the receivable, all that is due to it by now.
    function redeem(uint256 receivableId) external returns (uint64 amount);

    /// @notice The nonce that binds a payment's signature to one payable and reference.
    function paymentNonce(uint256 payableId, bytes32 paymentReference) external pure returns (bytes32);

    /// @notice Cash paid in for a payable and not yet drawn, in minor units of its deposit token.
    function held(uint256 payableId) external view returns (uint64);
}
