// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDiscounting} from "../../src/interfaces/IDiscounting.sol";
import {IHolds} from "../../src/interfaces/IHolds.sol";
import {Acceptance, Quote, Roles} from "../../src/types/Types.sol";
import {PermissionKit} from "./PermissionKit.sol";

/// @notice Who sells and takes back quotes, who places holds on a piece and who ends them.
contract PermissionMatrix_Deal_Test is PermissionKit {
    string internal constant QUOTE =
        "(uint256,address,address,address,uint56,uint56,uint56,uint32,bool,bytes32,uint256,uint64,(address,uint56)[])";

    uint256 internal pieceId;
    uint256 internal reservedId;
    uint256 internal pledgedId;
    uint32 internal orderId;
    uint32 internal holdId;

    function setUp() public override {
        super.setUp();
        uint256 root = _confirmed();
        pieceId = _splitTo(root, holder, FACE / 4);
        reservedId = _splitTo(root, holder, FACE / 4);
        pledgedId = _splitTo(root, holder, FACE / 4);
    }

    /* DISCOUNTING */

    function test_Discounting() external {
        address at = address(discounting);
        Quote memory quote = _quote(pieceId, FACE / 4);
        quote.valueDate = TODAY + 2;
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        Row memory row = _acting(HOLDER, _quoteNotForCaller);
        _row(
            string.concat("accept(", QUOTE, ",uint56,bytes,bytes)"),
            at,
            abi.encodeCall(discounting.accept, (quote, FACE / 4, quoteSignature, cashSignature)),
            row
        );
        bytes memory permit = _signPermit(quote.financier, at, _costOf(quote), quote.expiry);
        _row(
            string.concat("acceptWithPermit(", QUOTE, ",uint56,bytes,bytes)"),
            at,
            abi.encodeCall(discounting.acceptWithPermit, (quote, FACE / 4, quoteSignature, permit)),
            row
        );
        Acceptance[] memory acceptances = new Acceptance[](1);
        acceptances[0] = Acceptance(quote, FACE / 4, false, quoteSignature, cashSignature);
        _row(
            string.concat("acceptAll((", QUOTE, ",uint56,bool,bytes,bytes)[])"),
            at,
            abi.encodeCall(discounting.acceptAll, (acceptances)),
            row
        );
        // Each calls its own off: nonces are the caller's.
        uint256[] memory nonces = new uint256[](1);
        row = _acting(FINANCIER, _unlessFinancier);
        _row("cancel(uint256[])", at, abi.encodeCall(discounting.cancel, (nonces)), row);
        _assertComplete("Discounting");
    }

    /* HOLDS */

    function test_Holds() external {
        address at = address(holds);
        _authorityRow(at);
        _placingRows(at);
        _deliveryRows(at);
        _pledgeRows(at);
        _orderRows(at);
        _assertComplete("Holds");
    }

    function _placingRows(address at) private {
        uint40 until = uint40(START + 1 days);
        _row(
            "dispute(uint256,uint56,uint40,bytes32)",
            at,
            abi.encodeCall(holds.dispute, (pieceId, 1, until, "reason")),
            _acting(DEBTOR, _disputesNotItsOwn)
        );
        Row memory row = _acting(HOLDER, _notHolder);
        _row(
            "pledge(uint256,address,uint40,uint40,bytes32)",
            at,
            abi.encodeCall(holds.pledge, (pieceId, financier, until, until, "loan")),
            row
        );
        _row(
            "reserve(uint256,uint56,address,uint40)",
            at,
            abi.encodeCall(holds.reserve, (pieceId, 1, financier, until)),
            row
        );
    }

    function _deliveryRows(address at) private {
        vm.prank(holder);
        holdId = holds.reserve(reservedId, 1, financier, uint40(START + 1 days));
        bytes memory release = abi.encodeCall(holds.release, (holdId));
        _row("release(uint32)", at, release, _acting(FINANCIER, _notBeneficiary));
        _row(
            "deliverReserved(uint256,address,uint56)",
            at,
            abi.encodeCall(holds.deliverReserved, (reservedId, financier, 1)),
            _only(RECEIVABLES, _notReceivables)
        );
        vm.warp(START + 1 days + 1);
        _again("release what has expired, ", at, release, _anyone(FINANCIER));
    }

    function _pledgeRows(address at) private {
        vm.prank(holder);
        holdId = holds.pledge(pledgedId, financier, uint40(START + 9 days), uint40(START), "loan");
        bytes memory enforce = abi.encodeCall(holds.enforcePledge, (holdId));
        _row("enforcePledge(uint32)", at, enforce, _acting(FINANCIER, _notBeneficiary));
    }

    function _orderRows(address at) private {
        uint40 until = uint40(START + 9 days);
        Row memory row = _only(COMPLIANCE, _unauthorized);
        _row(
            "order(address,uint256,uint56,uint40,bytes32,bytes32)",
            at,
            abi.encodeCall(holds.order, (holder, _payableOf(pieceId), 2, until, "reason", "authority")),
            row
        );
        orderId = _freeze(holder, _payableOf(pieceId), 2);
        _row("releaseOrder(uint32,bytes32)", at, abi.encodeCall(holds.releaseOrder, (orderId, "reason")), row);
        _row(
            "enforceOrder(uint32,uint256,uint56,address)",
            at,
            abi.encodeCall(holds.enforceOrder, (orderId, pieceId, 1, supplier3)),
            row
        );
        row = _acting(HOLDER, _notUnderOrder);
        row.expected[COMPLIANCE] = ALLOWED;
        _row("setAside(uint32,uint256,uint56)", at, abi.encodeCall(holds.setAside, (orderId, pieceId, 1)), row);

        // A freeze ends with its order alone: no organisation releases it.
        vm.prank(compliance);
        holdId = holds.setAside(orderId, pieceId, 1);
        row = _only(NOBODY, _freezeStays);
        _again("release a freeze, ", at, abi.encodeCall(holds.release, (holdId)), row);
    }

    /* REFUSALS */

    function _quoteNotForCaller(address caller) private view returns (bytes memory) {
        if (_rolesOf(caller) != Roles.SUPPLIER) return _lacksRole(caller, Roles.SUPPLIER);
        return abi.encodeWithSelector(IDiscounting.QuoteNotForCaller.selector, caller, holder);
    }

    function _unlessFinancier(address caller) private view returns (bytes memory) {
        return _rolesOf(caller) == Roles.FINANCIER ? ALLOWED : _lacksRole(caller, Roles.FINANCIER);
    }

    function _disputesNotItsOwn(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IHolds.DisputeNotDebtor.selector, _payableOf(pieceId), caller, debtor);
    }

    function _notHolder(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IHolds.HoldNotHolder.selector, pieceId, caller, holder);
    }

    function _notBeneficiary(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IHolds.HoldNotForCaller.selector, holdId, caller, financier);
    }

    function _notUnderOrder(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IHolds.OrderNotForCaller.selector, orderId, caller);
    }

    function _freezeStays(address) private view returns (bytes memory) {
        return abi.encodeWithSelector(IHolds.HoldWrongKind.selector, holdId, 1, 0);
    }
}
