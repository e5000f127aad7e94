// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Origination} from "../../src/Origination.sol";
import {IOrigination} from "../../src/interfaces/IOrigination.sol";
import {Network, ParticipantStatus, Programme, Proposal, Roles, Terms} from "../../src/types/Types.sol";
import {PermissionKit} from "./PermissionKit.sol";

/// @notice Who publishes terms, proposes, confirms, issues and undoes a payable (R-40).
contract PermissionMatrix_Origination_Test is PermissionKit {
    string internal constant TERMS = "(address,address,uint32,uint56,uint32,uint32,bytes32,bytes32,bytes32,bytes32)";
    string internal constant PROGRAMME =
        "(address,address[],uint56,uint8,uint8,uint8,uint16,uint8,uint8,uint8,bool,uint32)";
    uint64 internal constant DEADLINE = uint64(START);

    Terms internal proposedTerms;
    Terms internal confirmedTerms;
    Terms internal issuedTerms;
    uint256 internal proposedId;
    uint256 internal confirmedId;
    uint256 internal issuedId;

    function setUp() public override {
        super.setUp();
        proposedTerms = _terms();
        proposedId = _propose(proposedTerms);
        confirmedTerms = _terms();
        confirmedId = _payableOf(_confirmed(confirmedTerms));
        issuedTerms = _terms();
        vm.prank(debtor);
        issuedId = _payableOf(origination.issue("issued", issuedTerms));
    }

    function test_Origination() external {
        _authorityRow(address(origination));
        _row(
            "setReferenceRate(uint32,uint32)",
            address(origination),
            abi.encodeCall(origination.setReferenceRate, (TODAY, 30_000)),
            _only(OPERATOR, _unauthorized)
        );
        Network memory next = network;
        (next.predecessor, next.version) = (address(origination), 2);
        _row(
            "nameSuccessor(address)",
            address(origination),
            abi.encodeCall(origination.nameSuccessor, (address(new Origination(next)))),
            _only(OPERATOR, _unauthorized)
        );
        _programmeRows();
        _supplierRows();
        _issuingRows();
        _confirmingRows();
        _refusingRows();
        _undoingRows();
        _assertComplete("Origination");
    }

    function _programmeRows() private {
        address at = address(origination);
        Programme memory programme = _programme();
        programme.maximumDepth = 1;
        Row memory row = _acting(DEBTOR, _notProgrammesDebtor);
        _row(
            string.concat("publishProgramme(", PROGRAMME, ")"),
            at,
            abi.encodeCall(origination.publishProgramme, (programme)),
            row
        );
        _row("retireProgramme(uint32)", at, abi.encodeCall(origination.retireProgramme, (programmeId)), row);
        bytes memory signature = _signPublication(at, debtor, programme, DEADLINE);
        _row(
            string.concat("publishProgrammeBySignature(", PROGRAMME, ",uint64,bytes)"),
            at,
            abi.encodeCall(origination.publishProgrammeBySignature, (programme, DEADLINE, signature)),
            _signedByDebtor(0)
        );
    }

    function _supplierRows() private {
        address at = address(origination);
        Row memory row = _acting(SUPPLIER, _notSupplier);
        Proposal[] memory proposals = new Proposal[](1);
        proposals[0] = Proposal("salt", _terms());
        _row(
            string.concat("propose(bytes32,", TERMS, ")"),
            at,
            abi.encodeCall(origination.propose, ("salt", proposals[0].terms)),
            row
        );
        _row(
            string.concat("proposeBatch((bytes32,", TERMS, ")[])"),
            at,
            abi.encodeCall(origination.proposeBatch, (proposals)),
            row
        );
        _row(
            string.concat("credit(uint256,", TERMS, ",uint56,bytes32)"),
            at,
            abi.encodeCall(origination.credit, (proposedId, proposedTerms, 1, "note")),
            row
        );
        _row("withdraw(uint256)", at, abi.encodeCall(origination.withdraw, (proposedId)), row);
        _row(
            string.concat("refuseIssued(uint256,", TERMS, ")"),
            at,
            abi.encodeCall(origination.refuseIssued, (issuedId, issuedTerms)),
            row
        );
    }

    function _issuingRows() private {
        address at = address(origination);
        Row memory row = _acting(DEBTOR, _issuesNotItsOwn);
        Proposal[] memory proposals = new Proposal[](1);
        proposals[0] = Proposal("salt", _terms());
        _row(
            string.concat("issue(bytes32,", TERMS, ")"),
            at,
            abi.encodeCall(origination.issue, ("salt", proposals[0].terms)),
            row
        );
        _row(
            string.concat("issueBatch((bytes32,", TERMS, ")[])"),
            at,
            abi.encodeCall(origination.issueBatch, (proposals)),
            row
        );
    }

    /// @dev R-40: the debtor alone, or its signature brought by anyone.
    function _confirmingRows() private {
        address at = address(origination);
        Row memory row = _acting(DEBTOR, _notDebtor);
        uint256[] memory ids = new uint256[](1);
        Terms[] memory terms = new Terms[](1);
        ids[0] = proposedId;
        terms[0] = proposedTerms;
        _row(
            string.concat("confirm(uint256,", TERMS, ")"),
            at,
            abi.encodeCall(origination.confirm, (proposedId, proposedTerms)),
            row
        );
        _row(
            string.concat("confirmBatch(uint256[],", TERMS, "[])"),
            at,
            abi.encodeCall(origination.confirmBatch, (ids, terms)),
            row
        );
        bytes memory signature = _signConfirmation(at, debtor, proposedId, proposedTerms, _programme(), DEADLINE);
        _row(
            string.concat("confirmBySignature(uint256,", TERMS, ",uint64,bytes)"),
            at,
            abi.encodeCall(origination.confirmBySignature, (proposedId, proposedTerms, DEADLINE, signature)),
            _signedByDebtor(proposedId)
        );
    }

    function _refusingRows() private {
        address at = address(origination);
        Row memory row = _acting(DEBTOR, _notDebtor);
        bytes memory decline = abi.encodeCall(origination.decline, (proposedId, "reason"));
        _row("decline(uint256,bytes32)", at, decline, row);
        _row("dispute(uint256,bytes32)", at, abi.encodeCall(origination.dispute, (proposedId, "reason")), row);
        vm.prank(debtor);
        origination.dispute(proposedId, "reason");
        _row("withdrawDispute(uint256)", at, abi.encodeCall(origination.withdrawDispute, (proposedId)), row);
        _again("decline a disputed one, ", at, decline, row);
    }

    /// @dev One party calls on the other's signature, which is worth nothing in the hands of the signer itself.
    function _undoingRows() private {
        address at = address(origination);
        Row memory row = _acting(SUPPLIER, _notParty);
        row.expected[DEBTOR] = _invalid(confirmedId, supplier);
        bytes memory signature = _signCancellation(at, debtor, confirmedId, DEADLINE);
        bytes memory cancel = abi.encodeCall(origination.cancel, (confirmedId, confirmedTerms, DEADLINE, signature));
        _row(string.concat("cancel(uint256,", TERMS, ",uint64,bytes)"), at, cancel, row);

        row = _acting(DEBTOR, _notParty);
        row.expected[SUPPLIER] = _invalid(confirmedId, debtor);
        signature = _signCancellation(at, supplier, confirmedId, DEADLINE);
        cancel = abi.encodeCall(origination.cancel, (confirmedId, confirmedTerms, DEADLINE, signature));
        _again("cancel on the supplier's signature, ", at, cancel, row);
    }

    /* IN ONE'S OWN NAME */

    /// @dev In its own name each caller is judged by its role.
    function test_ProposingForOneself() external {
        Row memory row = _acting(SUPPLIER, _unlessSupplier);
        for (uint256 c; c < CALLERS; ++c) {
            Terms memory terms = _terms();
            terms.supplier = _callers[c];
            bytes memory data = abi.encodeCall(origination.propose, ("salt", terms));
            _cell("propose for oneself", address(origination), data, c, row);
        }
    }

    function test_IssuingForOneself() external {
        Row memory row = _acting(DEBTOR, _unlessDebtor);
        for (uint256 c; c < CALLERS; ++c) {
            Terms memory terms = _terms();
            terms.debtor = _callers[c];
            if (c == SUPPLIER) terms.supplier = supplier3;
            if (c == RIVAL_DEBTOR) terms.programmeId = rivalProgrammeId;
            bytes memory data = abi.encodeCall(origination.issue, ("salt", terms));
            _cell("issue for oneself", address(origination), data, c, row);
        }
    }

    function test_PublishingForOneself() external {
        Row memory row = _acting(DEBTOR, _unlessDebtor);
        for (uint256 c; c < CALLERS; ++c) {
            Programme memory programme = _programme();
            programme.debtor = _callers[c];
            programme.maximumDepth = 1;
            bytes memory data = abi.encodeCall(origination.publishProgramme, (programme));
            _cell("publish for oneself", address(origination), data, c, row);
        }
    }

    /* REFUSALS */

    /// @dev Anyone may bring it; the debtor must be able to act, and signed with the key it had before.
    function _signedByDebtor(uint256 subject) private view returns (Row memory row) {
        row = _anyone(DEBTOR);
        row.expected[OWNER_SUSPENDED] = _notActive(debtor, ParticipantStatus.Suspended);
        row.expected[OWNER_CLOSED] = _notActive(debtor, ParticipantStatus.Closed);
        row.expected[OWNER_RETIRED_KEY] = _invalid(subject, debtor);
        row.expected[OWNER_PRESENT_KEY] = _invalid(subject, debtor);
    }

    function _invalid(uint256 subject, address signer) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IOrigination.SignatureInvalid.selector, subject, signer);
    }

    function _notProgrammesDebtor(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IOrigination.ProgrammeNotDebtor.selector, caller, debtor);
    }

    function _notSupplier(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IOrigination.PayableNotSupplier.selector, caller, supplier);
    }

    function _notDebtor(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IOrigination.PayableNotDebtor.selector, proposedId, caller, debtor);
    }

    /// @dev The id would have been the caller's.
    function _issuesNotItsOwn(address caller) private view returns (bytes memory) {
        uint256 id = uint256(keccak256(abi.encode(block.chainid, origination, caller, bytes32("salt")))) >> 32;
        return abi.encodeWithSelector(IOrigination.PayableNotDebtor.selector, id, caller, debtor);
    }

    function _notParty(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IOrigination.PayableNotParty.selector, confirmedId, caller);
    }

    function _unlessSupplier(address caller) private view returns (bytes memory) {
        if (caller == debtor) return abi.encodeWithSelector(IOrigination.PayableSelfDealing.selector, debtor);
        return _rolesOf(caller) == Roles.SUPPLIER ? ALLOWED : _lacksRole(caller, Roles.SUPPLIER);
    }

    function _unlessDebtor(address caller) private view returns (bytes memory) {
        return _rolesOf(caller) == Roles.DEBTOR ? ALLOWED : _lacksRole(caller, Roles.DEBTOR);
    }
}
