// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IReceivables} from "../../src/interfaces/IReceivables.sol";
import {FrozenTerms, Part} from "../../src/types/Types.sol";
import {PermissionKit} from "./PermissionKit.sol";

/// @notice Who moves a receivable, and which contract of the network may book on one.
contract PermissionMatrix_Receivables_Test is PermissionKit {
    uint256 internal wholeRoot;
    /// @dev Two neighbours of the holder's, and one with recourse to the supplier.
    uint256 internal pieceId;
    uint256 internal neighbourId;
    uint256 internal endorsedId;

    function setUp() public override {
        super.setUp();
        wholeRoot = _confirmed();
        uint256 root = _confirmed();
        neighbourId = _splitTo(root, holder, FACE / 4);
        pieceId = _splitTo(root, holder, FACE / 4);
        endorsedId = _splitTo(root, holder, FACE / 4, true);
    }

    function test_Receivables() external {
        _approvalRows();
        _holderRows();
        _transferRows();
        _originationRows();
        _settlementRows();
        _movingRows();
        _assertComplete("Receivables");
    }

    function _approvalRows() private {
        address at = address(receivables);
        // Allowing moves nothing: who may not act may allow, in vain.
        Row memory row = _owned(HOLDER, _notHolder);
        row.expected[OWNER_SUSPENDED] = ALLOWED;
        row.expected[OWNER_CLOSED] = ALLOWED;
        _row("approve(address,uint256)", at, abi.encodeWithSignature("approve(address,uint256)", debtor, pieceId), row);
        _row(
            "approve(uint256,address,uint256)",
            at,
            abi.encodeWithSignature("approve(uint256,address,uint256)", pieceId, debtor, 1),
            row
        );
        row = _anyone(HOLDER);
        row.expected[OWNER_RETIRED_KEY] = _retired(holder);
        _row("setApprovalForAll(address,bool)", at, abi.encodeCall(receivables.setApprovalForAll, (debtor, true)), row);
    }

    function _holderRows() private {
        address at = address(receivables);
        Row memory row = _acting(HOLDER, _notHolder);
        Part[] memory parts = new Part[](1);
        parts[0] = Part(supplier3, MINIMUM, false);
        _row("split(uint256,(address,uint56,bool)[])", at, abi.encodeCall(receivables.split, (pieceId, parts)), row);
        _row("merge(uint256,uint256)", at, abi.encodeCall(receivables.merge, (pieceId, neighbourId)), row);
        _row("refuse(uint256)", at, abi.encodeCall(receivables.refuse, (pieceId)), row);
        _row("dilute(uint256,uint56,bytes32)", at, abi.encodeCall(receivables.dilute, (pieceId, 1, "note")), row);
        _row(
            "transferWithRecourse(uint256,address)",
            at,
            abi.encodeCall(receivables.transferWithRecourse, (pieceId, supplier3)),
            row
        );
    }

    function _transferRows() private {
        address at = address(receivables);
        Row memory row = _acting(HOLDER, _notHolder);
        string[3] memory whole = [
            "transferFrom(address,address,uint256)",
            "safeTransferFrom(address,address,uint256)",
            "safeTransferFrom(address,address,uint256,bytes)"
        ];
        for (uint256 i; i < whole.length; ++i) {
            // Three words more than the shorter ones read do no harm.
            _row(whole[i], at, abi.encodeWithSignature(whole[i], holder, supplier3, pieceId, bytes("")), row);
        }
        _row(
            "transferFrom(uint256,address,uint256)",
            at,
            abi.encodeWithSignature("transferFrom(uint256,address,uint256)", pieceId, supplier3, MINIMUM),
            row
        );
        _row(
            "transferFrom(uint256,uint256,uint256)",
            at,
            abi.encodeWithSignature("transferFrom(uint256,uint256,uint256)", pieceId, neighbourId, 1),
            _only(NOBODY, _forbidden)
        );
    }

    function _originationRows() private {
        address at = address(receivables);
        Row memory row = _only(ORIGINATION, _notOrigination);
        FrozenTerms memory terms;
        terms.supplier = supplier;
        terms.debtor = debtor;
        terms.programmeId = programmeId;
        terms.faceValue = FACE;
        terms.dueDate = TODAY + 90;
        _row(
            "open(uint256,(address,address,uint32,uint56,uint32,uint32,uint56,uint8,uint16,uint8,uint8,uint8,bool,bool,bool,uint32))",
            at,
            abi.encodeCall(receivables.open, (1, terms)),
            row
        );
        _row("cancel(uint256,bool)", at, abi.encodeCall(receivables.cancel, (_payableOf(wholeRoot), false)), row);
    }

    function _settlementRows() private {
        address at = address(receivables);
        Row memory row = _only(SETTLEMENT, _notSettlement);
        uint256 payableId = _payableOf(pieceId);
        _row("recordPayment(uint256,uint56)", at, abi.encodeCall(receivables.recordPayment, (payableId, 1)), row);
        _row("writeOff(uint256,bytes32)", at, abi.encodeCall(receivables.writeOff, (payableId, "reason")), row);
        _row("retire(uint256,address)", at, abi.encodeCall(receivables.retire, (pieceId, supplier)), row);
        _row("repurchase(uint256)", at, abi.encodeCall(receivables.repurchase, (endorsedId)), row);
    }

    function _movingRows() private {
        address at = address(receivables);
        _row(
            "deliver(uint256,address,address,uint56,bool)",
            at,
            abi.encodeCall(receivables.deliver, (pieceId, holder, financier, MINIMUM, false)),
            _only(DISCOUNTING, _notDiscounting)
        );
        Row memory row = _only(HOLDS, _notHolds);
        _row("force(uint256,uint56,address)", at, abi.encodeCall(receivables.force, (pieceId, 1, supplier3)), row);
        _row("setHeld(uint256,bool)", at, abi.encodeCall(receivables.setHeld, (pieceId, true)), row);
    }

    /* REFUSALS */

    function _notHolder(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, pieceId, caller, holder);
    }

    function _forbidden(address) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.ValueTransferToTokenForbidden.selector, pieceId, neighbourId);
    }

    function _notOrigination(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.CallerNotNetworkContract.selector, caller, origination);
    }

    function _notDiscounting(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.CallerNotNetworkContract.selector, caller, discounting);
    }

    function _notSettlement(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.CallerNotNetworkContract.selector, caller, settlement);
    }

    function _notHolds(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.CallerNotNetworkContract.selector, caller, holds);
    }
}
