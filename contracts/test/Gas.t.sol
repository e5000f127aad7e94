// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Acceptance, Fee, Part, Quote, Roles, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// @title Gas
/// @notice Gas of one transaction per act, its own 21,000 and its calldata included, in `snapshots/`.
/// @dev Isolated: every call is a transaction of its own, with cold storage. The network is in use: every journal has
/// begun, and but for "new" holders the parties have held pieces and cash before. What part of it is code, and what the
/// token standards' own code takes for the same, is told by `scf bench gas`.
/// forge-config: default.isolate = true
contract Gas_Test is BaseTest {
    uint256 internal root;

    function setUp() public override {
        super.setUp();
        root = _confirmed();
        _splitTo(root, supplier2, MINIMUM);
        uint256 other = _confirmed();
        _accept(_quote(other, FACE / 2));
        _pay(_payableOf(other), FACE);
        _redeem(other);
        _credit(supplier2, 1);
    }

    /* ORIGINATION */

    function test_Gas_Origination() external {
        Terms memory terms = _terms();
        vm.prank(supplier);
        uint256 payableId = origination.propose("salt", terms);
        _snap("propose");
        vm.prank(debtor);
        origination.confirm(payableId, terms);
        _snap("confirm");
    }

    function test_Gas_ConfirmBySignature() external {
        Terms memory terms = _terms();
        uint256 payableId = _propose(terms);
        bytes memory signature =
            _signConfirmation(address(origination), debtor, payableId, terms, _programme(), uint64(NOON));
        origination.confirmBySignature(payableId, terms, uint64(NOON), signature);
        _snap("confirm by signature");
    }

    function test_Gas_Issue() external {
        Terms memory terms = _terms();
        vm.prank(debtor);
        origination.issue("salt", terms);
        _snap("issue");
    }

    /* HOLDERS */

    function test_Gas_Split() external {
        Part[] memory parts = new Part[](1);
        parts[0] = Part(supplier3, MINIMUM, false);
        vm.prank(supplier);
        receivables.split(root, parts);
        _snap("split to a new holder");
        vm.prank(supplier);
        receivables.split(root, parts);
        _snap("split to an old holder");
        vm.prank(supplier);
        receivables.transferFrom(root, supplier2, MINIMUM);
        _snap("transfer a part (ERC-3525)");
        parts = new Part[](10);
        for (uint256 i; i < 10; ++i) {
            parts[i] = Part(supplier2, MINIMUM, false);
        }
        vm.prank(supplier);
        receivables.split(root, parts);
        _snap("split into ten");
    }

    function test_Gas_SplitWithRecourse() external {
        Part[] memory parts = new Part[](1);
        parts[0] = Part(supplier2, MINIMUM, true);
        vm.prank(supplier);
        receivables.split(root, parts);
        _snap("split with recourse");
    }

    function test_Gas_Whole() external {
        vm.prank(supplier);
        receivables.transferFrom(supplier, supplier2, root);
        _snap("transfer the whole (ERC-721)");
        vm.prank(supplier2);
        receivables.refuse(root);
        _snap("refuse");
        vm.prank(supplier);
        receivables.transferWithRecourse(root, supplier2);
        _snap("transfer the whole with recourse");
    }

    function test_Gas_MergeAndDilute() external {
        uint256 child = _splitTo(root, supplier2, MINIMUM);
        vm.prank(supplier2);
        receivables.merge(child, root + 1);
        _snap("merge");
        vm.prank(supplier);
        receivables.dilute(root, MINIMUM, "credit note");
        _snap("dilute");
    }

    /* FINANCING */

    function test_Gas_Accept() external {
        Quote memory quote = _quote(root, FACE / 2);
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        vm.prank(supplier);
        discounting.accept(quote, quote.value, quoteSignature, cashSignature);
        _snap("accept a quote for a part");
    }

    function test_Gas_AcceptWhole() external {
        Quote memory quote = _quote(root, FACE - MINIMUM);
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        vm.prank(supplier);
        discounting.accept(quote, quote.value, quoteSignature, cashSignature);
        _snap("accept a quote for the whole");
    }

    function test_Gas_AcceptLessWithAFee() external {
        Quote memory quote = _quote(root, FACE / 2);
        quote.minimumTake = MINIMUM;
        quote.fees = new Fee[](1);
        quote.fees[0] = Fee(supplier2, 1_000);
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        vm.prank(supplier);
        discounting.accept(quote, FACE / 4, quoteSignature, cashSignature);
        _snap("accept less of a quote, with a fee");
    }

    function test_Gas_AcceptAll() external {
        Acceptance[] memory all = new Acceptance[](10);
        for (uint256 i; i < 10; ++i) {
            Quote memory quote = _quote(root, MINIMUM);
            (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
            all[i] = Acceptance(quote, MINIMUM, false, quoteSignature, cashSignature);
        }
        vm.prank(supplier);
        discounting.acceptAll(all);
        _snap("accept ten quotes");
    }

    /* HOLDS */

    function test_Gas_Holds() external {
        vm.prank(debtor);
        uint32 holdId = holds.dispute(root + 1, MINIMUM, uint40(NOON + 1 days), "reason");
        _snap("dispute a piece");
        vm.prank(debtor);
        holds.release(holdId);
        _snap("release a hold");
        vm.prank(compliance);
        holds.order(supplier2, 0, 1, uint40(NOON + 1 days), "reason", "authority");
        _snap("order a freeze");
    }

    /* SETTLEMENT */

    function test_Gas_Settlement() external {
        _pay(_payableOf(root), FACE / 2);
        _snap("pay in part");
        vm.prank(supplier);
        settlement.redeem(root);
        _snap("redeem a share");
        _pay(_payableOf(root), FACE / 2);
        _snap("pay the rest");
        vm.prank(supplier);
        settlement.redeem(root);
        _snap("redeem the rest");
        vm.prank(supplier2);
        settlement.redeem(root + 1);
        _snap("redeem all at once");
    }

    function test_Gas_RedeemBatch() external {
        uint256[] memory ids = new uint256[](10);
        ids[0] = _confirmed();
        for (uint256 i = 1; i < 10; ++i) {
            address holder = makeAddr(vm.toString(i));
            _admit(holder, Roles.SUPPLIER);
            _credit(holder, 1);
            ids[i] = _splitTo(ids[0], holder, FACE / 10);
        }
        _pay(_payableOf(ids[0]), FACE);
        settlement.redeemBatch(ids);
        _snap("redeem ten of ten holders");
    }

    /* REGISTER */

    function test_Gas_CashAndAnchors() external {
        vm.prank(bank);
        cash.credit(supplier3, 1, "reference");
        _snap("credit a new holder");
        vm.prank(debtor);
        assertTrue(cash.transfer(supplier3, 1));
        _snap("transfer cash to an old holder");
        vm.prank(supplier3);
        anchors.anchor("hash", "kind");
        _snap("anchor");
        address newcomer = makeAddr("newcomer");
        _admit(newcomer, Roles.SUPPLIER);
        _snap("admit");
    }

    function _snap(string memory act) private {
        vm.snapshotGasLastCall("operations", act);
    }
}
