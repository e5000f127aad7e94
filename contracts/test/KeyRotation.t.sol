// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {Participants} from "../src/Participants.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {Actor, Network, Participant, ParticipantStatus, Roles} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";
import {TwoOfficersWallet} from "./mocks/Wallets.sol";

/// announceRotation()
/// ├── when the caller is not the operator
/// │   └── it should revert
/// ├── when the key is zero, an organisation, or is or was somebody's key
/// │   └── it should revert
/// ├── given the account is not open, or is a contract or token of the network
/// │   └── it should revert
/// └── else
///     └── it should name the key and the time, in place of what was announced before
///
/// cancelRotation()
/// ├── when the caller is neither the present key nor the operator
/// │   └── it should revert
/// ├── given no rotation is announced
/// │   └── it should revert
/// └── else
///     └── it should drop it; closing the account drops it too
///
/// completeRotation()
/// ├── given no rotation is announced
/// │   └── it should revert
/// ├── when the caller is not the key announced, or it is too early
/// │   └── it should revert
/// ├── given the key came into use since
/// │   └── it should revert
/// └── else
///     └── it should act and sign for the organisation, and no key before it any more
contract KeyRotation_Test is BaseTest {
    address internal key1;
    address internal key2;

    function setUp() public override {
        super.setUp();
        key1 = _actor("key 1");
        key2 = _actor("key 2");
    }

    /* ANNOUNCE */

    function test_RevertWhen_NotTheOperatorAnnounces() external {
        address[4] memory others = [supplier, compliance, stranger, key1];
        for (uint256 i; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            participants.announceRotation(supplier, key1);
        }
    }

    function test_RevertWhen_KeyIsZero() external {
        vm.expectRevert(IParticipants.ParticipantZeroAddress.selector);
        _announce(supplier, address(0));
    }

    function test_RevertWhen_KeyInUse() external {
        _rotate(supplier2, key2);
        _rotate(supplier, key1);
        _rotate(supplier, _actor("key 3"));
        address[6] memory used = [
            supplier, // itself: what was rotated away does not come back
            supplier2, // an organisation
            suspended, // one that may not act
            key1, // its own former key
            key2, // another's present key
            _actor("key 3") // its present key
        ];
        for (uint256 i; i < 6; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IParticipants.KeyAlreadyInUse.selector, used[i]));
            _announce(supplier, used[i]);
        }
        for (uint256 i = 3; i < 6; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IParticipants.KeyAlreadyInUse.selector, used[i]));
            vm.prank(operator);
            participants.admit(used[i], Roles.SUPPLIER, "hash");
        }
    }

    function test_RevertGiven_AccountNotOpen() external {
        vm.prank(operator);
        participants.close(supplier, "reason");
        vm.expectRevert(
            abi.encodeWithSelector(IParticipants.ParticipantNotOpen.selector, supplier, ParticipantStatus.Closed)
        );
        _announce(supplier, key1);
        vm.expectRevert(
            abi.encodeWithSelector(IParticipants.ParticipantNotOpen.selector, stranger, ParticipantStatus.None)
        );
        _announce(stranger, key1);
    }

    /// @dev Whoever acted for one of them could take the cash that it keeps for others.
    function test_RevertGiven_AccountIsContractOrToken() external {
        address[3] memory contracts = [address(settlement), address(discounting), address(cash)];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantIsContract.selector, contracts[i]));
            _announce(contracts[i], key1);
        }
    }

    function test_Announce() external {
        Participant memory before = participants.participant(supplier);
        uint64 effectiveAt = uint64(NOON) + ROTATION_DELAY_S;
        vm.expectEmit(address(participants));
        emit IParticipants.KeyRotationAnnounced(supplier, key1, effectiveAt);
        _announce(supplier, key1);
        _assertAnnounced(supplier, key1, effectiveAt);
        assertEq(abi.encode(participants.participant(supplier)), abi.encode(before), "nothing changed yet");
        assertEq(participants.identityOf(key1), key1, "the key is nobody's yet");

        skip(1 hours);
        _announce(supplier, key2);
        _assertAnnounced(supplier, key2, effectiveAt + 1 hours);
        vm.warp(effectiveAt);
        vm.expectRevert(abi.encodeWithSelector(IParticipants.KeyRotationNotForCaller.selector, key1, key2));
        _complete(supplier, key1);
    }

    function test_DelayIsTheDeployments(uint64 delayS) external {
        delayS = uint64(bound(delayS, 0, 365 days));
        Network memory n;
        n.authority = address(this);
        assertEq(new Participants(n, delayS).ROTATION_DELAY_S(), delayS);
        assertEq(participants.ROTATION_DELAY_S(), ROTATION_DELAY_S);
    }

    /* CANCEL */

    function test_RevertWhen_OthersCancel() external {
        _rotate(supplier, key1);
        _announce(supplier, key2);
        address[5] memory others = [stranger, compliance, supplier2, key2, supplier];
        for (uint256 i; i < 5; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            participants.cancelRotation(supplier);
        }
    }

    function test_RevertGiven_NothingToCancel() external {
        address[3] memory callers = [supplier, operator, stranger];
        for (uint256 i; i < 3; ++i) {
            address account = callers[i] == operator ? supplier : callers[i];
            vm.expectRevert(abi.encodeWithSelector(IParticipants.KeyRotationNotAnnounced.selector, account));
            vm.prank(callers[i]);
            participants.cancelRotation(account);
        }
    }

    function test_Cancel() external {
        _rotate(supplier, key1);
        address[2] memory callers = [key1, operator];
        for (uint256 i; i < 2; ++i) {
            _announce(supplier, key2);
            vm.expectEmit(address(participants));
            emit IParticipants.KeyRotationCancelled(supplier, key2);
            vm.prank(callers[i]);
            participants.cancelRotation(supplier);
            _assertAnnounced(supplier, address(0), 0);
            skip(ROTATION_DELAY_S);
            vm.expectRevert(abi.encodeWithSelector(IParticipants.KeyRotationNotAnnounced.selector, supplier));
            _complete(supplier, key2);
        }
    }

    /// @dev The operator cannot take an organisation over by suspending it first; the owner has to the last moment.
    function test_Cancel_SuspendedAndAtTheLastMoment() external {
        _announce(supplier, key1);
        _suspend(supplier);
        skip(ROTATION_DELAY_S);
        vm.prank(supplier);
        participants.cancelRotation(supplier);
        vm.expectRevert(abi.encodeWithSelector(IParticipants.KeyRotationNotAnnounced.selector, supplier));
        _complete(supplier, key1);
    }

    /// @dev Nobody takes over an account years later on an announcement everybody has forgotten.
    function test_ClosingDropsTheRotation() external {
        _announce(supplier, key1);
        vm.expectEmit(address(participants));
        emit IParticipants.KeyRotationCancelled(supplier, key1);
        vm.expectEmit(address(participants));
        emit IParticipants.ParticipantClosed(supplier, "reason");
        vm.prank(operator);
        participants.close(supplier, "reason");
        _assertAnnounced(supplier, address(0), 0);
        skip(ROTATION_DELAY_S);
        bytes memory refusal = abi.encodeWithSelector(IParticipants.KeyRotationNotAnnounced.selector, supplier);
        vm.expectRevert(refusal);
        _complete(supplier, key1);
        vm.prank(operator);
        participants.readmit(supplier, Roles.SUPPLIER, "hash");
        vm.expectRevert(refusal);
        _complete(supplier, key1);
    }

    /* COMPLETE */

    function test_RevertWhen_OthersComplete() external {
        _announce(supplier, key1);
        skip(ROTATION_DELAY_S);
        address[4] memory others = [operator, supplier, key2, stranger];
        for (uint256 i; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IParticipants.KeyRotationNotForCaller.selector, others[i], key1));
            _complete(supplier, others[i]);
        }
    }

    function testFuzz_Complete_InTime(uint64 after_) external {
        uint64 delay = ROTATION_DELAY_S;
        after_ = uint64(bound(after_, 0, 2 * delay + 1));
        _announce(supplier, key1);
        skip(after_);
        if (after_ < delay) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IParticipants.KeyRotationTooEarly.selector, supplier, NOON + delay, NOON + after_
                )
            );
        }
        _complete(supplier, key1);
        assertEq(participants.keyOf(supplier), after_ < delay ? supplier : key1);
    }

    function test_RevertWhen_TooEarly() external {
        uint64 effectiveAt = uint64(NOON) + ROTATION_DELAY_S;
        _announce(supplier, key1);
        vm.warp(effectiveAt - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IParticipants.KeyRotationTooEarly.selector, supplier, effectiveAt, effectiveAt - 1)
        );
        _complete(supplier, key1);
        vm.warp(effectiveAt);
        _complete(supplier, key1);
    }

    function test_RevertGiven_KeyCameIntoUse() external {
        _announce(supplier, key1);
        _announce(supplier2, key1);
        skip(ROTATION_DELAY_S);
        uint256 snapshot = vm.snapshotState();

        _complete(supplier2, key1);
        vm.expectRevert(abi.encodeWithSelector(IParticipants.KeyAlreadyInUse.selector, key1));
        _complete(supplier, key1);
        assertEq(participants.actor(key1).account, supplier2);
        vm.revertToState(snapshot);

        _admit(key1, Roles.FINANCIER);
        vm.expectRevert(abi.encodeWithSelector(IParticipants.KeyAlreadyInUse.selector, key1));
        _complete(supplier, key1);
        assertEq(participants.actor(key1).account, key1);
    }

    function test_Complete() external {
        Participant memory expected = participants.participant(supplier);
        _announce(supplier, key1);
        skip(ROTATION_DELAY_S);
        vm.expectEmit(address(participants));
        emit IParticipants.KeyRotated(supplier, supplier, key1);
        _complete(supplier, key1);
        expected.key = key1;
        assertEq(abi.encode(participants.participant(supplier)), abi.encode(expected), "first");
        _assertAnnounced(supplier, address(0), 0);

        _announce(supplier, key2);
        skip(ROTATION_DELAY_S);
        vm.expectEmit(address(participants));
        emit IParticipants.KeyRotated(supplier, key1, key2);
        _complete(supplier, key2);
        expected.key = key2;
        assertEq(abi.encode(participants.participant(supplier)), abi.encode(expected), "second");
        vm.expectRevert(abi.encodeWithSelector(IParticipants.KeyRotationNotAnnounced.selector, supplier));
        _complete(supplier, key2);
    }

    /// @dev A stolen key is stopped at once by a suspension and then replaced.
    function test_Complete_Suspended() external {
        _suspend(supplier);
        _rotate(supplier, key1);
        vm.expectRevert(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, supplier, ParticipantStatus.Suspended)
        );
        participants.actor(key1);
        _reinstate(supplier);
        assertEq(participants.actor(key1).account, supplier);
        vm.expectRevert(_retired(supplier, key1));
        participants.actor(supplier);
    }

    /* WHO IS WHO */

    function test_Identities() external {
        uint32 number = participants.participant(supplier).number;
        _rotate(supplier, key1);
        _rotate(supplier, key2);
        address[2] memory retired = [supplier, key1];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(_retired(supplier, key2));
            participants.actor(retired[i]);
            vm.expectRevert(_retired(supplier, key2));
            participants.identityOf(retired[i]);
        }
        vm.record();
        Actor memory a = participants.actor(key2);
        (bytes32[] memory slots,) = vm.accesses(address(participants));
        assertEq(abi.encode(a), abi.encode(Actor(supplier, number, Roles.SUPPLIER, 0)), "actor");
        for (uint256 i; i < slots.length; ++i) {
            assertTrue(slots[i] == slots[0] || slots[i] == slots[slots.length - 1], "a third slot read");
        }
        assertEq(participants.identityOf(key2), supplier, "identity");
        assertEq(participants.keyOf(supplier), key2, "key");

        // The organisation itself is named by its account as before.
        participants.requireActive(supplier, Roles.SUPPLIER);
        assertEq(abi.encode(participants.active(supplier, 0)), abi.encode(a), "active");
        (Actor memory named,) = participants.organisation(number);
        assertEq(abi.encode(named), abi.encode(a), "organisation");
        assertEq(participants.accountOf(number), supplier, "account");
    }

    /// @dev A key is no organisation: nothing is owed or sent to it.
    function test_KeyIsNoParticipant() external {
        _rotate(supplier, key1);
        Participant memory none;
        assertEq(abi.encode(participants.participant(key1)), abi.encode(none), "known");
        assertEq(participants.keyOf(key1), key1, "key");
        bytes memory refusal =
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, key1, ParticipantStatus.None);
        vm.expectRevert(refusal);
        participants.requireActive(key1, 0);
        vm.expectRevert(refusal);
        participants.active(key1, 0);
        vm.expectRevert(refusal);
        participants.requireActiveEnds(debtor, key1);
        vm.expectRevert(refusal);
        vm.prank(debtor);
        assertFalse(cash.transfer(key1, 1));
        vm.startPrank(operator);
        vm.expectRevert(refusal);
        participants.suspend(key1, "reason");
        vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantNotOpen.selector, key1, ParticipantStatus.None));
        participants.announceRotation(key1, key2);
    }

    /* WHAT A KEY CAN DO */

    function test_NewKeyMovesTheBalance() external {
        uint256 balance = cash.balanceOf(debtor);
        vm.prank(debtor);
        cash.approve(supplier2, 5);
        _rotate(debtor, key1);

        vm.startPrank(key1);
        assertTrue(cash.transfer(supplier, 7));
        cash.approve(supplier3, 2);
        vm.stopPrank();
        vm.prank(supplier3);
        assertTrue(cash.transferFrom(debtor, supplier, 2));
        vm.prank(supplier2);
        assertTrue(cash.transferFrom(debtor, supplier, 5));
        assertEq(cash.balanceOf(debtor), balance - 14, "the organisation's balance");
        assertEq(cash.balanceOf(key1), 0, "the key has none");
        assertEq(cash.balanceOf(supplier), 14);
        assertEq(cash.allowance(key1, supplier3), 0, "nor allowances");

        vm.prank(supplier);
        cash.approve(debtor, 3);
        vm.startPrank(key1);
        assertTrue(cash.transferFrom(supplier, debtor, 1));
        assertTrue(cash.transferFrom(supplier, supplier2, 2));
        vm.stopPrank();
        assertEq(cash.balanceOf(debtor), balance - 13, "drawn on an allowance of the organisation");
    }

    function test_RevertGiven_RetiredKeyMoves() external {
        vm.prank(supplier);
        cash.approve(debtor, 5);
        _rotate(debtor, key1);
        vm.startPrank(debtor);
        bytes memory refusal = _retired(debtor, key1);
        vm.expectRevert(refusal);
        assertFalse(cash.transfer(supplier, 1));
        vm.expectRevert(refusal);
        cash.approve(supplier, 1);
        vm.expectRevert(refusal);
        assertFalse(cash.transferFrom(supplier, debtor, 0));
        vm.expectRevert(refusal);
        assertFalse(cash.transferFrom(supplier, supplier2, 0));
        vm.expectRevert(refusal);
        cash.requestPayOut(1, "instruction");
        vm.expectRevert(refusal);
        anchors.anchor("hash", "kind");
    }

    function test_BankActsByItsNewKey() external {
        _rotate(bank, key1);
        vm.prank(debtor);
        uint256 payOutId = cash.requestPayOut(5, "instruction");
        bytes memory refusal = _retired(bank, key1);
        vm.startPrank(bank);
        vm.expectRevert(refusal);
        cash.credit(supplier, 1, "reference");
        vm.expectRevert(refusal);
        cash.completePayOut(payOutId, "reference");
        vm.expectRevert(refusal);
        cash.refusePayOut(payOutId, "reason");
        vm.expectRevert(refusal);
        cash.pause("reason");
        vm.expectRevert(refusal);
        cash.resume();
        vm.stopPrank();

        vm.startPrank(key1);
        cash.credit(supplier, 1, "reference");
        cash.refusePayOut(payOutId, "reason");
        cash.pause("reason");
        cash.resume();
        assertEq(cash.bank(), bank, "the bank is the organisation");
    }

    function test_AnchorsInTheOrganisationsName() external {
        vm.prank(supplier);
        anchors.anchor("before", "kind");
        _rotate(supplier, key1);
        vm.startPrank(key1);
        anchors.anchor("after", "kind");
        assertGt(anchors.anchoredAt(supplier, "before"), 0);
        assertGt(anchors.anchoredAt(supplier, "after"), 0);
        assertEq(anchors.anchoredAt(key1, "after"), 0);
    }

    /// @dev From a key to a contract wallet, and from there to a key again.
    function test_ContractWalletAsKey() external {
        TwoOfficersWallet wallet = new TwoOfficersWallet(_actor("officer 1"), _actor("officer 2"));
        _rotate(debtor, address(wallet));
        bytes32 digest = _digest(
            cash.name(), address(cash), _cashStruct(debtor, supplier, 7, 0, block.timestamp + 1, bytes32("nonce"))
        );
        bytes memory both = bytes.concat(_sign(_actor("officer 1"), digest), _sign(_actor("officer 2"), digest));
        vm.prank(supplier);
        cash.receiveWithAuthorization(debtor, supplier, 7, 0, block.timestamp + 1, "nonce", both);
        assertEq(cash.balanceOf(supplier), 7);
        _rotate(debtor, key1);
        vm.expectRevert(_retired(debtor, key1));
        participants.identityOf(address(wallet));
    }

    /* INTERNAL */

    function _announce(address account, address key) internal {
        vm.prank(operator);
        participants.announceRotation(account, key);
    }

    function _complete(address account, address caller) internal {
        vm.prank(caller);
        participants.completeRotation(account);
    }

    function _assertAnnounced(address account, address key, uint64 effectiveAt) internal view {
        (address announced, uint64 from) = participants.rotationOf(account);
        assertEq(announced, key, "announced key");
        assertEq(from, effectiveAt, "effective at");
    }

    function _retired(address account, address key) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantKeyRetired.selector, account, key);
    }
}
