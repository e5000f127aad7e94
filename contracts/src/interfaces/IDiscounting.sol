// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Acceptance, Quote} from "../types/Types.sol";

/// @title IDiscounting
/// @notice Receivable against cash in one transaction, on a quote its financier signed.
interface IDiscounting {
    /* EVENTS */

    /// @notice The supplier accepted: the financier holds `deliveredId`, the supplier has the proceeds.
    /// @dev `value`, `proceeds` and `discount = value − proceeds` are of the part taken and final: nobody downstream
    /// recomputes them.
    event QuoteAccepted(
        bytes32 indexed quoteHash,
        uint256 indexed receivableId,
        address indexed financier,
        address supplier,
        uint256 deliveredId,
        address depositToken,
        uint56 value,
        uint56 proceeds,
        uint56 discount,
        uint32 valueDate,
        bool recourse,
        bytes32 registrationHash
    );

    /// @notice The financier paid this fee on top of the proceeds.
    event FeePaid(bytes32 indexed quoteHash, address indexed to, address indexed depositToken, uint56 amount);

    /// @notice The financier called its quote off: nothing under this nonce can be accepted.
    event QuoteCancelled(address indexed financier, uint256 indexed nonce);

    /* ERRORS */

    /// @notice The quote was made to somebody else.
    /// @dev Remedy: Let the supplier that the quote names accept it.
    error QuoteNotForCaller(address caller, address supplier);

    /// @notice The quote is past its expiry.
    /// @dev Remedy: Ask the financier for a new quote.
    error QuoteExpired(uint64 expiry, uint256 now_);

    /// @notice The financier's nonce was used or cancelled before: a quote is accepted once.
    /// @dev Remedy: If it was accepted, nothing; else ask for a quote under another nonce.
    error QuoteAlreadyUsed(address financier, uint256 nonce);

    /// @notice The signature is not the financier's over exactly this quote on this chain and contract.
    /// @dev Remedy: Send the quote exactly as signed, with the financier's present key, on this chain.
    error QuoteInvalidSignature(address financier);

    /// @notice A quote is priced for one day, and accepted on it or the day before.
    /// @dev Remedy: Wait for the day before its value date, or ask for a new quote.
    error QuoteValueDateOutOfRange(uint32 valueDate, uint32 today);

    /// @notice A discount cannot be negative: proceeds lie in [1, value], and fees fit in what is left.
    /// @dev Remedy: Quote proceeds of at least 1 that leave room for the fees within the value.
    error QuoteProceedsOutOfRange(uint256 proceeds, uint256 fees, uint56 value);

    /// @notice The part taken lies in [minimumTake, value], and brings something.
    /// @dev Remedy: Take an amount within the quote's bounds, large enough for a price of at least 1.
    error QuoteTakeOutOfRange(uint56 take, uint56 minimumTake, uint56 value);

    /// @notice The quote's token is not in the currency of the payable.
    /// @dev Remedy: Ask for a quote in a deposit token of the payable's currency.
    error QuoteCurrencyMismatch(address depositToken, uint256 payableId);

    /// @notice The programme asks for a registration, which the financier has not anchored (R-11).
    /// @dev Remedy: The financier anchors the registration and quotes with its hash.
    error QuoteRegistrationMissing(bytes32 registrationHash, address financier);

    /// @notice A quote has at most `maximum` fees, none of them zero.
    /// @dev Remedy: Name fewer fees, and leave out those of nothing.
    error QuoteFeesOutOfRange(uint256 count, uint256 maximum);

    /// @notice 1 to `maximum` at once.
    /// @dev Remedy: Send several batches.
    error QuoteBatchOutOfRange(uint256 count, uint256 maximum);

    /* SUPPLIER */

    /// @notice Accepts a quote, or `take` of it: that much of the receivable goes to the financier and its price to the
    /// caller, or neither. The price of a part is rounded down. What the cash signature allows beyond it goes back.
    /// @param quoteSignature The financier's, over the quote.
    /// @param cashSignature The financier's ERC-3009 `ReceiveWithAuthorization` of proceeds and fees to this contract,
    /// valid after 0, before `expiry + 1`, with the quote's hash as its nonce: it can pay for this quote alone.
    function accept(Quote calldata quote, uint56 take, bytes calldata quoteSignature, bytes calldata cashSignature)
        external
        returns (uint256 deliveredId);

    /// @notice The same where the financier signed an ERC-2612 permit of proceeds and fees with the quote's expiry as its
    /// deadline. It may have been used by somebody else already; no allowance is left.
    /// @param permitSignature 65 bytes, r ‖ s ‖ v.
    function acceptWithPermit(
        Quote calldata quote,
        uint56 take,
        bytes calldata quoteSignature,
        bytes calldata permitSignature
    ) external returns (uint256 deliveredId);

    /// @notice Accepts several, all or none.
    function acceptAll(Acceptance[] calldata acceptances) external returns (uint256[] memory deliveredIds);

    /* FINANCIER */

    /// @notice Calls quotes off by their nonces.
    function cancel(uint256[] calldata nonces) external;

    /* VIEWS */

    /// @notice The digest a financier signs, which is also the quote's hash.
    function quoteDigest(Quote calldata quote) external view returns (bytes32);

    /// @notice Whether the financier's nonce was used or cancelled.
    function nonceUsed(address financier, uint256 nonce) external view returns (bool);
}
