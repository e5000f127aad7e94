// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {ParticipantStatus, Programme, Roles, Terms} from "../src/types/Types.sol";
import {OriginationKit} from "./OriginationKit.sol";

/// publishProgramme()
/// ├── when the caller is not the debtor of the programme, or may not act as one
/// │   └── it should revert
/// ├── when a field is out of range
/// │   └── it should revert, naming the field and its bounds
/// ├── when a token is named twice, is of another currency than the first, or is no active deposit token
/// │   └── it should revert
/// ├── given the debtor published exactly this before, retired or not
/// │   └── it should revert
/// └── else
///     ├── it should keep every field, and the tokens in their order
///     └── it should give the next id
contract Origination_Publish_Test is OriginationKit {
    function test_RevertWhen_NotTheDebtor() external {
        Programme memory programme = _otherProgramme();
        address[3] memory others = [rivalDebtor, supplier, bank];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOrigination.ProgrammeNotDebtor.selector, others[i], debtor));
            vm.prank(others[i]);
            origination.publishProgramme(programme);
        }
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        vm.prank(stranger);
        origination.publishProgramme(programme);
    }

    function test_RevertGiven_DebtorMayNotAct() external {
        Programme memory programme = _otherProgramme();
        programme.debtor = supplier;
        _refused(programme, _lacksRole(supplier, Roles.SUPPLIER, Roles.DEBTOR));
        programme.debtor = suspended;
        _refused(programme, _notActive(suspended, ParticipantStatus.Suspended));
    }

    function test_RevertWhen_TokensTooFewOrTooMany() external {
        Programme memory programme = _otherProgramme();
        programme.depositTokens = new address[](0);
        _refused(programme, _outOfRange("depositTokens", 0, 1, 4));
        programme.depositTokens = _tokens(5);
        _refused(programme, _outOfRange("depositTokens", 5, 1, 4));
        programme.depositTokens = _tokens(4);
        _publish(programme);
    }

    function test_RevertWhen_MinimumPieceOutOfRange() external {
        Programme memory programme = _otherProgramme();
        programme.minimumPiece = MAX_AMOUNT + 1;
        _refused(programme, _outOfRange("minimumPiece", MAX_AMOUNT + 1, 0, MAX_AMOUNT));
        programme.minimumPiece = MAX_AMOUNT;
        _publish(programme);
        programme.minimumPiece = 0;
        _publish(programme);
    }

    function test_RevertWhen_TenorOutOfRange() external {
        Programme memory programme = _otherProgramme();
        programme.hardTenorMonths = 13;
        _refused(programme, _outOfRange("hardTenorMonths", 13, 1, 12));
        programme.hardTenorMonths = 0;
        programme.softTenorMonths = 0;
        _refused(programme, _outOfRange("hardTenorMonths", 0, 1, 12));
        programme.hardTenorMonths = 1;
        _refused(programme, _outOfRange("softTenorMonths", 0, 1, 1));
        programme.softTenorMonths = 1;
        _publish(programme);
        programme.softTenorMonths = 2;
        _refused(programme, _outOfRange("softTenorMonths", 2, 1, 1));
        programme.hardTenorMonths = 12;
        programme.softTenorMonths = 12;
        _publish(programme);
        programme.softTenorMonths = 13;
        _refused(programme, _outOfRange("softTenorMonths", 13, 1, 12));
    }

    function test_RevertWhen_RefusalHoursOutOfRange() external {
        Programme memory programme = _otherProgramme();
        programme.refusalHours = 721;
        _refused(programme, _outOfRange("refusalHours", 721, 0, 720));
        programme.refusalHours = 720;
        _publish(programme);
        programme.refusalHours = 0;
        _publish(programme);
    }

    function test_RevertWhen_BlackoutOutOfRange() external {
        Programme memory programme = _otherProgramme();
        programme.blackoutDaysBefore = 61;
        _refused(programme, _outOfRange("blackoutDaysBefore", 61, 0, 60));
        programme.blackoutDaysBefore = 60;
        programme.blackoutDaysAfter = 61;
        _refused(programme, _outOfRange("blackoutDaysAfter", 61, 0, 60));
        programme.blackoutDaysAfter = 60;
        _publish(programme);
    }

    /// @dev R-29b: a failure is notified on the third bank day.
    function test_RevertWhen_DishonourDaysOutOfRange() external {
        Programme memory programme = _otherProgramme();
        programme.dishonourDays = 2;
        _refused(programme, _outOfRange("dishonourDays", 2, 3, 30));
        programme.dishonourDays = 31;
        _refused(programme, _outOfRange("dishonourDays", 31, 3, 30));
        programme.dishonourDays = 30;
        _publish(programme);
        programme.dishonourDays = 3;
        _publish(programme);
    }

    function test_RevertWhen_LateRateOutOfRange() external {
        Programme memory programme = _otherProgramme();
        programme.lateRatePpm = 1_000_001;
        _refused(programme, _outOfRange("lateRatePpm", 1_000_001, 0, 1_000_000));
        programme.lateRatePpm = 1_000_000;
        _publish(programme);
    }

    function test_RevertWhen_TokenUnfit() external {
        address second = address(_secondToken());
        address dollars = address(_newToken(bank, "Bank B deposit USD", "USD", 2));
        Programme memory programme = _otherProgramme();
        programme.depositTokens = _list(address(cash), second, address(cash));
        _refused(programme, abi.encodeWithSelector(IOrigination.ProgrammeTokenUnfit.selector, cash));
        programme.depositTokens = _list(second, address(cash), address(cash));
        _refused(programme, abi.encodeWithSelector(IOrigination.ProgrammeTokenUnfit.selector, cash));
        programme.depositTokens = _list(second, address(cash), dollars);
        _refused(programme, abi.encodeWithSelector(IOrigination.ProgrammeTokenUnfit.selector, dollars));
        programme.depositTokens = _list(dollars, second, address(cash));
        _refused(programme, abi.encodeWithSelector(IOrigination.ProgrammeTokenUnfit.selector, second));
    }

    function test_RevertGiven_TokenMayNotAct() external {
        address second = address(_secondToken());
        Programme memory programme = _otherProgramme();
        programme.depositTokens = _list(address(cash), second, bank);
        _refused(programme, _lacksRole(bank, Roles.BANK, Roles.DEPOSIT_TOKEN));
        programme.depositTokens = _list(address(cash), second, stranger);
        _refused(programme, _notActive(stranger, ParticipantStatus.None));
        _suspend(second);
        _refused(programme, _notActive(second, ParticipantStatus.Suspended));
    }

    function test_RevertGiven_SameContentPublished() external {
        Programme memory programme = _otherProgramme();
        programme.depositTokens = _tokens(2);
        uint32 id = _publish(programme);
        bytes memory refusal = abi.encodeWithSelector(IOrigination.ProgrammeAlreadyPublished.selector, id);
        _refused(programme, refusal);
        vm.prank(debtor);
        origination.retireProgramme(id);
        _refused(programme, refusal);

        (programme.depositTokens[0], programme.depositTokens[1]) =
        (programme.depositTokens[1], programme.depositTokens[0]);
        assertEq(_publish(programme), id + 1, "another order is another programme");
        programme.debtor = rivalDebtor;
        assertEq(_publish(programme), id + 2, "and so is another debtor");
    }

    /// @dev The first programmes of all are those of the tests' base.
    function test_Publish_IdsCountFromOne() external {
        assertEq(programmeId, 1);
        assertEq(rivalProgrammeId, 2);
        assertEq(origination.programmeCount(), 2);
    }

    function testFuzz_Publish(Programme memory programme, uint256 tokenCount) external {
        programme.debtor = debtor;
        programme.depositTokens = _tokens(bound(tokenCount, 1, 4));
        programme.minimumPiece = uint56(bound(programme.minimumPiece, 0, MAX_AMOUNT));
        programme.hardTenorMonths = uint8(bound(programme.hardTenorMonths, 1, 12));
        programme.softTenorMonths = uint8(bound(programme.softTenorMonths, 1, programme.hardTenorMonths));
        programme.refusalHours = uint16(bound(programme.refusalHours, 0, 720));
        programme.blackoutDaysBefore = uint8(bound(programme.blackoutDaysBefore, 0, 60));
        programme.blackoutDaysAfter = uint8(bound(programme.blackoutDaysAfter, 0, 60));
        programme.dishonourDays = uint8(bound(programme.dishonourDays, 3, 30));
        programme.lateRatePpm = uint32(bound(programme.lateRatePpm, 0, 1_000_000));

        _expectPublished(3, programme);
        assertEq(_publish(programme), 3);

        (Programme memory stored, bool retired) = origination.programmeOf(3);
        assertEq(abi.encode(stored), abi.encode(programme), "every field");
        assertFalse(retired);
        assertEq(origination.tokensOf(3), programme.depositTokens, "tokens");
        assertEq(origination.currencyOf(3), bytes3("CNY"));
        for (uint256 i; i < programme.depositTokens.length; ++i) {
            assertTrue(origination.acceptsToken(3, programme.depositTokens[i]));
        }
        _foldLogs();
        _assertJournals();
    }

    function test_Views_OfWhatIsNotThere() external {
        (Programme memory none, bool retired) = origination.programmeOf(3);
        Programme memory empty;
        assertEq(abi.encode(none), abi.encode(empty));
        assertFalse(retired);
        assertEq(origination.tokensOf(3).length, 0);
        assertEq(origination.currencyOf(3), bytes3(0));
        assertFalse(origination.acceptsToken(3, address(cash)));
        assertFalse(origination.acceptsToken(3, address(0)));
        assertFalse(origination.acceptsToken(programmeId, address(0)), "room left is no token");
        assertFalse(origination.acceptsToken(programmeId, address(_secondToken())));
        Programme memory full = _otherProgramme();
        full.depositTokens = _tokens(4);
        uint32 id = _publish(full);
        assertFalse(origination.acceptsToken(id, address(cash)), "four others");
    }

    /* HELPERS */

    function _expectPublished(uint32 id, Programme memory p) internal {
        vm.expectEmit(address(origination));
        emit IOrigination.ProgrammePublished(
            id,
            p.debtor,
            p.minimumPiece,
            p.maximumDepth,
            p.softTenorMonths,
            p.hardTenorMonths,
            p.refusalHours,
            p.blackoutDaysBefore,
            p.blackoutDaysAfter,
            p.dishonourDays,
            p.registrationRequired,
            p.lateRatePpm
        );
        for (uint256 i; i < p.depositTokens.length; ++i) {
            vm.expectEmit(address(origination));
            emit IOrigination.ProgrammeTokenAccepted(id, p.depositTokens[i]);
        }
    }

    function _refused(Programme memory programme, bytes memory refusal) internal {
        vm.expectRevert(refusal);
        vm.prank(programme.debtor);
        origination.publishProgramme(programme);
    }

    /// @dev Not the one published already.
    function _otherProgramme() internal view returns (Programme memory programme) {
        programme = _programme();
        programme.lateRatePpm = 60_000;
    }

    /// @dev New tokens of one bank, none of them `cash`.
    function _tokens(uint256 count) internal returns (address[] memory tokens) {
        tokens = new address[](count);
        for (uint256 i; i < count; ++i) {
            tokens[i] = address(_newToken(bank, string.concat("token ", vm.toString(i)), "CNY", 2));
        }
    }

    function _list(address a, address b, address c) internal pure returns (address[] memory tokens) {
        tokens = new address[](3);
        (tokens[0], tokens[1], tokens[2]) = (a, b, c);
    }

    function _outOfRange(bytes32 field, uint256 value, uint256 minimum, uint256 maximum)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(IOrigination.ProgrammeFieldOutOfRange.selector, field, value, minimum, maximum);
    }
}

