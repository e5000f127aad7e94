// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IDepositToken} from "../../src/interfaces/IDepositToken.sol";
import {IDishonours} from "../../src/interfaces/IDishonours.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {ParticipantStatus} from "../../src/types/Types.sol";
import {PermissionKit} from "./PermissionKit.sol";

/// @notice Who credits, moves and pays out deposits, who pays a payable, and whom its cash reaches.
contract PermissionMatrix_Cash_Test is PermissionKit {
    bytes32 internal constant REFERENCE = "reference";

    uint256 internal payableId;
    /// @dev The holder's, with recourse to the supplier.
    uint256 internal pieceId;
    uint256 internal otherPieceId;

    function setUp() public override {
        super.setUp();
        uint256 root = _confirmed();
        payableId = _payableOf(root);
        pieceId = _splitTo(root, holder, FACE / 2, true);
        otherPieceId = _splitTo(root, holder, FACE / 4);
        _credit(supplier, FACE);
    }

    /* DEPOSITS */

    function test_DepositToken() external {
        address at = address(cash);
        Row memory row = _anyone(DEBTOR);
        row.expected[OWNER_RETIRED_KEY] = _retired(debtor);
        _row("approve(address,uint256)", at, abi.encodeCall(cash.approve, (supplier3, 1)), row);
        _permitRow(at);

        row = _acting(DEBTOR, _unlessEmpty);
        _row("transfer(address,uint256)", at, abi.encodeCall(cash.transfer, (supplier3, 1)), row);
        address[] memory to = new address[](1);
        uint256[] memory amounts = new uint256[](1);
        (to[0], amounts[0]) = (supplier3, 1);
        _row("transferBatch(address[],uint256[])", at, abi.encodeCall(cash.transferBatch, (to, amounts)), row);
        _row("requestPayOut(uint64,bytes32)", at, abi.encodeCall(cash.requestPayOut, (1, "instruction")), row);

        // On an allowance, which not even the owner of the money has of itself.
        vm.prank(debtor);
        cash.approve(holder, 1);
        row = _owned(HOLDER, _noAllowance);
        _row(
            "transferFrom(address,address,uint256)", at, abi.encodeCall(cash.transferFrom, (debtor, supplier3, 1)), row
        );

        bytes memory signature = _signCash(cash, debtor, holder, 1, START + 1, "nonce");
        _row(
            "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)",
            at,
            abi.encodeCall(cash.receiveWithAuthorization, (debtor, holder, 1, 0, START + 1, "nonce", signature)),
            _owned(HOLDER, _notForCaller)
        );
        _bankRows(at);
        _assertComplete("DepositToken");
    }

    function _permitRow(address at) private {
        bytes memory signature = _signPermit(debtor, supplier, 7, START);
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        _row(
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
            at,
            abi.encodeCall(cash.permit, (debtor, supplier, 7, START, uint8(signature[64]), r, s)),
            _anyone(NOBODY)
        );
    }

    function _bankRows(address at) private {
        vm.prank(debtor);
        uint256 payOutId = cash.requestPayOut(1, "instruction");
        Row memory row = _owned(BANK, _notBank);
        _row("credit(address,uint64,bytes32)", at, abi.encodeCall(cash.credit, (supplier3, 1, REFERENCE)), row);
        _row("completePayOut(uint256,bytes32)", at, abi.encodeCall(cash.completePayOut, (payOutId, REFERENCE)), row);
        _row("refusePayOut(uint256,bytes32)", at, abi.encodeCall(cash.refusePayOut, (payOutId, "reason")), row);
        _row("pause(bytes32)", at, abi.encodeCall(cash.pause, ("reason")), row);
        vm.prank(bank);
        cash.pause("reason");
        _row("resume()", at, abi.encodeCall(cash.resume, ()), row);
    }

    /// @dev Another bank's key is no key to this token.
    function test_DepositToken_OfAnotherBank() external {
        _callers[BANK] = _secondToken().bank();
        bytes[6] memory calls = [
            abi.encodeCall(cash.credit, (supplier3, 1, REFERENCE)),
            abi.encodeCall(cash.completePayOut, (1, REFERENCE)),
            abi.encodeCall(cash.refusePayOut, (1, "reason")),
            abi.encodeCall(cash.pause, ("reason")),
            abi.encodeCall(cash.resume, ()),
            abi.encodeCall(cash.transferFrom, (debtor, _callers[BANK], 1))
        ];
        Row memory row = _only(NOBODY, _notBank);
        for (uint256 i; i < 5; ++i) {
            _cell("another's token", address(cash), calls[i], BANK, row);
        }
        _cell("another's token", address(cash), calls[5], BANK, _only(NOBODY, _noAllowance));
    }

    /* SETTLEMENT */

    function test_Settlement() external {
        address at = address(settlement);
        _authorityRow(at);
        _payRow(at);
        _pay(payableId, FACE / 2);
        _row("redeem(uint256)", at, abi.encodeCall(settlement.redeem, (pieceId)), _acting(HOLDER, _redeemsNotItsOwn));
        uint256[] memory ids = new uint256[](1);
        ids[0] = pieceId;
        bytes memory batch = abi.encodeCall(settlement.redeemBatch, (ids));
        _row("redeemBatch(uint256[])", at, batch, _anyone(HOLDER));
        _setAsideRows(at);

        vm.warp(NOON + 91 days);
        _overdueRows(at);
        Row memory row = _only(OPERATOR, _unauthorized);
        vm.warp(NOON + 180 days);
        bytes memory writeOff = abi.encodeCall(settlement.writeOff, (payableId, "reason"));
        _row("writeOff(uint256,bytes32)", at, writeOff, row);
        vm.prank(operator);
        settlement.writeOff(payableId, "reason");
        bytes memory close = abi.encodeCall(settlement.closeRecovery, (payableId, "reason"));
        _row("closeRecovery(uint256,bytes32)", at, close, row);
        _recoverRow(at);
        _assertComplete("Settlement");
    }

    /// @dev The debtor's signature pays, whoever brings it and whatever became of the debtor; an old key's pays nothing.
    function _payRow(address at) private {
        uint256[] memory parked = new uint256[](0);
        bytes32 nonce = _paymentNonce(payableId, 1, parked, REFERENCE);
        bytes memory signature = _signCash(cash, debtor, at, 1, START + 1, nonce);
        bytes memory pay =
            abi.encodeCall(settlement.pay, (payableId, address(cash), 1, REFERENCE, parked, START + 1, signature));
        _row(
            "pay(uint256,address,uint56,bytes32,uint256[],uint256,bytes)", at, pay, _signedBy(DEBTOR, ALLOWED, ALLOWED)
        );
    }

    /// @dev Cash of the holder's is set aside while it is suspended, and released once it is not.
    function _setAsideRows(address at) private {
        uint256[] memory ids = new uint256[](1);
        ids[0] = otherPieceId;
        _suspend(holder);
        settlement.redeemBatch(ids);
        _reinstate(holder);
        bytes memory release = abi.encodeCall(settlement.releaseSetAside, (otherPieceId, holder, address(cash)));
        Row memory row = _anyone(HOLDER);
        row.expected[OWNER_SUSPENDED] = _notActive(holder, ParticipantStatus.Suspended);
        row.expected[OWNER_CLOSED] = _notActive(holder, ParticipantStatus.Closed);
        _row("releaseSetAside(uint256,address,address)", at, release, row);
        _row(
            "enforceSetAside(uint256,address,uint56,address)",
            at,
            abi.encodeCall(settlement.enforceSetAside, (otherPieceId, holder, 1, supplier3)),
            _only(HOLDS, _enforcesNot)
        );
    }

    function _overdueRows(address at) private {
        bytes memory claim = abi.encodeCall(settlement.claimRecourse, (pieceId));
        _row("claimRecourse(uint256)", at, claim, _acting(HOLDER, _redeemsNotItsOwn));

        // The endorser's signature buys back; being who answers, it must be able to act.
        uint256 validBefore = block.timestamp + 1;
        bytes32 nonce = keccak256(abi.encode(pieceId, holder, validBefore));
        bytes memory signature = _signCash(cash, supplier, at, FACE / 2, validBefore, nonce);
        bytes memory repurchase =
            abi.encodeCall(settlement.repurchase, (pieceId, address(cash), validBefore, signature));
        _row(
            "repurchase(uint256,address,uint256,bytes)",
            at,
            repurchase,
            _signedBy(
                SUPPLIER,
                _notActive(supplier, ParticipantStatus.Suspended),
                _notActive(supplier, ParticipantStatus.Closed)
            )
        );
    }

    function _recoverRow(address at) private {
        uint256 validBefore = block.timestamp + 1;
        bytes32 nonce = keccak256(abi.encode(payableId, REFERENCE));
        bytes memory signature = _signCash(cash, debtor, at, 1, validBefore, nonce);
        _row(
            "recover(uint256,address,address,uint56,bytes32,uint256,bytes)",
            at,
            abi.encodeCall(
                settlement.recover, (payableId, debtor, address(cash), 1, REFERENCE, validBefore, signature)
            ),
            _signedBy(DEBTOR, ALLOWED, ALLOWED)
        );
    }

    /* DISHONOURS */

    function test_Dishonours() external {
        address at = address(dishonours);
        _authorityRow(at);
        vm.warp(NOON + 94 days);
        // It follows from the chain alone, so nobody is asked who it is.
        _row("record(uint256)", at, abi.encodeCall(dishonours.record, (payableId)), _anyone(DEBTOR));
        dishonours.record(payableId);
        bytes memory object = abi.encodeCall(dishonours.object, (payableId, "reason"));
        _row("object(uint256,bytes32)", at, object, _acting(DEBTOR, _objectsNotItsOwn));
        bytes memory lift = abi.encodeCall(dishonours.lift, (payableId, "reason"));
        _row("lift(uint256,bytes32)", at, lift, _only(OPERATOR, _unauthorized));
        _assertComplete("Dishonours");
    }

    /* REFUSALS */

    /// @dev Anyone may bring it; the cash moves by the owner's signature, made with the key it had before.
    function _signedBy(uint256 owner, bytes memory whenSuspended, bytes memory whenClosed)
        private
        view
        returns (Row memory row)
    {
        row = _anyone(owner);
        row.expected[OWNER_SUSPENDED] = whenSuspended;
        row.expected[OWNER_CLOSED] = whenClosed;
        row.expected[OWNER_RETIRED_KEY] =
            abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, _callers[owner]);
        row.expected[OWNER_PRESENT_KEY] = row.expected[OWNER_RETIRED_KEY];
    }

    /// @dev The network's contracts have no cash here; no code of theirs sends but to whom they owe.
    function _unlessEmpty(address caller) private view returns (bytes memory) {
        if (caller != address(discounting) && caller != address(settlement)) return ALLOWED;
        return abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, caller, 0, 1);
    }

    function _noAllowance(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, caller, 0, 1);
    }

    function _notBank(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IDepositToken.DepositNotBank.selector, caller, bank);
    }

    function _notForCaller(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IDepositToken.AuthorizationNotForCaller.selector, caller, holder);
    }

    function _redeemsNotItsOwn(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(ISettlement.RedemptionNotHolder.selector, pieceId, caller, holder);
    }

    function _enforcesNot(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(ISettlement.EnforcementNotForCaller.selector, caller, holds);
    }

    function _objectsNotItsOwn(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IDishonours.DishonourNotDebtor.selector, payableId, caller, debtor);
    }
}
