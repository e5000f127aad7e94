// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAnchors} from "../src/interfaces/IAnchors.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {ParticipantStatus} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// anchor()
/// ├── given the author is not active
/// │   └── it should revert
/// ├── when hash or kind is missing
/// │   └── it should revert
/// ├── given the author anchored the hash before
/// │   └── it should revert with the first time
/// ├── given the author's key was rotated
/// │   └── it should be the same author, by its present key alone
/// ├── given another author anchored the hash before
/// │   └── it should record it a second time: nobody takes a hash from another by being first
/// └── else
///     └── it should record the time
contract Anchors_Test is BaseTest {
    function test_RevertGiven_AuthorNotActive() external {
        vm.prank(operator);
        participants.close(supplier, "reason");
        address[3] memory authors = [stranger, suspended, supplier];
        ParticipantStatus[3] memory status =
            [ParticipantStatus.None, ParticipantStatus.Suspended, ParticipantStatus.Closed];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, authors[i], status[i]));
            vm.prank(authors[i]);
            anchors.anchor("hash", "kind");
        }
    }

    /// @dev Its record is its own whichever key it had: the new key repeats nothing, the old one adds nothing.
    function test_RevertGiven_AnchoredBeforeByTheOldKey() external {
        vm.prank(supplier);
        anchors.anchor("hash", "kind");
        address key = _actor("key");
        _rotate(supplier, key);
        vm.startPrank(key);
        vm.expectRevert(
            abi.encodeWithSelector(IAnchors.AnchorAlreadyExists.selector, bytes32("hash"), supplier, uint64(NOON))
        );
        anchors.anchor("hash", "kind");
        vm.expectEmit(address(anchors));
        emit IAnchors.Anchored("another", supplier, "kind");
        anchors.anchor("another", "kind");
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantKeyRetired.selector, supplier, key));
        vm.prank(supplier);
        anchors.anchor("third", "kind");
    }

    function test_RevertWhen_Incomplete() external {
        vm.startPrank(supplier);
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorIncomplete.selector, bytes32(0), bytes32("kind")));
        anchors.anchor(0, "kind");
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorIncomplete.selector, bytes32("hash"), bytes32(0)));
        anchors.anchor("hash", 0);
    }

    function test_RevertGiven_AnchoredBefore() external {
        vm.startPrank(supplier);
        anchors.anchor("hash", "kind");
        skip(1 days);
        vm.expectRevert(
            abi.encodeWithSelector(IAnchors.AnchorAlreadyExists.selector, bytes32("hash"), supplier, uint64(NOON))
        );
        anchors.anchor("hash", "another kind");
        assertEq(anchors.anchoredAt(supplier, "hash"), NOON, "the first time stands");
    }

    function test_Anchor() external {
        vm.prank(supplier);
        anchors.anchor("hash", "kind");
        skip(1 days);

        vm.expectEmit(address(anchors));
        emit IAnchors.Anchored("hash", debtor, "kind");
        vm.prank(debtor);
        anchors.anchor("hash", "kind");

        assertEq(anchors.anchoredAt(supplier, "hash"), NOON, "first author");
        assertEq(anchors.anchoredAt(debtor, "hash"), NOON + 1 days, "second author");
        assertEq(anchors.anchoredAt(bank, "hash"), 0, "not an author");
    }
}
