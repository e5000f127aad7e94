// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Journal} from "../src/Journal.sol";
import {BaseTest} from "./Base.t.sol";

/// journal
/// ├── given no event yet
/// │   └── it should be zero
/// ├── after a business event
/// │   ├── it should chain the hash of the log's topics and data
/// │   └── it should count one more in its low 48 bits
/// └── after a whole life, with every business event there is
///     └── every contract's word should follow from the logs alone
contract Journal_Test is BaseTest {
    function test_GivenNoEvent() external {
        assertEq(anchors.journal(), 0, "word");
        assertEq(anchors.journalCount(), 0, "count");
    }

    function test_AfterOneEvent() external {
        vm.prank(supplier);
        anchors.anchor("hash", "kind");
        bytes32 log = keccak256(
            abi.encode(keccak256("Anchored(bytes32,address,bytes32)"), bytes32("hash"), supplier, bytes32("kind"))
        );
        bytes32 chained = keccak256(abi.encode(bytes32(0), log));
        assertEq(anchors.journal() >> 48, chained >> 48, "chain");
        assertEq(anchors.journalCount(), 1, "count");
    }

    function test_AfterAWholeLife() external {
        uint256 root = _confirmed();
        uint256 child = _splitTo(root, supplier2, FACE / 4);
        _accept(_quote(child, FACE / 8));
        _accept(_quote(child, FACE / 8));
        _pay(_payableOf(root), FACE / 2);
        _redeem(root);
        vm.prank(supplier);
        receivables.transferFrom(supplier, supplier3, root);
        _pay(_payableOf(root), FACE / 2);
        _redeem(root);
        vm.prank(debtor);
        assertTrue(cash.transfer(supplier, 1));
        _reinstate(suspended);
        vm.prank(suspended);
        anchors.anchor("hash", "kind");

        _foldLogs();
        _assertJournals();
        bytes32[15] memory all = _businessEvents();
        for (uint256 i; i < all.length; ++i) {
            assertGt(_seen[all[i]], 0, "a business event did not occur");
        }
        for (uint256 i; i < _journals.length; ++i) {
            assertGt(Journal(_journals[i]).journalCount(), 0, _journalName[_journals[i]]);
        }
    }
}
