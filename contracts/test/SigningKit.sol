// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Fee, Quote} from "../src/types/Types.sol";

/// @title SigningKit
/// @notice Keys of the tests' actors, and EIP-712 as a wallet does it.
/// @dev Type strings and domains stand here a second time on purpose: a contract that hashes something else than what its
/// documentation says fails every test that signs.
abstract contract SigningKit is Test {
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

    /* QUOTE */

    function _quoteStruct(Quote memory quote) internal pure returns (bytes32) {
        bytes memory fees;
        for (uint256 i; i < quote.fees.length; ++i) {
            Fee memory fee = quote.fees[i];
            fees = bytes.concat(
                fees, keccak256(abi.encode(keccak256("Fee(address to,uint56 amount)"), fee.to, fee.amount))
            );
        }
        bytes32 typeHash = keccak256(
            "Quote(uint256 receivableId,address supplier,address financier,address depositToken,uint56 value,uint56 minimumTake,uint56 proceeds,uint32 valueDate,bool recourse,bytes32 registrationHash,uint256 nonce,uint64 expiry,Fee[] fees)Fee(address to,uint56 amount)"
        );
        bytes memory head =
            abi.encode(typeHash, quote.receivableId, quote.supplier, quote.financier, quote.depositToken, quote.value);
        bytes memory price = abi.encode(quote.minimumTake, quote.proceeds, quote.valueDate, quote.recourse);
        bytes memory tail = abi.encode(quote.registrationHash, quote.nonce, quote.expiry, keccak256(fees));
        return keccak256(bytes.concat(head, price, tail));
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
