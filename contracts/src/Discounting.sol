// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";

import {Journal} from "./Journal.sol";
import {IAnchors} from "./interfaces/IAnchors.sol";
import {IDepositToken} from "./interfaces/IDepositToken.sol";
import {IDiscounting} from "./interfaces/IDiscounting.sol";
import {IOrigination} from "./interfaces/IOrigination.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {CalendarLib} from "./libraries/CalendarLib.sol";
import {ReceivableIds} from "./libraries/ReceivableIds.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Acceptance, Actor, Fee, Network, Payable, Quote, Roles} from "./types/Types.sol";

/// @title Discounting
/// @notice A supplier sells a receivable, or part of it, to the financier whose signed quote it chose (R-05).
///
/// MONEY
/// @dev The price is the financier's own and final; of a part taken it is the same share, rounded down: a supplier never
/// receives more than in proportion, nor does anybody who earns a fee. Cash passes through within the call that delivers
/// the receivable, what is over goes back in it: this contract holds no balance between calls (R-04).
///
/// SIGNATURES
/// @dev A financier signs twice: the quote, which a person can read, and the payment it authorises, whose nonce is the
/// quote's hash. So the money can pay for this quote alone, any number of quotes may be open side by side, and no
/// allowance is ever left. Where a wallet signs only permits, the money is bound to this contract and pays for whichever
/// of the financier's quotes comes first; permits have one sequence, so such quotes are open one after another.
///
/// TRUST
/// @dev It can move a receivable only for the holder that called it, and cash only on the financier's signature. A wallet
/// is asked about a signature by a static call, and no receiver is called: nothing of a stranger runs in between.
///
/// LIVENESS
/// @dev One receiver of a fee that may not act stops the whole acceptance: whose fee it is cannot be left out or kept.
contract Discounting is IDiscounting, EIP712, Journal {
    using BitMaps for BitMaps.BitMap;
    using SafeERC20 for IERC20;

    uint256 internal constant MAX_FEES = 4;
    uint256 internal constant MAX_ACCEPTANCES = 10;
    uint256 internal constant MAX_CANCELLATIONS = 50;

    bytes32 internal constant FEE_TYPEHASH = keccak256("Fee(address to,uint56 amount)");
    bytes32 internal constant QUOTE_TYPEHASH = keccak256(
        "Quote(uint256 receivableId,address supplier,address financier,address depositToken,uint56 value,uint56 minimumTake,uint56 proceeds,uint32 valueDate,bool recourse,bytes32 registrationHash,uint256 nonce,uint64 expiry,Fee[] fees)Fee(address to,uint56 amount)"
    );

    IParticipants public immutable PARTICIPANTS;
    IReceivables public immutable RECEIVABLES;
    IOrigination public immutable ORIGINATION;
    IAnchors public immutable ANCHORS;

    /// @dev 256 nonces a word: who counts its nonces up pays for a new word once in 256 quotes.
    mapping(address financier => BitMaps.BitMap) internal _usedNonces;

    constructor(Network memory network) EIP712("scf-network Discounting", "1") {
        PARTICIPANTS = IParticipants(network.participants);
        RECEIVABLES = IReceivables(network.receivables);
        ORIGINATION = IOrigination(network.origination);
        ANCHORS = IAnchors(network.anchors);
    }

    /* SUPPLIER */

    /// @inheritdoc IDiscounting
    function accept(Quote calldata quote, uint56 take, bytes calldata quoteSignature, bytes calldata cashSignature)
        external
        returns (uint256 deliveredId)
    {
        return _accept(_caller(Roles.SUPPLIER), quote, take, quoteSignature, cashSignature, false);
    }

    /// @inheritdoc IDiscounting
    function acceptWithPermit(
        Quote calldata quote,
        uint56 take,
        bytes calldata quoteSignature,
        bytes calldata permitSignature
    ) external returns (uint256 deliveredId) {
        return _accept(_caller(Roles.SUPPLIER), quote, take, quoteSignature, permitSignature, true);
    }

    /// @inheritdoc IDiscounting
    function acceptAll(Acceptance[] calldata acceptances) external returns (uint256[] memory deliveredIds) {
        uint256 count = acceptances.length;
        require(count != 0 && count <= MAX_ACCEPTANCES, QuoteBatchOutOfRange(count, MAX_ACCEPTANCES));
        address caller = _caller(Roles.SUPPLIER);
        deliveredIds = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            Acceptance calldata a = acceptances[i];
            deliveredIds[i] = _accept(caller, a.quote, a.take, a.quoteSignature, a.cashSignature, a.byPermit);
        }
    }

    /* FINANCIER */

    /// @inheritdoc IDiscounting
    function cancel(uint256[] calldata nonces) external {
        uint256 count = nonces.length;
        require(count != 0 && count <= MAX_CANCELLATIONS, QuoteBatchOutOfRange(count, MAX_CANCELLATIONS));
        address financier = _caller(Roles.FINANCIER);
        for (uint256 i; i < count; ++i) {
            _useNonce(financier, nonces[i]);
            _announce(3, abi.encode(QuoteCancelled.selector, financier, nonces[i]));
        }
    }

    /* VIEWS */

    /// @inheritdoc IDiscounting
    function quoteDigest(Quote calldata quote) public view returns (bytes32) {
        bytes memory what = abi.encode(
            QUOTE_TYPEHASH,
            quote.receivableId,
            quote.supplier,
            quote.financier,
            quote.depositToken,
            quote.value,
            quote.minimumTake
        );
        bytes memory how = abi.encode(
            quote.proceeds,
            quote.valueDate,
            quote.recourse,
            quote.registrationHash,
            quote.nonce,
            quote.expiry,
            _hashFees(quote.fees)
        );
        return _hashTypedDataV4(keccak256(bytes.concat(what, how)));
    }

    /// @inheritdoc IDiscounting
    function nonceUsed(address financier, uint256 nonce) public view returns (bool) {
        return _usedNonces[financier].get(nonce);
    }

    /* INTERNAL */

    function _accept(
        address caller,
        Quote calldata quote,
        uint56 take,
        bytes calldata quoteSignature,
        bytes calldata cashSignature,
        bool byPermit
    ) internal returns (uint256 deliveredId) {
        require(caller == quote.supplier, QuoteNotForCaller(caller, quote.supplier));
        require(block.timestamp <= quote.expiry, QuoteExpired(quote.expiry, block.timestamp));
        _useNonce(quote.financier, quote.nonce);
        uint256 total = _checkPrice(quote, take);
        bytes32 quoteHash = _checkQuote(quote, quoteSignature);
        _checkPayable(quote);

        deliveredId = RECEIVABLES.deliver(quote.receivableId, quote.supplier, quote.financier, take, quote.recourse);
        _announce(quoteHash, quote, take, deliveredId);

        if (byPermit) _pullByPermit(quote, total, cashSignature);
        else _pull(quote, total, quoteHash, cashSignature);
        _payOut(quote, take, quoteHash, total);
    }

    /// @return account The organisation that calls, which may act in this role.
    function _caller(uint16 role) internal view returns (address account) {
        Actor memory actor = PARTICIPANTS.actor(msg.sender);
        require(actor.roles & role != 0, IParticipants.ParticipantLacksRole(actor.account, actor.roles, role));
        return actor.account;
    }

    /// @return total What the financier pays for all of the value: proceeds and fees.
    function _checkPrice(Quote calldata quote, uint56 take) internal view returns (uint256 total) {
        uint256 count = quote.fees.length;
        require(count <= MAX_FEES, QuoteFeesOutOfRange(count, MAX_FEES));
        uint256 fees;
        for (uint256 i; i < count; ++i) {
            Fee calldata fee = quote.fees[i];
            require(fee.amount != 0, QuoteFeesOutOfRange(count, MAX_FEES));
            // Money from here to here would stay here; any other contract of the network the token refuses.
            require(
                fee.to != address(this), IParticipants.ParticipantLacksRole(fee.to, Roles.CONTRACT, Roles.ORGANISATION)
            );
            fees += fee.amount;
        }
        total = quote.proceeds + fees;
        require(quote.proceeds != 0 && total <= quote.value, QuoteProceedsOutOfRange(quote.proceeds, fees, quote.value));
        require(
            quote.minimumTake != 0 && take >= quote.minimumTake && take <= quote.value
                && _part(quote.proceeds, take, quote.value) != 0,
            QuoteTakeOutOfRange(take, quote.minimumTake, quote.value)
        );
    }

    function _checkQuote(Quote calldata quote, bytes calldata quoteSignature)
        internal
        view
        returns (bytes32 quoteHash)
    {
        address financier = quote.financier;
        quoteHash = quoteDigest(quote);
        require(
            Signatures.isValid(PARTICIPANTS.keyOf(financier), quoteHash, quoteSignature),
            QuoteInvalidSignature(financier)
        );
        uint32 today = CalendarLib.today();
        require(
            quote.valueDate == today || quote.valueDate == today + 1, QuoteValueDateOutOfRange(quote.valueDate, today)
        );
        PARTICIPANTS.requireActive(financier, Roles.FINANCIER);
        PARTICIPANTS.requireActive(quote.depositToken, Roles.DEPOSIT_TOKEN);
    }

    function _checkPayable(Quote calldata quote) internal view {
        uint256 payableId = ReceivableIds.payableOf(quote.receivableId);
        Payable memory debt = RECEIVABLES.payableOf(payableId);
        require(
            IDepositToken(quote.depositToken).currencyCode() == ORIGINATION.currencyOf(debt.programmeId),
            QuoteCurrencyMismatch(quote.depositToken, payableId)
        );
        if (debt.registrationRequired) {
            bytes32 hash = quote.registrationHash;
            require(
                hash != 0 && ANCHORS.anchoredAt(quote.financier, hash) != 0,
                QuoteRegistrationMissing(hash, quote.financier)
            );
        }
    }

    function _useNonce(address financier, uint256 nonce) internal {
        require(!nonceUsed(financier, nonce), QuoteAlreadyUsed(financier, nonce));
        _usedNonces[financier].set(nonce);
    }

    function _pull(Quote calldata quote, uint256 total, bytes32 quoteHash, bytes calldata cashSignature) internal {
        IDepositToken(quote.depositToken)
            .receiveWithAuthorization(
                quote.financier, address(this), total, 0, uint256(quote.expiry) + 1, quoteHash, cashSignature
            );
    }

    /// @dev Anyone can use a permit before us. The allowance it made is then there all the same, or the cash does not come.
    function _pullByPermit(Quote calldata quote, uint256 total, bytes calldata permitSignature) internal {
        if (permitSignature.length == 65) {
            bytes32 r = bytes32(permitSignature[:32]);
            bytes32 s = bytes32(permitSignature[32:64]);
            uint8 v = uint8(permitSignature[64]);
            try IERC20Permit(quote.depositToken).permit(quote.financier, address(this), total, quote.expiry, v, r, s) {}
                catch {}
        }
        IERC20(quote.depositToken).safeTransferFrom(quote.financier, address(this), total);
    }

    /// @dev What was pulled leaves in this same call: proceeds, fees, and the rest back. A fee of a part that rounds to
    /// nothing is not paid.
    function _payOut(Quote calldata quote, uint56 take, bytes32 quoteHash, uint256 total) internal {
        IERC20 token = IERC20(quote.depositToken);
        uint256 left = total;
        for (uint256 i; i < quote.fees.length; ++i) {
            Fee calldata fee = quote.fees[i];
            uint56 amount = _part(fee.amount, take, quote.value);
            if (amount == 0) continue;
            left -= amount;
            _announce(4, abi.encode(FeePaid.selector, quoteHash, fee.to, address(token), amount));
            token.safeTransfer(fee.to, amount);
        }
        uint56 proceeds = _part(quote.proceeds, take, quote.value);
        token.safeTransfer(quote.supplier, proceeds);
        left -= proceeds;
        if (left != 0) token.safeTransfer(quote.financier, left);
    }

    function _announce(bytes32 quoteHash, Quote calldata q, uint56 take, uint256 deliveredId) internal {
        uint56 proceeds = _part(q.proceeds, take, q.value);
        bytes memory subjects =
            abi.encode(QuoteAccepted.selector, quoteHash, q.receivableId, q.financier, q.supplier, deliveredId);
        bytes memory results =
            abi.encode(q.depositToken, take, proceeds, take - proceeds, q.valueDate, q.recourse, q.registrationHash);
        _announce(4, bytes.concat(subjects, results));
    }

    function _hashFees(Fee[] calldata fees) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](fees.length);
        for (uint256 i; i < fees.length; ++i) {
            hashes[i] = keccak256(abi.encode(FEE_TYPEHASH, fees[i].to, fees[i].amount));
        }
        return keccak256(abi.encodePacked(hashes));
    }

    /// @dev ⌊amount · take / value⌋: rounded down, against who is paid. 30 of 100 at 97 is 29.
    function _part(uint56 amount, uint56 take, uint56 value) internal pure returns (uint56) {
        return uint56(uint256(amount) * take / value);
    }
}
