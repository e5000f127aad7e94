// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

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
/// @dev Amounts are minor units of the currency; the supply is at most 2^53 - 1. Only the issuing bank makes value, each
/// time against a reference of its own books that it can use once. There are no transfer fees and no callbacks.
///
/// WHO
/// @dev Only active participants send, receive, and move what they are allowed of another's. Nobody can push cash onto a
/// contract of the network, where it would be owed to nobody: such a contract takes it by a signed transfer, and whether
/// the sender is suspended is then that contract's business, so that a suspended debtor can still pay ({Settlement}).
///
/// TRUST
/// @dev The bank can credit what it did not receive: every holder sees the supply, and the bank owes it. It can touch no
/// other bank's token and move nobody's balance.
contract DepositToken is IDepositToken, ERC20, ERC20Permit, Journal {
    bytes32 internal constant RECEIVE_TYPEHASH = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    IParticipants public immutable PARTICIPANTS;

    /// @inheritdoc IDepositToken
    address public immutable bank;

    uint8 internal immutable _decimals;
    bytes3 internal immutable _currency;

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
        _currency = currency_;
        _decimals = decimals_;
    }

    /* BANK */

    /// @inheritdoc IDepositToken
    function credit(address account, uint64 amount, bytes32 bankReference) external {
        require(msg.sender == bank, DepositNotBank(msg.sender, bank));
        PARTICIPANTS.requireActive(bank, Roles.BANK);
        require(bankReference != 0, BankReferenceMissing());
        require(!bankReferenceUsed[bankReference], BankReferenceAlreadyUsed(bankReference));
        Amounts.check(amount);
        Amounts.check(totalSupply() + amount);

        bankReferenceUsed[bankReference] = true;
        _mint(account, amount);

        emit DepositCredited(bankReference, account, amount);
        _record(abi.encode(DepositCredited.selector, bankReference, account, amount));
    }

    /* SIGNED TRANSFER */

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
        require(msg.sender == to, AuthorizationNotForCaller(msg.sender, to));
        require(
            block.timestamp > validAfter && block.timestamp < validBefore,
            AuthorizationNotInTime(validAfter, validBefore, block.timestamp)
        );
        require(!authorizationState[from][nonce], AuthorizationAlreadyUsed(from, nonce));
        bytes32 digest =
            _hashTypedDataV4(keccak256(abi.encode(RECEIVE_TYPEHASH, from, to, value, validAfter, validBefore, nonce)));
        require(Signatures.isValid(from, digest, signature), AuthorizationInvalidSignature(from));

        authorizationState[from][nonce] = true;
        emit AuthorizationUsed(from, nonce);

        _transfer(from, to, value);
    }

    /* VIEWS */

    /// @inheritdoc IDepositToken
    function currency() external view returns (string memory) {
        return string(abi.encodePacked(_currency));
    }

    /// @dev The currency's own decimals.
    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    /* INTERNAL */

    /// @dev Every movement passes here: both ends and the caller must be participants that may act (I9), and it goes into
    /// the journal.
    function _update(address from, address to, uint256 value) internal override {
        if (from != address(0) && msg.sender == to) {
            PARTICIPANTS.requireActiveEnds(from, to);
        } else {
            PARTICIPANTS.requireActive(to, Roles.ORGANISATION);
            if (from != address(0)) PARTICIPANTS.requireActive(from, 0);
            if (from != address(0) && msg.sender != from) PARTICIPANTS.requireActive(msg.sender, 0);
        }
        super._update(from, to, value);
        _record(abi.encode(Transfer.selector, from, to, value));
    }
}
