// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DepositToken} from "../src/DepositToken.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {Programme, Roles, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// @title SettlementKit
/// @notice Payments, recoveries and repurchases as their payers sign them, and what must hold after any of them.
abstract contract SettlementKit is BaseTest {
    /// @dev What a debtor signs and somebody brings.
    struct Payment {
        uint256 payableId;
        DepositToken token;
        uint56 amount;
        bytes32 paymentReference;
        uint256[] parkedIds;
        uint256 validBefore;
    }

    uint32 internal constant DUE = TODAY + 90;

    /// @dev All of `id`, held by `supplier`, due on `DUE`.
    uint256 internal root;
    uint256 internal id;

    function setUp() public virtual override {
        super.setUp();
        root = _confirmed();
        id = _payableOf(root);
    }

    /* TIME */

    /// @dev Noon of the network's day.
    function _onDay(uint32 day) internal {
        vm.warp(NOON + uint256(day - TODAY) * 1 days);
    }

    /* PAYING */

    function _payment(uint56 amount) internal returns (Payment memory) {
        return Payment(id, cash, amount, _newWord(), new uint256[](0), block.timestamp + 1 hours);
    }

    function _payment(uint56 amount, uint256[] memory parkedIds) internal returns (Payment memory p) {
        p = _payment(amount);
        p.parkedIds = parkedIds;
    }

    /// @dev Of `amount` in cash: the payment less what is netted.
    function _signPayment(Payment memory p, address signer, uint56 amount) internal view returns (bytes memory) {
        bytes32 nonce = _paymentNonce(p.payableId, p.amount, p.parkedIds, p.paymentReference);
        return _signCash(p.token, signer, address(settlement), amount, p.validBefore, nonce);
    }

    function _bring(Payment memory p, bytes memory signature) internal {
        settlement.pay(
            p.payableId, address(p.token), p.amount, p.paymentReference, p.parkedIds, p.validBefore, signature
        );
    }

    /// @dev The debtor signs `amount` in cash, a stranger brings it.
    function _payCash(Payment memory p, uint56 amount) internal {
        bytes memory signature = _signPayment(p, debtor, amount);
        vm.prank(stranger);
        _bring(p, signature);
    }

    function _refused(Payment memory p, bytes memory refusal) internal {
        bytes memory signature = _signPayment(p, debtor, p.amount);
        vm.expectRevert(refusal);
        _bring(p, signature);
    }

    function _recover(uint56 amount) internal {
        _recover(debtor, cash, amount);
    }

    function _recover(address payer, DepositToken token, uint56 amount) internal {
        bytes32 recoveryReference = _newWord();
        bytes memory signature = _signRecovery(payer, token, amount, recoveryReference);
        vm.prank(stranger);
        settlement.recover(id, payer, address(token), amount, recoveryReference, block.timestamp + 1 hours, signature);
    }

    /// @dev The rule of {ISettlement.recoveryNonce}, a second time.
    function _signRecovery(address payer, DepositToken token, uint56 amount, bytes32 recoveryReference)
        internal
        view
        returns (bytes memory)
    {
        bytes32 nonce = keccak256(abi.encode(id, recoveryReference));
        return _signCash(token, payer, address(settlement), amount, block.timestamp + 1 hours, nonce);
    }

    function _repurchase(uint256 receivableId, address endorser, uint56 price) internal {
        bytes memory signature = _signRepurchase(receivableId, endorser, price);
        vm.prank(stranger);
        settlement.repurchase(receivableId, address(cash), block.timestamp + 1 hours, signature);
    }

    /// @dev The rule of {ISettlement.repurchaseNonce}, a second time.
    function _signRepurchase(uint256 receivableId, address endorser, uint56 price)
        internal
        view
        returns (bytes memory)
    {
        uint256 validBefore = block.timestamp + 1 hours;
        bytes32 nonce = keccak256(abi.encode(receivableId, receivables.pieceOf(receivableId).holder, validBefore));
        return _signCash(cash, endorser, address(settlement), price, validBefore, nonce);
    }

    function _writeOff() internal {
        _onDay(DUE + 90);
        vm.prank(operator);
        settlement.writeOff(id, "reason");
    }

    function _closeRecovery() internal {
        vm.prank(operator);
        settlement.closeRecovery(id, "reason");
    }

    /* PIECES */

    /// @dev The tail of `value` comes back to the debtor and is parked.
    function _park(uint256 receivableId, uint56 value) internal returns (uint256 parkedId) {
        address holder = receivables.ownerOf(receivableId);
        vm.prank(holder);
        return receivables.dilute(receivableId, value, "credit note");
    }

    function _ids(uint256 a) internal pure returns (uint256[] memory ids) {
        ids = new uint256[](1);
        ids[0] = a;
    }

    function _ids(uint256 a, uint256 b) internal pure returns (uint256[] memory ids) {
        ids = new uint256[](2);
        (ids[0], ids[1]) = (a, b);
    }

    function _ids(uint256 a, uint256 b, uint256 c) internal pure returns (uint256[] memory ids) {
        ids = new uint256[](3);
        (ids[0], ids[1], ids[2]) = (a, b, c);
    }

    /// @dev A payable in two tokens, `cash` first; the debtor has both.
    function _twoTokens() internal returns (DepositToken second) {
        second = _secondToken();
        vm.prank(second.bank());
        second.credit(debtor, 10 * FACE, _newWord());
        Programme memory programme = _programme();
        programme.depositTokens = new address[](2);
        programme.depositTokens[0] = address(cash);
        programme.depositTokens[1] = address(second);
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        root = _confirmed(terms);
        id = _payableOf(root);
    }

    function _pause(DepositToken token) internal {
        vm.prank(token.bank());
        token.pause("reason");
    }

    function _resume(DepositToken token) internal {
        vm.prank(token.bank());
        token.resume();
    }

    /* CHECKS */

    function _assertDrawn(uint256 receivableId, uint56 principal, uint56 interest, uint56 recovered) internal view {
        (uint56 p, uint56 i, uint56 r) = settlement.drawnOf(receivableId);
        assertEq(p, principal, "principal drawn");
        assertEq(i, interest, "interest drawn");
        assertEq(r, recovered, "recovery drawn");
    }

    function _assertOutstanding(uint56 principal, uint56 interest) internal view {
        (uint56 p, uint56 i) = settlement.outstanding(id);
        assertEq(p, principal, "principal outstanding");
        assertEq(i, interest, "interest outstanding");
    }

    /// @dev Nothing is here that is not held for `id` or set aside for `holder`.
    function _assertOwes(DepositToken token, uint56 held, uint256 receivableId, address holder, uint56 aside)
        internal
        view
    {
        assertEq(settlement.held(id, address(token)), held, "held");
        assertEq(settlement.setAsideOf(receivableId, holder, address(token)), aside, "set aside");
        assertEq(token.balanceOf(address(settlement)), uint256(held) + aside, "cash");
    }

    function _notFound(uint256 receivableId) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.ReceivableNotFound.selector, receivableId);
    }
}
