// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Origination} from "../src/Origination.sol";
import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {ParticipantStatus, Programme, Roles} from "../src/types/Types.sol";
import {OriginationKit} from "./OriginationKit.sol";
import {TwoOfficersWallet} from "./mocks/Wallets.sol";

/// publishProgrammeBySignature()
/// ├── when the signature is late, another's, or over anything else, another chain or another contract
/// │   └── it should revert
/// ├── when it was used before
/// │   └── it should revert
/// ├── given the debtor may not act
/// │   └── it should revert
/// └── else
///     └── it should publish, whoever brought it
contract Origination_PublishBySignature_Test is OriginationKit {
    Programme internal programme;
    uint64 internal constant DEADLINE = uint64(NOON);

    function setUp() public override {
        super.setUp();
        programme = _programme();
        programme.registrationRequired = true;
    }

    function testFuzz_RevertWhen_Expired(uint64 deadline, uint64 moment) external {
        deadline = uint64(bound(deadline, NOON, NOON + 1000 days));
        moment = uint64(bound(moment, NOON, NOON + 1000 days));
        bytes memory signature = _signPublication(address(origination), debtor, programme, deadline);
        vm.warp(moment);
        if (moment > deadline) {
            vm.expectRevert(abi.encodeWithSelector(IOrigination.SignatureExpired.selector, deadline, moment));
        }
        origination.publishProgrammeBySignature(programme, deadline, signature);
    }

    function test_RevertWhen_SignedByAnother() external {
        _refused(_signPublication(address(origination), rivalDebtor, programme, DEADLINE));
        _refused("");
        _refused(new bytes(65));
    }

    function test_RevertWhen_SignedSomethingElse() external {
        address second = address(_secondToken());
        for (uint256 field; field < 13; ++field) {
            Programme memory signed = abi.decode(abi.encode(programme), (Programme));
            if (field == 0) signed.debtor = rivalDebtor;
            if (field == 1) signed.depositTokens[0] = second;
            if (field == 2) signed.minimumPiece += 1;
            if (field == 3) signed.maximumDepth += 1;
            if (field == 4) signed.softTenorMonths += 1;
            if (field == 5) signed.hardTenorMonths -= 1;
            if (field == 6) signed.refusalHours += 1;
            if (field == 7) signed.blackoutDaysBefore += 1;
            if (field == 8) signed.blackoutDaysAfter += 1;
            if (field == 9) signed.dishonourDays += 1;
            if (field == 10) signed.registrationRequired = false;
            if (field == 11) signed.lateRatePpm += 1;
            uint64 deadline = field == 12 ? DEADLINE + 1 : DEADLINE;
            _refused(_signPublication(address(origination), debtor, signed, deadline));
        }
    }

    function test_RevertWhen_SignedForElsewhere() external {
        bytes32 structHash = _publicationStruct(programme, DEADLINE);
        string memory name = "scf-network Origination";
        _refused(_sign(debtor, _digestOn(1, name, address(origination), structHash)));
        _refused(_sign(debtor, _digest(name, address(receivables), structHash)));
        _refused(_sign(debtor, _digest(name, address(new Origination(network)), structHash)));
        _refused(_sign(debtor, _digest("scf-network Discounting", address(origination), structHash)));
    }

    function test_RevertWhen_UsedAgain() external {
        bytes memory signature = _signPublication(address(origination), debtor, programme, DEADLINE);
        uint32 id = origination.publishProgrammeBySignature(programme, DEADLINE, signature);
        bytes memory refusal = abi.encodeWithSelector(IOrigination.ProgrammeAlreadyPublished.selector, id);
        vm.expectRevert(refusal);
        origination.publishProgrammeBySignature(programme, DEADLINE, signature);
        vm.prank(debtor);
        origination.retireProgramme(id);
        vm.expectRevert(refusal);
        origination.publishProgrammeBySignature(programme, DEADLINE, signature);
    }

    function test_RevertGiven_DebtorSuspended() external {
        bytes memory signature = _signPublication(address(origination), debtor, programme, DEADLINE);
        _suspend(debtor);
        vm.expectRevert(_notActive(debtor, ParticipantStatus.Suspended));
        origination.publishProgrammeBySignature(programme, DEADLINE, signature);
    }

    function test_RevertGiven_KeyRotated() external {
        address newKey = _actor("new key");
        uint64 deadline = uint64(NOON + 30 days);
        bytes memory old = _signPublication(address(origination), debtor, programme, deadline);
        _rotate(debtor, newKey);
        vm.expectRevert(_badSignature(0, debtor));
        origination.publishProgrammeBySignature(programme, deadline, old);
        origination.publishProgrammeBySignature(
            programme, deadline, _signPublication(address(origination), newKey, programme, deadline)
        );
    }

    function test_PublishBySignature() external {
        bytes memory signature = _signPublication(address(origination), debtor, programme, DEADLINE);
        vm.prank(stranger);
        assertEq(origination.publishProgrammeBySignature(programme, DEADLINE, signature), 3);
        (Programme memory stored,) = origination.programmeOf(3);
        assertEq(abi.encode(stored), abi.encode(programme));
    }

    function test_PublishBySignature_TwoOfficersOfAContractWallet() external {
        (address first, address second) = (_actor("officer 1"), _actor("officer 2"));
        programme.debtor = address(new TwoOfficersWallet(first, second));
        _admit(programme.debtor, Roles.DEBTOR);
        bytes32 digest = _originationDigest(address(origination), _publicationStruct(programme, DEADLINE));
        _refused(_sign(first, digest));
        _refused(bytes.concat(_sign(first, digest), _sign(first, digest)));
        _refused(bytes.concat(_sign(second, digest), _sign(first, digest)));
        origination.publishProgrammeBySignature(
            programme, DEADLINE, bytes.concat(_sign(first, digest), _sign(second, digest))
        );
    }

    function test_PublicationDigest_IsWhatAWalletSigns() external {
        programme.depositTokens.push(address(_secondToken()));
        assertEq(
            origination.publicationDigest(programme, 99),
            _originationDigest(address(origination), _publicationStruct(programme, 99))
        );
    }

    function _refused(bytes memory signature) internal {
        vm.expectRevert(_badSignature(0, programme.debtor));
        origination.publishProgrammeBySignature(programme, DEADLINE, signature);
    }
}
