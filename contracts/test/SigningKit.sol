// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Quote, Terms} from "../src/types/Types.sol";

/// @title SigningKit
/// @notice Keys of the tests' actors, and EIP-712 as a wallet does it.
/// @dev Type strings and domains stand here a second time on purpose: a contract that hashes something else than what its
/// documentation says fails every test that signs.
abstract contract SigningKit is Test {
    string internal constant TERMS_TYPE =
        "Terms(address supplier,address debtor,address depositToken,uint64 faceValue,uint64 minimumPiece,uint32 issueDate,uint32 dueDate,uint8 maximumDepth,bytes32 invoiceFingerprint,bytes32 evidenceHash)";

    mapping(address account => uint256 key) internal _keyOf;

    /* KEYS */

    function _actor(string memory name) internal returns (address account) {
        uint256 key;
        (account, key) = makeAddrAndKey(name);
        _keyOf[account] = key;
    }

    function _sign(address signer, bytes32 digest) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf[signer], digest);
        return abi.encodePacked(r, s, v);
    }

    /* DOMAINS */

    function _digest(string memory name, address verifier, bytes32 structHash) internal view returns (bytes32) {
        return _digestOn(block.chainid, name, verifier, structHash);
    }

    function _digestOn(uint256 chainId, string memory name, address verifier, bytes32 structHash)
        internal
        pure
        returns (bytes32)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                chainId,
                verifier
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    /* CONFIRMATION */

    function _confirmationHash(uint256 payableId, Terms memory terms, uint64 deadline) internal pure returns (bytes32) {
        bytes32 termsHash = keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)), terms));
        bytes32 typeHash =
            keccak256(bytes(string.concat("Confirmation(uint256 payableId,Terms terms,uint64 deadline)", TERMS_TYPE)));
        return keccak256(abi.encode(typeHash, payableId, termsHash, deadline));
    }

    function _signConfirmation(address verifier, address signer, uint256 payableId, Terms memory terms, uint64 deadline)
        internal
        view
        returns (bytes memory)
    {
        bytes32 structHash = _confirmationHash(payableId, terms, deadline);
        return _sign(signer, _digest("scf-network Receivables", verifier, structHash));
    }

    /* QUOTE */

    function _quoteStruct(Quote memory quote) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "Quote(uint256 receivableId,address supplier,address financier,address depositToken,uint64 value,uint64 proceeds,uint32 valueDate,bool recourse,uint256 nonce,uint64 expiry)"
                ),
                quote
            )
        );
    }

    function _quoteHash(address verifier, Quote memory quote) internal view returns (bytes32) {
        return _digest("scf-network Discounting", verifier, _quoteStruct(quote));
    }

    function _signQuote(address verifier, address signer, Quote memory quote) internal view returns (bytes memory) {
        return _sign(signer, _quoteHash(verifier, quote));
    }

    /* CASH */

    function _cashStruct(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
                ),
                from,
                to,
                value,
                validAfter,
                validBefore,
                nonce
            )
        );
    }

    /// @dev Valid after 0, as every contract of the network asks.
    function _signCash(
        string memory tokenName,
        address token,
        address from,
        address to,
        uint256 value,
        uint256 validBefore,
        bytes32 nonce
    ) internal view returns (bytes memory) {
        return _sign(from, _digest(tokenName, token, _cashStruct(from, to, value, 0, validBefore, nonce)));
    }
}