/// retireProgramme()
/// ├── given there is no such programme, or it is retired
/// │   └── it should revert
/// ├── when the caller is not its debtor
/// │   └── it should revert
/// └── else
///     ├── it should take no new payables
///     └── it should still let what was proposed be confirmed
contract Origination_Retire_Test is OriginationKit {
    function test_RevertGiven_NotOpen() external {
        vm.startPrank(debtor);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.ProgrammeNotOpen.selector, 0));
        origination.retireProgramme(0);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.ProgrammeNotOpen.selector, 3));
        origination.retireProgramme(3);
        origination.retireProgramme(programmeId);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.ProgrammeNotOpen.selector, programmeId));
        origination.retireProgramme(programmeId);
    }

    function test_RevertWhen_NotItsDebtor() external {
        address[3] memory others = [rivalDebtor, supplier, bank];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOrigination.ProgrammeNotDebtor.selector, others[i], debtor));
            vm.prank(others[i]);
            origination.retireProgramme(programmeId);
        }
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        vm.prank(stranger);
        origination.retireProgramme(programmeId);
    }

    function test_Retire() external {
        Terms memory terms = _terms();
        uint256 proposedBefore = _propose(terms);
        vm.expectEmit(address(origination));
        emit IOrigination.ProgrammeRetired(programmeId);
        vm.prank(debtor);
        origination.retireProgramme(programmeId);

        (Programme memory stored, bool retired) = origination.programmeOf(programmeId);
        assertTrue(retired);
        assertEq(abi.encode(stored), abi.encode(_programme()), "its terms stand");
        vm.startPrank(supplier);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.ProgrammeNotOpen.selector, programmeId));
        origination.propose("salt", terms);
        vm.startPrank(debtor);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.ProgrammeNotOpen.selector, programmeId));
        origination.issue("salt", terms);
        origination.confirm(proposedBefore, terms);
        vm.stopPrank();
        _foldLogs();
        _assertJournals();
    }
}

