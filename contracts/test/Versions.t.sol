// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {Dishonours} from "../src/Dishonours.sol";
import {Holds} from "../src/Holds.sol";
import {Origination} from "../src/Origination.sol";
import {Receivables} from "../src/Receivables.sol";
import {IDishonours} from "../src/interfaces/IDishonours.sol";
import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {AccessRoles, Network, Programme, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// @dev A version beside the one that all other tests are of: what makes and holds debts is new, the register of
/// participants, the tokens and the access manager are shared.
///
/// nameSuccessor()
/// ├── when the caller is not the administrator
/// │   └── it should revert
/// ├── when the next one is of another predecessor
/// │   └── it should revert
/// ├── given one is named already
/// │   └── it should revert
/// └── else
///     └── it should end confirming and issuing here, and begin it there
///
/// claimedBy(), barredUntil()
/// └── they should tell what any version before says
contract Versions_Test is BaseTest {
    Origination internal next;
    Receivables internal nextReceivables;
    Holds internal nextHolds;
    uint32 internal nextProgrammeId;

    function setUp() public override {
        super.setUp();
        Network memory beside = network;
        uint256 nonce = vm.getNonce(address(this));
        beside.receivables = vm.computeCreateAddress(address(this), nonce);
        beside.origination = vm.computeCreateAddress(address(this), nonce + 1);
        beside.holds = vm.computeCreateAddress(address(this), nonce + 2);
        beside.dishonours = vm.computeCreateAddress(address(this), nonce + 3);
        (beside.predecessor, beside.version) = (address(origination), 2);
        nextReceivables = new Receivables(beside);
        next = new Origination(beside);
        nextHolds = new Holds(beside);
        new Dishonours(beside);
        vm.prank(debtor);
        nextProgrammeId = next.publishProgramme(_programme());
    }

    function test_RevertWhen_NotTheAdministrator() external {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, compliance));
        vm.prank(compliance);
        origination.nameSuccessor(address(next));
    }

    /// @dev As the deployment leaves it: the administrator acts with a day's notice.
    function test_NameSuccessor_AfterADaysNotice() external {
        bytes memory act = abi.encodeCall(origination.nameSuccessor, (address(next)));
        vm.startPrank(operator);
        accessManager.grantRole(0, operator, 1 days);
        bytes32 operation = accessManager.hashOperation(operator, address(origination), act);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, operation));
        origination.nameSuccessor(address(next));
        accessManager.schedule(address(origination), act, 0);
        skip(1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotReady.selector, operation));
        origination.nameSuccessor(address(next));
        skip(1);
        origination.nameSuccessor(address(next));
        assertEq(origination.successor(), address(next));
    }

    function test_RevertWhen_OfAnotherPredecessor() external {
        vm.expectRevert(abi.encodeWithSelector(IOrigination.OriginationNotSuccessor.selector, origination));
        vm.prank(operator);
        origination.nameSuccessor(address(origination));
    }

    function test_RevertGiven_OneIsNamed() external {
        _name();
        vm.expectRevert(abi.encodeWithSelector(IOrigination.OriginationSuperseded.selector, next));
        vm.prank(operator);
        origination.nameSuccessor(address(next));
    }

    function test_RevertGiven_NotYetNamed() external {
        Terms memory terms = _nextTerms();
        vm.expectRevert(abi.encodeWithSelector(IOrigination.OriginationNotSuccessor.selector, next));
        vm.prank(debtor);
        next.issue("early", terms);
    }

    function test_NameSuccessor() external {
        Terms memory proposed = _terms();
        uint256 payableId = _propose(proposed);
        vm.expectEmit(address(origination));
        emit IOrigination.SuccessorNamed(address(next));
        _name();
        assertEq(origination.successor(), address(next));

        bytes memory superseded = abi.encodeWithSelector(IOrigination.OriginationSuperseded.selector, next);
        vm.expectRevert(superseded);
        vm.prank(debtor);
        origination.confirm(payableId, proposed);
        Terms memory issued = _terms();
        vm.expectRevert(superseded);
        vm.prank(debtor);
        origination.issue("late", issued);

        vm.prank(debtor);
        uint256 receivableId = next.issue("new", _nextTerms());
        assertEq(nextReceivables.pieceOf(receivableId).holder, supplier);
    }

    /// @dev I4: one invoice once, whichever version it is brought to.
    function test_RevertGiven_ClaimedBefore() external {
        Terms memory old = _terms();
        uint256 payableId = _payableOf(_confirmed(old));
        _name();
        Terms memory again = _nextTerms();
        again.invoiceFingerprint = old.invoiceFingerprint;
        assertEq(next.claimedBy(old.invoiceFingerprint), payableId);
        vm.expectRevert(
            abi.encodeWithSelector(IOrigination.InvoiceAlreadyClaimed.selector, old.invoiceFingerprint, payableId)
        );
        vm.prank(debtor);
        next.issue("again", again);
    }

    /// @dev R-29b: a bar follows the debtor.
    function test_RevertGiven_BarredBefore() external {
        _name();
        uint32 until = TODAY + 100;
        vm.mockCall(address(dishonours), abi.encodeCall(IDishonours.barredUntil, (debtor)), abi.encode(until));
        assertEq(next.barredUntil(debtor), until);
        Terms memory terms = _nextTerms();
        vm.expectRevert(abi.encodeWithSelector(IOrigination.DebtorBarred.selector, debtor, until));
        vm.prank(debtor);
        next.issue("barred", terms);
    }

    function test_Ids_NoTwoVersionsHaveOneInCommon() external {
        vm.startPrank(operator);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = nextHolds.order.selector;
        accessManager.setTargetFunctionRole(address(nextHolds), selectors, AccessRoles.COMPLIANCE);
        accessManager.grantRole(AccessRoles.HOLDS, address(nextHolds), 0);
        vm.stopPrank();
        vm.startPrank(compliance);
        uint32 first = holds.order(supplier, 0, 1, uint40(block.timestamp + 1 days), "reason", "authority");
        uint32 second = nextHolds.order(supplier, 0, 1, uint40(block.timestamp + 1 days), "reason", "authority");
        vm.stopPrank();
        assertEq(first, 1);
        assertEq(second, (1 << 24) + 1);
        assertEq(nextProgrammeId, (1 << 24) + 1);
        assertEq(participants.actor(supplier).orders, 2, "both count");
    }

    function _name() private {
        vm.prank(operator);
        origination.nameSuccessor(address(next));
    }

    function _nextTerms() private returns (Terms memory terms) {
        terms = _terms();
        terms.programmeId = nextProgrammeId;
    }
}
