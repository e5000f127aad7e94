// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Journal} from "./Journal.sol";
import {IDepositToken} from "./interfaces/IDepositToken.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {Amounts} from "./libraries/Amounts.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Roles} from "./types/Types.sol";

/// @title DepositToken
/// @notice Real bank money on the chain: one token per bank and currency, a claim on that bank alone.
///
/// MONEY
/// @dev Amounts are minor units of the currency; the supply is at most 2^53 - 1. Only the issuing bank makes and ends
/// value, each time against a reference of its own books that it can use once. There are no transfer fees and no
/// callbacks.
///
/// PAY-OUTS
/// @dev What a holder asks its bank to pay out waits on this contract's own balance, which is their sum at any block:
/// cash comes there and leaves in no other way.
///
/// WHO
/// @dev Only active participants send, receive, and move what they are allowed of another's; an organisation acts and
/// signs with its present key. Nobody can push cash onto a contract of the network, where it would be owed to nobody: such
/// a contract takes it by a signed transfer, and whether the sender is suspended is then that contract's business, so that
/// a suspended debtor can still pay ({Settlement}).
///
/// TRUST
/// @dev The bank can credit what it did not receive, and keep pay-outs waiting or all its money still: every holder sees
/// it, and the bank owes it. It can touch no other bank's token and take nobody's balance.
contract DepositToken is IDepositToken, ERC20, ERC20Permit, Journal {
    struct PayOut {
        address account;
        uint64 amount;
    }

    /// @notice The most receivers of one batch.
    uint256 public constant MAX_BATCH = 100;

    bytes32 internal constant RECEIVE_TYPEHASH = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 internal constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    IParticipants public immutable PARTICIPANTS;

    /// @inheritdoc IDepositToken
    address public immutable bank;

    uint8 internal immutable _decimals;

    /// @inheritdoc IDepositToken
    bytes3 public immutable currencyCode;

    /// @inheritdoc IDepositToken
    bool public paused;

    /// @inheritdoc IDepositToken
    uint64 public movesSince;

    uint64 internal _payOuts;

    /// @inheritdoc IDepositToken
    mapping(uint256 payOutId => PayOut) public payOutOf;

    /// @inheritdoc IDepositToken
    mapping(bytes32 bankReference => bool) public bankReferenceUsed;

    /// @inheritdoc IDepositToken
    mapping(address authorizer => mapping(bytes32 nonce => bool)) public authorizationState;

    /// @param bank_ The issuing bank's account.
    /// @param name_ ERC-20 name, and the name of the EIP-712 domain.
    /// @param currency_ ISO 4217 code, three letters.
    /// @param decimals_ The currency's number of decimals: 2 for CNY, 0 for JPY.
    constructor(
        IParticipants participants,
        address bank_,
        string memory name_,
        string memory symbol_,
        bytes3 currency_,
        uint8 decimals_
    ) ERC20(name_, symbol_) ERC20Permit(name_) {
        PARTICIPANTS = participants;
        bank = bank_;
        currencyCode = currency_;
        _decimals = decimals_;
    }

    /* BANK */

    /// @inheritdoc IDepositToken
    function credit(address account, uint64 amount, bytes32 bankReference) external {
        _requireBank();
        Amounts.check(amount);
        Amounts.check(totalSupply() + amount);

        _useReference(bankReference);
        _mint(account, amount);

        _announce(3, abi.encode(DepositCredited.selector, bankReference, account, amount));
    }

    /// @inheritdoc IDepositToken
    function completePayOut(uint256 payOutId, bytes32 bankReference) external {
        _requireBank();

        _useReference(bankReference);
        PayOut memory payOut = _takePayOut(payOutId);
        _book(address(this), address(0), payOut.amount);

        _announce(3, abi.encode(PayOutCompleted.selector, payOutId, bankReference));
    }

    /// @inheritdoc IDepositToken
    /// @dev Whoever may not act any more gets its own back all the same.
    function refusePayOut(uint256 payOutId, bytes32 reasonHash) external {
        _requireBank();
        _requireMoving();

        PayOut memory payOut = _takePayOut(payOutId);
        _book(address(this), payOut.account, payOut.amount);

        _announce(2, abi.encode(PayOutRefused.selector, payOutId, reasonHash));
    }

    /// @inheritdoc IDepositToken
    function pause(bytes32 reasonHash) external {
        _requireBank();
        _requireMoving();

        paused = true;

        _announce(2, abi.encode(TokenPaused.selector, bank, reasonHash));
    }

    /// @inheritdoc IDepositToken
    function resume() external {
        _requireBank();
        require(paused, DepositTokenNotPaused(address(this)));

        paused = false;
        movesSince = uint64(block.timestamp);

        _announce(2, abi.encode(TokenResumed.selector, bank));
    }

    /* HOLDER */

    /// @inheritdoc IDepositToken
    function requestPayOut(uint64 amount, bytes32 instructionHash) external returns (uint256 payOutId) {
        address account = PARTICIPANTS.actor(msg.sender).account;
        _requireMoving();
        Amounts.check(amount);

        payOutId = ++_payOuts;
        payOutOf[payOutId] = PayOut(account, amount);
        _book(account, address(this), amount);

        _announce(3, abi.encode(PayOutRequested.selector, payOutId, account, amount, instructionHash));
    }

    /// @inheritdoc IDepositToken
    function transferBatch(address[] calldata to, uint256[] calldata amounts) external {
        uint256 count = to.length;
        require(
            count != 0 && count <= MAX_BATCH && amounts.length == count,
            TransferBatchOutOfRange(count, amounts.length, MAX_BATCH)
        );
        address from = PARTICIPANTS.requireTransfers(msg.sender, to);
        require(from != address(this), ERC20InvalidSender(from));
        _requireMoving();
        for (uint256 i; i < count; ++i) {
            address receiver = to[i];
            require(receiver != address(this), ERC20InvalidReceiver(receiver));
            _book(from, receiver, amounts[i]);
        }
    }

    /// @inheritdoc IERC20
    /// @dev Asks once about caller and receiver.
    function transfer(address to, uint256 value) public override(ERC20, IERC20) returns (bool) {
        require(to != address(this), ERC20InvalidReceiver(to));
        address from = PARTICIPANTS.requireTransfer(msg.sender, to);
        require(from != address(this), ERC20InvalidSender(from));
        _requireMoving();
        _book(from, to, value);
        return true;
    }

    /* SIGNED */

    /// @inheritdoc IDepositToken
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external {
        address caller = _msgSender();
        require(caller == to, AuthorizationNotForCaller(caller, to));
        require(
            block.timestamp > validAfter && block.timestamp < validBefore,
            AuthorizationNotInTime(validAfter, validBefore, block.timestamp)
        );
        require(!authorizationState[from][nonce], AuthorizationAlreadyUsed(from, nonce));
        bytes32 digest =
            _hashTypedDataV4(keccak256(abi.encode(RECEIVE_TYPEHASH, from, to, value, validAfter, validBefore, nonce)));
        require(Signatures.isValid(PARTICIPANTS.keyOf(from), digest, signature), AuthorizationInvalidSignature(from));

        authorizationState[from][nonce] = true;
        emit AuthorizationUsed(from, nonce);

        _transfer(from, to, value);
    }

    /// @notice ERC-2612: sets an allowance on the signature of the owner's present key.
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        public
        override
    {
        require(block.timestamp <= deadline, ERC2612ExpiredSignature(deadline));
        bytes32 digest =
            _hashTypedDataV4(keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, _useNonce(owner), deadline)));
        address signer = ECDSA.recover(digest, v, r, s);
        require(signer == PARTICIPANTS.keyOf(owner), ERC2612InvalidSigner(signer, owner));

        _approve(owner, spender, value);
    }

    /* VIEWS */

    /// @inheritdoc IDepositToken
    function currency() external view returns (string memory) {
        return string(abi.encodePacked(currencyCode));
    }

    /// @dev The currency's own decimals.
    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    /* INTERNAL */

    /// @dev The organisation whose key calls: its balance and its allowances move.
    function _msgSender() internal view override returns (address) {
        return PARTICIPANTS.identityOf(msg.sender);
    }

    /// @dev Every credit and signed or allowed transfer passes here: both ends and the caller must be participants that may act (I9). A
    /// caller that is an end itself was found to hold its own key before.
    function _update(address from, address to, uint256 value) internal override {
        require(from != address(this), ERC20InvalidSender(from));
        require(to != address(this), ERC20InvalidReceiver(to));
        if (from == address(0)) {
            PARTICIPANTS.requireActive(to, Roles.ORGANISATION);
        } else {
            _requireMoving();
            address caller = msg.sender == from || msg.sender == to ? msg.sender : _msgSender();
            if (caller == to) {
                PARTICIPANTS.requireActiveEnds(from, to);
            } else {
                PARTICIPANTS.requireActive(to, Roles.ORGANISATION);
                PARTICIPANTS.requireActive(from, 0);
                if (caller != from) PARTICIPANTS.requireActive(caller, 0);
            }
        }
        _book(from, to, value);
    }

    /// @dev Every movement passes here, and goes into the journal.
    function _book(address from, address to, uint256 value) internal {
        super._update(from, to, value);
        _record(abi.encode(Transfer.selector, from, to, value));
    }

    function _takePayOut(uint256 payOutId) internal returns (PayOut memory payOut) {
        payOut = payOutOf[payOutId];
        require(payOut.account != address(0), PayOutNotOpen(payOutId));
        delete payOutOf[payOutId];
    }

    function _useReference(bytes32 bankReference) internal {
        require(bankReference != 0, BankReferenceMissing());
        require(!bankReferenceUsed[bankReference], BankReferenceAlreadyUsed(bankReference));
        bankReferenceUsed[bankReference] = true;
    }

    function _requireBank() internal view {
        address caller = _msgSender();
        require(caller == bank, DepositNotBank(caller, bank));
        PARTICIPANTS.requireActive(bank, Roles.BANK);
    }

    function _requireMoving() internal view {
        require(!paused, DepositTokenPaused(address(this)));
    }
}
