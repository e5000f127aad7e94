// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title IDepositToken
/// @notice One bank's deposits in one currency. ERC-20 with permit (ERC-2612), and signed single transfers (ERC-3009).
/// @dev Business events are all of these but {AuthorizationUsed}, and ERC-20's own `Transfer`.
interface IDepositToken is IERC20 {
    /* EVENTS */

    /// @notice The bank received money outside the chain and credited it, under a reference it can use once.
    event DepositCredited(bytes32 indexed bankReference, address indexed account, uint64 amount);

    /// @notice A holder asked for money at its bank: `amount` waits here until the bank has paid it out, or refused.
    /// @param instructionHash Salted hash of where to pay; the instruction itself goes to the bank.
    event PayOutRequested(uint256 indexed payOutId, address indexed account, uint64 amount, bytes32 instructionHash);

    /// @notice The bank paid out under its own reference, and the deposit is burnt.
    event PayOutCompleted(uint256 indexed payOutId, bytes32 indexed bankReference);

    /// @notice The bank did not pay out; the deposit is the account's again.
    event PayOutRefused(uint256 indexed payOutId, bytes32 reasonHash);

    /// @notice The bank stopped all movements of its token.
    event TokenPaused(address indexed bank, bytes32 reasonHash);

    /// @notice The bank's token moves again.
    event TokenResumed(address indexed bank);

    /// @notice ERC-3009: a signed transfer was used.
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);

    /* ERRORS */

    /// @notice Only the issuing bank may do this.
    /// @dev Remedy: Ask the bank that issues the token.
    error DepositNotBank(address caller, address bank);

    /// @notice The bank has credited this reference before.
    /// @dev Remedy: If it was booked by this, nothing; else give the reference of its own booking.
    error BankReferenceAlreadyUsed(bytes32 bankReference);

    /// @notice A reference must not be zero.
    /// @dev Remedy: Give the reference of the bank's own books.
    error BankReferenceMissing();

    /// @notice A batch names 1 to `maximum` receivers, and as many amounts.
    /// @dev Remedy: Give one amount for each receiver; pay more of them in several calls.
    error TransferBatchOutOfRange(uint256 receivers, uint256 amounts, uint256 maximum);

    /// @notice The bank paused its token: nothing moves.
    /// @dev Remedy: Pay with another token of the currency, or wait until the bank resumes.
    error DepositTokenPaused(address depositToken);

    /// @notice The token is not paused.
    /// @dev Remedy: Nothing to do: it moves.
    error DepositTokenNotPaused(address depositToken);

    /// @notice No such pay-out waits.
    /// @dev Remedy: Look it up: it was paid, refused, or never asked for.
    error PayOutNotOpen(uint256 payOutId);

    /// @notice The signed transfer was used before.
    /// @dev Remedy: If it was this payment, nothing; else sign anew under another nonce (a payment: another reference).
    error AuthorizationAlreadyUsed(address authorizer, bytes32 nonce);

    /// @notice Now is outside the signed transfer's exclusive bounds.
    /// @dev Remedy: Sign anew with later bounds.
    error AuthorizationNotInTime(uint256 validAfter, uint256 validBefore, uint256 now_);

    /// @notice Only `to` itself may use this signed transfer, so that nobody can split it from what it pays for.
    /// @dev Remedy: Let the receiver that it names use it: pay, accept or repurchase through that contract.
    error AuthorizationNotForCaller(address caller, address to);

    /// @notice The signature is not `authorizer`'s over exactly these values.
    /// @dev Remedy: Check key, every value, token and chain, and sign anew.
    error AuthorizationInvalidSignature(address authorizer);

    /* FUNCTIONS */

    /// @notice Credits `amount` minor units to `account`. The bank only.
    function credit(address account, uint64 amount, bytes32 bankReference) external;

    /// @notice Pays several from the caller's balance, all or none: as ERC-20's `transfer` to each.
    function transferBatch(address[] calldata to, uint256[] calldata amounts) external;

    /// @notice Asks the bank to pay `amount` out: it leaves the caller's balance and waits.
    function requestPayOut(uint64 amount, bytes32 instructionHash) external returns (uint256 payOutId);

    /// @notice Burns a waiting pay-out against the reference under which the bank paid it. The bank only.
    function completePayOut(uint256 payOutId, bytes32 bankReference) external;

    /// @notice Gives a waiting pay-out back to its account. The bank only.
    function refusePayOut(uint256 payOutId, bytes32 reasonHash) external;

    /// @notice Stops all movements; crediting and completing pay-outs go on. The bank only.
    function pause(bytes32 reasonHash) external;

    /// @notice Ends the pause. The bank only.
    function resume() external;

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

    /// @notice The same as three ASCII letters in a word.
    function currencyCode() external view returns (bytes3);

    /// @notice Whether the bank has paused it.
    function paused() external view returns (bool);

    /// @notice The unix second since which the token moves without a pause; 0 where it never paused.
    function movesSince() external view returns (uint64);

    /// @notice A waiting pay-out; zero where none waits.
    function payOutOf(uint256 payOutId) external view returns (address account, uint64 amount);

    /// @notice Whether the bank has used this reference, for a credit or a pay-out.
    function bankReferenceUsed(bytes32 bankReference) external view returns (bool);

    /// @notice ERC-3009: whether `authorizer` has used `nonce`.
    function authorizationState(address authorizer, bytes32 nonce) external view returns (bool);
}
