// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Quote} from "../types/Types.sol";

/// @title IDiscounting
/// @notice Receivable against cash in one transaction, on a quote its financier signed.
interface IDiscounting {
    /* EVENTS */

    /// @notice The supplier accepted: the financier holds `deliveredId`, the supplier has the proceeds.
    /// @dev `value`, `proceeds` and `discount = value − proceeds` are final: nobody downstream recomputes them.
    event QuoteAccepted(
        bytes32 indexed quoteHash,
        uint256 indexed receivableId,
        address indexed financier,
        address supplier,
        uint256 deliveredId,
        address depositToken,
        uint64 value,
        uint64 proceeds,
        uint64 discount,
        uint32 valueDate,
        bool recourse
    );

    /* ERRORS */

    /// @notice The quote was made to somebody else.
    error QuoteNotForCaller(address caller, address supplier);

    /// @notice The quote is past its expiry.
    error QuoteExpired(uint64 expiry, uint256 now_);

    /// @notice The financier's nonce was used before: a quote is accepted once.
    error QuoteAlreadyUsed(address financier, uint256 nonce);

    /// @notice The signature is not the financier's over exactly this quote on this chain and contract.
    error QuoteInvalidSignature(address financier);

    /// @notice A quote is priced for one day, and accepted on it or the day before.
    error QuoteValueDateOutOfRange(uint32 valueDate, uint32 today);

    /// @notice A discount cannot be negative: the proceeds lie in [1, value].
    error QuoteProceedsOutOfRange(uint64 proceeds, uint64 value);

    /* FUNCTIONS */

    /// @notice Accepts a quote: the caller's receivable goes to the financier and the proceeds to the caller, or neither.
    /// @param quoteSignature The financier's, over the quote.
    /// @param cashSignature The financier's ERC-3009 `ReceiveWithAuthorization` of `quote.proceeds` to this contract,
    /// valid after 0, before `expiry + 1`, with the quote's hash as its nonce: it can pay for this quote alone.
    function accept(Quote calldata quote, bytes calldata quoteSignature, bytes calldata cashSignature)
        external
        returns (uint256 deliveredId);

    /// @notice The digest a financier signs, which is also the quote's hash.
    function quoteDigest(Quote calldata quote) external view returns (bytes32);

    /// @notice Whether the financier's nonce was used.
    function nonceUsed(address financier, uint256 nonce) external view returns (bool);
}
