// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {Journal} from "./Journal.sol";
import {IDepositToken} from "./interfaces/IDepositToken.sol";
import {IDiscounting} from "./interfaces/IDiscounting.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {CalendarLib} from "./libraries/CalendarLib.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Quote, Roles} from "./types/Types.sol";

/// @title Discounting
/// @notice A supplier sells a receivable, or part of it, to the financier whose signed quote it chose (R-05).
///
/// MONEY
/// @dev The price is the financier's own and final; nothing here computes one. Cash passes through within the call that
/// delivers the receivable: this contract holds no balance between calls (R-04).
///
/// SIGNATURES
/// @dev A financier signs twice: the quote, which a person can read, and the payment it authorises, whose nonce is the
/// quote's hash. So the money can pay for this quote alone, any number of quotes may be open side by side, and no
/// allowance is ever left.
///
/// TRUST
/// @dev It can move a receivable only for the holder that called it, and cash only on the financier's signature.
contract Discounting is IDiscounting, EIP712, Journal {
    using SafeERC20 for IERC20;

    bytes32 internal constant QUOTE_TYPEHASH = keccak256(
        "Quote(uint256 receivableId,address supplier,address financier,address depositToken,uint64 value,uint64 proceeds,uint32 valueDate,bool recourse,uint256 nonce,uint64 expiry)"
    );

    IParticipants public immutable PARTICIPANTS;
    IReceivables public immutable RECEIVABLES;

    /// @inheritdoc IDiscounting
    mapping(address financier => mapping(uint256 nonce => bool)) public nonceUsed;

    constructor(IParticipants participants, IReceivables receivables) EIP712("scf-network Discounting", "1") {
        PARTICIPANTS = participants;
        RECEIVABLES = receivables;
    }

    /// @inheritdoc IDiscounting
    function accept(Quote calldata quote, bytes calldata quoteSignature, bytes calldata cashSignature)
        external
        returns (uint256 deliveredId)
    {
        bytes32 quoteHash = _check(quote, quoteSignature);
        nonceUsed[quote.financier][quote.nonce] = true;

        deliveredId =
            RECEIVABLES.deliver(quote.receivableId, quote.supplier, quote.financier, quote.value, quote.recourse);
        _announce(quoteHash, quote, deliveredId);

        IDepositToken(quote.depositToken)
            .receiveWithAuthorization(
                quote.financier, address(this), quote.proceeds, 0, uint256(quote.expiry) + 1, quoteHash, cashSignature
            );
        IERC20(quote.depositToken).safeTransfer(quote.supplier, quote.proceeds);
    }

    /// @inheritdoc IDiscounting
    function quoteDigest(Quote calldata quote) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(QUOTE_TYPEHASH, quote)));
    }

    /* INTERNAL */

    function _check(Quote calldata quote, bytes calldata quoteSignature) internal view returns (bytes32 quoteHash) {
        require(msg.sender == quote.supplier, QuoteNotForCaller(msg.sender, quote.supplier));
        require(block.timestamp <= quote.expiry, QuoteExpired(quote.expiry, block.timestamp));
        require(!nonceUsed[quote.financier][quote.nonce], QuoteAlreadyUsed(quote.financier, quote.nonce));
        require(
            quote.proceeds != 0 && quote.proceeds <= quote.value, QuoteProceedsOutOfRange(quote.proceeds, quote.value)
        );
        quoteHash = quoteDigest(quote);
        require(Signatures.isValid(quote.financier, quoteHash, quoteSignature), QuoteInvalidSignature(quote.financier));
        uint32 today = CalendarLib.today();
        require(
            quote.valueDate == today || quote.valueDate == today + 1, QuoteValueDateOutOfRange(quote.valueDate, today)
        );
        PARTICIPANTS.requireActive(quote.supplier, Roles.SUPPLIER);
        PARTICIPANTS.requireActive(quote.financier, Roles.FINANCIER);
        PARTICIPANTS.requireActive(quote.depositToken, Roles.DEPOSIT_TOKEN);
    }

    function _announce(bytes32 quoteHash, Quote calldata q, uint256 deliveredId) internal {
        uint64 discount = q.value - q.proceeds;
        emit QuoteAccepted(
            quoteHash,
            q.receivableId,
            q.financier,
            q.supplier,
            deliveredId,
            q.depositToken,
            q.value,
            q.proceeds,
            discount,
            q.valueDate,
            q.recourse
        );
        bytes memory subjects = abi.encode(QuoteAccepted.selector, quoteHash, q.receivableId, q.financier, q.supplier);
        bytes memory results =
            abi.encode(deliveredId, q.depositToken, q.value, q.proceeds, discount, q.valueDate, q.recourse);
        _record(bytes.concat(subjects, results));
    }
}
