// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Acceptance, Fee, Part, Quote, Terms} from "../src/types/Types.sol";
import {BaseTest} from "../test/Base.t.sol";
import {GasMeter} from "./GasMeter.sol";

/// @title Network
/// @notice What our acts take, each as a transaction of its own, on the network as it is deployed.
/// @dev Holders named "old" hold another piece already, and cash; "new" ones hold nothing.
contract Network_Bench is BaseTest, GasMeter {
    uint256 internal constant HOLDERS = 100;

    uint256 internal root;

    function setUp() public override {
        super.setUp();
        root = _confirmed();
        // The network is in use: every journal has begun, and the parties have held pieces and cash before.
        _splitTo(root, supplier2, MINIMUM);
        uint256 other = _confirmed();
        _accept(_quote(other, FACE / 2));
        _pay(_payableOf(other), FACE);
        _redeem(other);
        _credit(supplier2, 1);
    }

    /* ORIGINATION */

    function test_Propose() external {
        Terms memory terms = _terms();
        _measure("propose", supplier, address(origination), abi.encodeCall(origination.propose, ("salt", terms)));
    }

    function test_Confirm() external {
        Terms memory terms = _terms();
        uint256 payableId = _propose(terms);
        bytes memory call = abi.encodeCall(origination.confirm, (payableId, terms));
        Counts memory counts = _measure("confirm and mint", debtor, address(origination), call);
        assertEq(counts.newSlots, RECORD_WORDS + 1, "the record that the peer stores is as long");
    }

    function test_Issue() external {
        Terms memory terms = _terms();
        _measure("issue and mint", debtor, address(origination), abi.encodeCall(origination.issue, ("salt", terms)));
    }

    /* HOLDERS */

    function test_SplitToANewHolder() external {
        bytes memory call = abi.encodeWithSelector(_transferValue(), root, supplier3, MINIMUM);
        _measure("split to a new holder", supplier, address(receivables), call);
    }

    function test_SplitToAnOldHolder() external {
        bytes memory call = abi.encodeWithSelector(_transferValue(), root, supplier2, MINIMUM);
        _measure("split to an old holder", supplier, address(receivables), call);
    }

    /// @dev The same by the call that can also name several receivers, and recourse.
    function test_SplitBySplit() external {
        Part[] memory parts = new Part[](1);
        parts[0] = Part(supplier3, MINIMUM, false);
        bytes memory call = abi.encodeCall(receivables.split, (root, parts));
        _measure("split to a new holder by split()", supplier, address(receivables), call);
    }

    function test_SplitWithRecourse() external {
        _splitTo(root, supplier2, MINIMUM, true);
        Part[] memory parts = new Part[](1);
        parts[0] = Part(supplier2, MINIMUM, true);
        bytes memory call = abi.encodeCall(receivables.split, (root, parts));
        _measure("split with recourse", supplier, address(receivables), call);
    }

    function test_SplitIntoTen() external {
        Part[] memory parts = new Part[](10);
        for (uint256 i; i < 10; ++i) {
            parts[i] = Part(supplier2, MINIMUM, false);
        }
        _measure("split into ten", supplier, address(receivables), abi.encodeCall(receivables.split, (root, parts)), 10);
    }

    function test_WholeTransfer() external {
        bytes memory call = abi.encodeWithSignature("transferFrom(address,address,uint256)", supplier, supplier2, root);
        _measure("whole transfer", supplier, address(receivables), call);
    }

    function test_Merge() external {
        uint256 child = _splitTo(root, supplier2, MINIMUM);
        bytes memory call = abi.encodeCall(receivables.merge, (child, root + 1));
        _measure("merge", supplier2, address(receivables), call);
    }

    /* FINANCING */

    function test_Accept() external {
        Quote memory quote = _quote(root, FACE / 2);
        _measure("accept a part", supplier, address(discounting), _acceptance(quote, FACE / 2));
    }

    function test_AcceptWhole() external {
        Quote memory quote = _quote(root, FACE - MINIMUM);
        _measure("accept the whole", supplier, address(discounting), _acceptance(quote, quote.value));
    }

    function test_AcceptWithAFeeAndARest() external {
        Quote memory quote = _quote(root, FACE / 2);
        quote.minimumTake = MINIMUM;
        quote.fees = new Fee[](1);
        quote.fees[0] = Fee(supplier2, 1_000);
        _measure("accept less, with a fee", supplier, address(discounting), _acceptance(quote, FACE / 4));
    }

    function test_AcceptAll() external {
        Acceptance[] memory all = new Acceptance[](10);
        for (uint256 i; i < 10; ++i) {
            Quote memory quote = _quote(root, MINIMUM);
            (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
            all[i] = Acceptance(quote, MINIMUM, false, quoteSignature, cashSignature);
        }
        _measure("accept ten", supplier, address(discounting), abi.encodeCall(discounting.acceptAll, (all)), 10);
    }

    function test_Cancel() external {
        uint256[] memory nonces = new uint256[](10);
        for (uint256 i; i < 10; ++i) {
            nonces[i] = 1_000 + i;
        }
        _measure("cancel ten quotes", financier, address(discounting), abi.encodeCall(discounting.cancel, (nonces)), 10);
    }

    /* SETTLEMENT */

    function test_PayInPart() external {
        _measure("pay in part", stranger, address(settlement), _payment(_payableOf(root), FACE / 2, "first"));
    }

    function test_PayTheRest() external {
        _pay(_payableOf(root), FACE / 2);
        _measure("pay the rest", stranger, address(settlement), _payment(_payableOf(root), FACE / 2, "second"));
    }

    function test_RedeemAShare() external {
        _pay(_payableOf(root), FACE / 2);
        _measure("redeem a share", supplier, address(settlement), abi.encodeCall(settlement.redeem, (root)));
    }

    function test_RedeemTheRest() external {
        _pay(_payableOf(root), FACE / 2);
        _redeem(root);
        _pay(_payableOf(root), FACE / 2);
        _measure("redeem the rest", supplier, address(settlement), abi.encodeCall(settlement.redeem, (root)));
    }

    function test_RedeemAllAtOnce() external {
        _pay(_payableOf(root), FACE);
        _measure("redeem all at once", supplier, address(settlement), abi.encodeCall(settlement.redeem, (root)));
    }

    function test_RedeemBatch() external {
        uint256[] memory ids = _heldByAHundred();
        _pay(_payableOf(ids[0]), FACE);
        bytes memory call = abi.encodeCall(settlement.redeemBatch, (ids));
        _measure("redeem a hundred", stranger, address(settlement), call, HOLDERS);
    }

    /* CASH */

    function test_TransferCash() external {
        bytes memory call = abi.encodeCall(cash.transfer, (supplier, 1));
        _measure("transfer cash to an old holder", debtor, address(cash), call);
    }

    function test_CreditCash() external {
        bytes memory call = abi.encodeCall(cash.credit, (supplier, 1, "reference"));
        _measure("credit an old holder", bank, address(cash), call);
    }

    /* INTERNAL */

    function _transferValue() internal pure returns (bytes4) {
        return bytes4(keccak256("transferFrom(uint256,address,uint256)"));
    }

    function _acceptance(Quote memory quote, uint56 take) internal view returns (bytes memory) {
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        return abi.encodeCall(discounting.accept, (quote, take, quoteSignature, cashSignature));
    }

    function _payment(uint256 payableId, uint56 amount, bytes32 paymentReference) internal view returns (bytes memory) {
        uint256[] memory parked = new uint256[](0);
        uint256 validBefore = block.timestamp + 1 hours;
        bytes32 nonce = _paymentNonce(payableId, amount, parked, paymentReference);
        bytes memory signature = _signCash(cash, debtor, address(settlement), amount, validBefore, nonce);
        return abi.encodeCall(
            settlement.pay, (payableId, address(cash), amount, paymentReference, parked, validBefore, signature)
        );
    }

    /// @dev One payable in a hundred pieces, of as many holders that have cash already.
    function _heldByAHundred() internal returns (uint256[] memory ids) {
        ids = new uint256[](HOLDERS);
        ids[0] = _confirmed();
        uint56 value = uint56(FACE / HOLDERS);
        for (uint256 i = 1; i < HOLDERS; ++i) {
            address holder = makeAddr(string.concat("holder ", vm.toString(i)));
            _admit(holder, 2);
            _credit(holder, 1);
            ids[i] = _splitTo(ids[0], holder, value);
        }
    }
}