/// setReferenceRate()
/// ├── when the caller is not the operator
/// │   └── it should revert
/// ├── when it is dated before the rate in force, or after today, or is above 100 %
/// │   └── it should revert
/// └── else
///     └── it should be in force, until the next one
contract Origination_ReferenceRate_Test is OriginationKit {
    function test_RevertWhen_NotTheOperator() external {
        address[4] memory others = [debtor, compliance, bank, stranger];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            origination.setReferenceRate(TODAY, 31_000);
        }
    }

    function testFuzz_DateMustLieBetweenTheLastAndToday(uint32 first, uint32 second, uint256 moment) external {
        moment = bound(moment, NOON, NOON + 3650 days);
        vm.warp(moment);
        uint32 today = uint32((moment + 8 hours) / 1 days);
        first = uint32(bound(first, 0, today));
        second = uint32(bound(second, 0, uint256(today) + 100));
        vm.startPrank(operator);
        origination.setReferenceRate(first, 31_000);
        if (second < first || second > today) {
            vm.expectRevert(
                abi.encodeWithSelector(IOrigination.ReferenceRateDateOutOfRange.selector, second, first, today)
            );
        }
        origination.setReferenceRate(second, 30_000);
    }

    function test_RevertWhen_RateOutOfRange() external {
        vm.startPrank(operator);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOrigination.ProgrammeFieldOutOfRange.selector, bytes32("referenceRatePpm"), 1_000_001, 0, 1_000_000
            )
        );
        origination.setReferenceRate(TODAY, 1_000_001);
        origination.setReferenceRate(TODAY, 1_000_000);
        origination.setReferenceRate(TODAY, 0);
    }

    function test_SetReferenceRate() external {
        (uint32 rate, uint32 since) = origination.referenceRate();
        assertEq(rate, 0);
        assertEq(since, 0);
        vm.expectEmit(address(origination));
        emit IOrigination.ReferenceRateSet(TODAY - 2, 31_000);
        vm.prank(operator);
        origination.setReferenceRate(TODAY - 2, 31_000);
        (rate, since) = origination.referenceRate();
        assertEq(rate, 31_000);
        assertEq(since, TODAY - 2);
        _foldLogs();
        _assertJournals();
    }
}
