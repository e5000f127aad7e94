// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Journal} from "../src/Journal.sol";
import {Origination} from "../src/Origination.sol";
import {Fee, Network, Quote, Terms} from "../src/types/Types.sol";
import {AbiKit} from "./AbiKit.sol";
import {BaseTest} from "./Base.t.sol";

/// journal
/// ├── given no event yet
/// │   └── it should be zero
/// ├── after a business event
/// │   ├── it should chain the hash of the log's topics and data
/// │   └── it should count one more in its low 48 bits
/// └── after a life with every business event there is
///     └── every contract's word should follow from the logs alone
contract Journal_Test is BaseTest, AbiKit {
    function test_GivenNoEvent() external view {
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

    function test_AfterEveryEvent() external {
        _playParticipants();
        _playProposals();
        _playMoves();
        _playHolds();
        _playCash();
        _playDefault();
        _playSuccession();

        _foldLogs();
        _assertJournals();
        _assertEveryEventWasSeen();
        for (uint256 i; i < _journals.length; ++i) {
            assertGt(Journal(_journals[i]).journalCount(), 0, _journalName[_journals[i]]);
        }
    }

    function _playParticipants() private {
        address key = _actor("new key");
        vm.startPrank(operator);
        participants.announceRotation(supplier3, key);
        participants.cancelRotation(supplier3);
        vm.stopPrank();
        vm.startPrank(operator);
        participants.reinstate(suspended);
        participants.close(suspended, "reason");
        participants.readmit(suspended, 2, "hash");
        origination.setReferenceRate(TODAY, 30_000);
        vm.stopPrank();
        vm.prank(suspended);
        anchors.anchor("hash", "kind");
    }

    function _playProposals() private {
        uint256 id = _propose(_terms());
        vm.startPrank(debtor);
        origination.dispute(id, "reason");
        origination.withdrawDispute(id);
        origination.decline(id, "reason");
        vm.stopPrank();
        Terms memory terms = _terms();
        id = _propose(terms);
        vm.startPrank(supplier);
        origination.credit(id, terms, 1, "credit note");
        origination.withdraw(id);
        vm.stopPrank();
        terms = _terms();
        vm.prank(debtor);
        uint256 issued = origination.issue("salt", terms);
        vm.prank(supplier);
        origination.refuseIssued(_payableOf(issued), terms);
        vm.prank(rivalDebtor);
        origination.retireProgramme(rivalProgrammeId);
    }

    function _playMoves() private {
        uint256 root = _confirmed();
        uint256 first = _splitTo(root, supplier2, MINIMUM);
        uint256 second = _splitTo(root, supplier2, MINIMUM);
        vm.startPrank(supplier2);
        receivables.merge(second, first);
        receivables.transferFrom(supplier2, supplier3, second);
        vm.stopPrank();
        vm.prank(supplier3);
        receivables.refuse(second);
        vm.prank(supplier);
        uint256 parked = receivables.dilute(root, 1, "credit note");
        Quote memory quote = _quote(root, MINIMUM);
        quote.fees = new Fee[](1);
        quote.fees[0] = Fee(bank, 1);
        _accept(quote);
        uint256[] memory nonces = new uint256[](1);
        nonces[0] = 77;
        vm.prank(financier);
        discounting.cancel(nonces);
        _pay(_payableOf(root), FACE);
        _redeem(root);
        uint256[] memory ids = new uint256[](2);
        (ids[0], ids[1]) = (root, parked);
        settlement.redeemBatch(ids);
    }

    function _playHolds() private {
        uint256 root = _confirmed();
        uint256 id = _payableOf(root);
        uint56 half = FACE / 2;
        uint32 orderId = _freeze(supplier, id, half);
        vm.prank(supplier);
        holds.setAside(orderId, root, half);
        vm.prank(compliance);
        holds.enforceOrder(orderId, root, 1, financier);
        vm.startPrank(debtor);
        holds.release(holds.dispute(root, 1, uint40(block.timestamp + 1), "reason"));
        vm.stopPrank();
        _pay(id, FACE);
        uint256[] memory ids = new uint256[](1);
        ids[0] = root;
        settlement.redeemBatch(ids);
        vm.startPrank(compliance);
        holds.enforceOrder(orderId, root, 1, financier);
        holds.releaseOrder(orderId, "reason");
        vm.stopPrank();
        settlement.releaseSetAside(root, supplier, address(cash));
    }

    function _playCash() private {
        vm.startPrank(financier);
        uint256 first = cash.requestPayOut(1, "instruction");
        uint256 second = cash.requestPayOut(1, "instruction");
        vm.stopPrank();
        vm.startPrank(bank);
        cash.completePayOut(first, "pay-out");
        cash.refusePayOut(second, "reason");
        cash.pause("reason");
        cash.resume();
        vm.stopPrank();
    }

    function _playDefault() private {
        Terms memory terms = _terms();
        uint256 root = _confirmed(terms);
        _splitTo(root, supplier2, MINIMUM);
        _handOn(root, financier, true);
        terms = _terms();
        terms.dueDate = TODAY + 60;
        uint256 early = _payableOf(_confirmed(terms));
        vm.warp(NOON + 200 days);
        uint256 id = _payableOf(root);
        dishonours.record(early);
        dishonours.record(id);
        vm.prank(debtor);
        dishonours.object(id, "reason");
        vm.prank(operator);
        dishonours.lift(id, "reason");
        vm.prank(financier);
        settlement.claimRecourse(root);
        _repurchase(root);
        vm.prank(operator);
        settlement.writeOff(id, "reason");
        _recover(id, 5);
        vm.prank(operator);
        settlement.closeRecovery(id, "reason");
        _rotate(supplier3, _actor("newest key"));
    }

    function _playSuccession() private {
        Network memory beside = network;
        (beside.predecessor, beside.version) = (address(origination), 2);
        Origination next = new Origination(beside);
        vm.prank(operator);
        origination.nameSuccessor(address(next));
    }

    function _repurchase(uint256 receivableId) private {
        _credit(supplier, FACE);
        uint256 validBefore = block.timestamp + 1;
        bytes32 nonce = settlement.repurchaseNonce(receivableId, financier, validBefore);
        uint56 price = settlement.repurchasePrice(receivableId);
        bytes memory signature = _signCash(cash, supplier, address(settlement), price, validBefore, nonce);
        settlement.repurchase(receivableId, address(cash), validBefore, signature);
    }

    function _recover(uint256 payableId, uint56 amount) private {
        uint256 validBefore = block.timestamp + 1;
        bytes32 nonce = settlement.recoveryNonce(payableId, "recovery");
        bytes memory signature = _signCash(cash, debtor, address(settlement), amount, validBefore, nonce);
        settlement.recover(payableId, debtor, address(cash), amount, "recovery", validBefore, signature);
    }

    function _assertEveryEventWasSeen() private view {
        string[10] memory sources = _interfaces();
        uint256 events;
        string memory missing;
        for (uint256 i; i < sources.length; ++i) {
            string memory json = _abiOf(sources[i]);
            string memory path = _entry(json, 0);
            for (uint256 j; bytes(path).length != 0; path = _entry(json, ++j)) {
                if (!_is(json, path, "event")) continue;
                string memory signature = _signatureOf(json, path);
                bytes32 topic = keccak256(bytes(signature));
                if (_isOfStandards(topic) || topic == keccak256("Approval(address,address,uint256)")) continue;
                if (_seen[topic] == 0) missing = string.concat(missing, " ", signature);
                ++events;
            }
        }
        assertEq(missing, "", "did not occur");
        assertGt(events, 60, "the ABIs' events were not found");
    }
}
