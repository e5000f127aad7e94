// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {ParticipantStatus, PayableState, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// @title OriginationKit
/// @notice What the tests of {Origination} share: refusals with their values, and copies of terms to spoil.
abstract contract OriginationKit is BaseTest {
    /* REFUSALS */

    function _notActive(address account, ParticipantStatus status) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, account, status);
    }

    function _lacksRole(address account, uint16 roles, uint16 anyOf) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantLacksRole.selector, account, roles, anyOf);
    }

    function _invalidState(uint256 payableId, PayableState current, PayableState required)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(IOrigination.ProposalInvalidState.selector, payableId, current, required);
    }

    function _termsDiffer(uint256 payableId) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IOrigination.ProposalTermsDiffer.selector, payableId);
    }

    function _badSignature(uint256 subject, address signer) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IOrigination.SignatureInvalid.selector, subject, signer);
    }

    /* TERMS */

    uint256 internal constant TERMS_FIELDS = 10;

    function _copy(Terms memory terms) internal pure returns (Terms memory) {
        return abi.decode(abi.encode(terms), (Terms));
    }

    /// @return other The terms with one field, counted from 0, changed.
    function _changed(Terms memory terms, uint256 field) internal view returns (Terms memory other) {
        other = _copy(terms);
        if (field == 0) other.supplier = supplier2;
        if (field == 1) other.debtor = rivalDebtor;
        if (field == 2) other.programmeId = rivalProgrammeId;
        if (field == 3) other.faceValue -= 1;
        if (field == 4) other.issueDate -= 1;
        if (field == 5) other.dueDate -= 1;
        if (field == 6) other.invoiceFingerprint = "other";
        if (field == 7) other.evidenceHash = "other";
        if (field == 8) other.tenorReasonHash = "other";
        if (field == 9) other.undertakingHash = "other";
    }

    /// @dev The rule of {IOrigination.proposalOf}'s hash, a second time.
    function _termsHash(Terms memory terms) internal pure returns (bytes22) {
        return bytes22(keccak256(abi.encode(terms)));
    }

    function _stateOf(uint256 payableId) internal view returns (PayableState state) {
        (,, state,) = origination.proposalOf(payableId);
    }

    function _assertState(uint256 payableId, PayableState state, string memory what) internal view {
        assertEq(uint256(_stateOf(payableId)), uint256(state), what);
    }

    function _proposed() internal returns (uint256 payableId, Terms memory terms) {
        terms = _terms();
        payableId = _propose(terms);
    }
}
