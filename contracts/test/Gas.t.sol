// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Part, Quote, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// @title Gas
/// @notice Gas of one transaction per act, its own 21,000 and its calldata included, in `snapshots/`.
/// @dev Isolated: every call is a transaction of its own, with cold storage.
/// forge-config: default.isolate = true
contract Gas_Test is BaseTest {
    function test_Gas_Origination() external {
        Terms memory terms = _terms();
        vm.prank(supplier);
        uint256 payableId = receivables.propose("salt", terms);
        vm.snapshotGasLastCall("operations", "propose");
        vm.prank(debtor);
        receivables.confirm(payableId);
        vm.snapshotGasLastCall("operations", "confirm");

        terms = _terms();
        vm.prank(supplier);
        payableId = receivables.propose("salt 2", terms);
        bytes memory signature = _signConfirmation(address(receivables), debtor, payableId, terms, uint64(NOON));
        receivables.confirmBySignature(payableId, uint64(NOON), signature);
        vm.snapshotGasLastCall("operations", "confirm by signature");
    }

    function test_Gas_Holders() external {
        uint256 root = _confirmed();
        Part[] memory parts = new Part[](1);
        parts[0] = Part(supplier2, MINIMUM);
        vm.prank(supplier);
        receivables.split(root, parts);
        vm.snapshotGasLastCall("operations", "split to a new holder");
        vm.prank(supplier);
        receivables.split(root, parts);
        vm.snapshotGasLastCall("operations", "split to an old holder");
        parts = new Part[](10);
        for (uint256 i; i < 10; ++i) {
            parts[i] = Part(supplier2, MINIMUM);
        }
        vm.prank(supplier);
        receivables.split(root, parts);
        vm.snapshotGasLastCall("operations", "split into ten");
        vm.prank(supplier);
        receivables.transferFrom(root, supplier3, MINIMUM);
        vm.snapshotGasLastCall("operations", "transfer a part (ERC-3525)");
        vm.prank(supplier);
        receivables.transferFrom(supplier, supplier2, root);
        vm.snapshotGasLastCall("operations", "transfer the whole (ERC-721)");
    }

    function test_Gas_Financing() external {
        uint256 root = _confirmed();
        Quote memory quote = _quote(root, FACE / 2);
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        vm.prank(supplier);
        discounting.accept(quote, quoteSignature, cashSignature);
        vm.snapshotGasLastCall("operations", "accept a quote for a part");
        quote = _quote(root, FACE / 2);
        (quoteSignature, cashSignature) = _signBoth(quote);
        vm.prank(supplier);
        discounting.accept(quote, quoteSignature, cashSignature);
        vm.snapshotGasLastCall("operations", "accept a quote for the whole");
    }

    function test_Gas_Settlement() external {
        uint256 root = _confirmed();
        uint256 child = _splitTo(root, supplier2, FACE / 2);
        uint256 id = _payableOf(root);
        bytes memory signature = _signPayment(debtor, id, FACE / 2, "first", NOON + 1);
        settlement.pay(id, FACE / 2, "first", NOON + 1, signature);
        vm.snapshotGasLastCall("operations", "pay in part");
        vm.prank(supplier);
        settlement.redeem(root);
        vm.snapshotGasLastCall("operations", "redeem a share");
        signature = _signPayment(debtor, id, FACE / 2, "second", NOON + 1);
        settlement.pay(id, FACE / 2, "second", NOON + 1, signature);
        vm.snapshotGasLastCall("operations", "pay the rest");
        vm.prank(supplier);
        settlement.redeem(root);
        vm.snapshotGasLastCall("operations", "redeem the rest");
        vm.prank(supplier2);
        settlement.redeem(child);
        vm.snapshotGasLastCall("operations", "redeem all at once");
    }

    function test_Gas_CashAndAnchors() external {
        vm.prank(bank);
        cash.credit(supplier, 1, "reference");
        vm.snapshotGasLastCall("operations", "credit a new holder");
        vm.prank(debtor);
        assertTrue(cash.transfer(supplier, 1));
        vm.snapshotGasLastCall("operations", "transfer cash to an old holder");
        vm.prank(supplier);
        anchors.anchor("hash", "kind");
        vm.snapshotGasLastCall("operations", "anchor");
    }
}
