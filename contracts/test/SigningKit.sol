// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Fee, Programme, Quote, Terms} from "../src/types/Types.sol";

/// @title SigningKit
/// @notice Keys of the tests' actors, and EIP-712 as a wallet does it.
/// @dev Type strings and domains stand here a second time on purpose: a contract that hashes something else than what its
/// documentation says fails every test that signs.
abstract contract SigningKit is Test {
    string internal constant TERMS_TYPE =
        "Terms(address supplier,address debtor,uint32 programmeId,uint56 faceValue,uint32 issueDate,uint32 dueDate,bytes32 invoiceFingerprint,bytes32 evidenceHash,bytes32 tenorReasonHash,bytes32 undertakingHash)";
    string internal constant PROGRAMME_TYPE =
        "Programme(address debtor,address[] depositTokens,uint56 minimumPiece,uint8 maximumDepth,uint8 softTenorMonths,uint8 hardTenorMonths,uint16 refusalHours,uint8 blackoutDaysBefore,uint8 blackoutDaysAfter,uint8 dishonourDays,bool registrationRequired,uint32 lateRatePpm)";

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

    /* ORIGINATION */

    function _termsStruct(Terms memory terms) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)), terms));
    }

    function _programmeStruct(Programme memory p) internal pure returns (bytes32) {
        bytes memory tokens;
        for (uint256 i; i < p.depositTokens.length; ++i) {
            tokens = bytes.concat(tokens, bytes32(uint256(uint160(p.depositTokens[i]))));
        }
        bytes memory head = abi.encode(keccak256(bytes(PROGRAMME_TYPE)), p.debtor, keccak256(tokens));
        bytes memory pieces = abi.encode(p.minimumPiece, p.maximumDepth, p.softTenorMonths, p.hardTenorMonths);
        bytes memory windows = abi.encode(p.refusalHours, p.blackoutDaysBefore, p.blackoutDaysAfter, p.dishonourDays);
        return keccak256(bytes.concat(head, pieces, windows, abi.encode(p.registrationRequired, p.lateRatePpm)));
    }

    function _confirmationStruct(uint256 payableId, Terms memory terms, Programme memory programme, uint64 deadline)
        internal
        pure
        returns (bytes32)
    {
        bytes32 typeHash = keccak256(
            bytes(
                string.concat(
                    "Confirmation(uint256 payableId,Terms terms,Programme programme,uint64 deadline)",
                    PROGRAMME_TYPE,
                    TERMS_TYPE
                )
            )
        );
        return keccak256(abi.encode(typeHash, payableId, _termsStruct(terms), _programmeStruct(programme), deadline));
    }

    function _cancellationStruct(uint256 payableId, uint64 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("Cancellation(uint256 payableId,uint64 deadline)"), payableId, deadline));
    }

    function _publicationStruct(Programme memory programme, uint64 deadline) internal pure returns (bytes32) {
        bytes32 typeHash =
            keccak256(bytes(string.concat("Publication(Programme programme,uint64 deadline)", PROGRAMME_TYPE)));
        return keccak256(abi.encode(typeHash, _programmeStruct(programme), deadline));
    }

    function _originationDigest(address verifier, bytes32 structHash) internal view returns (bytes32) {
        return _digest("scf-network Origination", verifier, structHash);
    }

    /// @param programme What is published under `terms.programmeId`.
    function _signConfirmation(
        address verifier,
        address signer,
        uint256 payableId,
        Terms memory terms,
        Programme memory programme,
        uint64 deadline
    ) internal view returns (bytes memory) {
        bytes32 structHash = _confirmationStruct(payableId, terms, programme, deadline);
        return _sign(signer, _originationDigest(verifier, structHash));
    }

    function _signCancellation(address verifier, address signer, uint256 payableId, uint64 deadline)
        internal
        view
        returns (bytes memory)
    {
        return _sign(signer, _originationDigest(verifier, _cancellationStruct(payableId, deadline)));
    }

    function _signPublication(address verifier, address signer, Programme memory programme, uint64 deadline)
        internal
        view
        returns (bytes memory)
    {
        return _sign(signer, _originationDigest(verifier, _publicationStruct(programme, deadline)));
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
