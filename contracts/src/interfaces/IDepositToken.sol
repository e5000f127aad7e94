// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title IDepositToken
/// @notice One bank's deposits in one currency. ERC-20 with permit (ERC-2612), and signed single transfers (ERC-3009).
/// @dev Business events are {DepositCredited} and ERC-20's own `Transfer`.
interface IDepositToken is IERC20 {
    /* EVENTS */

    /// @notice The bank received money outside the chain and credited it, under a reference it can use once.
    event DepositCredited(bytes32 indexed bankReference, address indexed account, uint64 amount);

    /// @notice ERC-3009: a signed transfer was used.
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);

    /* ERRORS */

    /// @notice Only the issuing bank may do this.
    error DepositNotBank(address caller, address bank);

    /// @notice The bank has credited this reference before.
    error BankReferenceAlreadyUsed(bytes32 bankReference);

    /// @notice A reference must not be zero.
    error BankReferenceMissing();

    /// @notice The signed transfer was used before.
    error AuthorizationAlreadyUsed(address authorizer, bytes32 nonce);

    /// @notice Now is outside the signed transfer's exclusive bounds.
    error AuthorizationNotInTime(uint256 validAfter, uint256 validBefore, uint256 now_);

    /// @notice Only `to` itself may use this signed transfer, so that nobody can split it from what it pays for.
    error AuthorizationNotForCaller(address caller, address to);

    /// @notice The signature is not `authorizer`'s over exactly these values.
    error AuthorizationInvalidSignature(address authorizer);

    /* FUNCTIONS */

    /// @notice Credits `amount` minor units to `account`. The bank only.
    function credit(address account, uint64 amount, bytes32 bankReference) external;

    /// @notice ERC-3009: moves `value` from `from` to the caller `to` on `from`'s signature (ERC-1271 wallets too).
    /// @param validAfter Usable strictly after this unix second.
    /// @param validBefore Usable strictly before this unix second.
    /// @param nonce Any word `from` has not used; callers bind it to what the money is for.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;

    /// @notice The issuing bank.
    function bank() external view returns (address);

    /// @notice ISO 4217 code, for example `CNY`.
    function currency() external view returns (string memory);

    /// @notice Whether the bank has credited this reference.
    function bankReferenceUsed(bytes32 bankReference) external view returns (bool);

    /// @notice ERC-3009: whether `authorizer` has used `nonce`.
    function authorizationState(address authorizer, bytes32 nonce) external view returns (bool);
}
