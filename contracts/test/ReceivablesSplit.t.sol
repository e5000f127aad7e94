// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IERC3525, IERC3525Receiver} from "../src/interfaces/IERC3525.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {Part, ParticipantStatus, Programme, Roles, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";
import {PlainWallet, ReceivingWallet} from "./mocks/Wallets.sol";

/// split()
/// ├── when there are no parts, or more than twenty
/// │   └── it should revert
/// ├── when the caller is not the holder, even if approved
/// │   └── it should revert
/// ├── when a part is nothing, the rest or more, below the minimum, or goes where it may not
/// │   └── it should revert, and none of the parts moves
/// ├── given the piece is as deep as allowed, or a payment was made
/// │   └── it should revert
/// └── else
///     ├── it should hand on the tail, part by part (I2, R-12)
///     ├── each child should be one deeper and carry no recourse (I3)
///     └── the residual may fall below the minimum (I4)
contract Receivables_Split_Test is BaseTest {
    function test_RevertWhen_PartsOutOfRange() external {
        uint256 root = _confirmed();
        vm.startPrank(supplier);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.SplitPartsOutOfRange.selector, 0, 20));
        receivables.split(root, new Part[](0));
        vm.expectRevert(abi.encodeWithSelector(IReceivables.SplitPartsOutOfRange.selector, 21, 20));
        receivables.split(root, new Part[](21));
    }

    function test_RevertWhen_NotTheHolder() external {
        uint256 root = _confirmed();
        vm.prank(supplier);
        receivables.setApprovalForAll(supplier2, true);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, root, supplier2, supplier));
        vm.prank(supplier2);
        receivables.split(root, _one(supplier2, MINIMUM));
    }

    function test_RevertGiven_NoSuchReceivable() external {
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableNotFound.selector, 77));
        vm.prank(supplier);
        receivables.split(77, _one(supplier2, MINIMUM));
    }

    function test_RevertWhen_ValueOutOfRange() external {
        uint256 root = _confirmed();
        _refused(root, supplier2, 0, _insufficient(root, 0, FACE));
        _refused(root, supplier2, FACE, _insufficient(root, FACE, FACE));
        _refused(root, supplier2, FACE + 1, _insufficient(root, FACE + 1, FACE));
        _refused(root, supplier2, type(uint56).max, _insufficient(root, type(uint56).max, FACE));
    }

    /// @dev Each part is measured against what the parts before it left, and all fail together.
    function test_RevertWhen_PartsTogetherExceed() external {
        uint256 root = _confirmed();
        Part[] memory parts = new Part[](2);
        parts[0] = Part(supplier2, FACE / 2, false);
        parts[1] = Part(supplier3, FACE / 2, false);
        vm.expectRevert(_insufficient(root, FACE / 2, FACE / 2));
        vm.prank(supplier);
        receivables.split(root, parts);
        _assertPiece(root, supplier, 0, FACE, 0);
        assertEq(receivables.balanceOf(supplier2), 0, "a part moved");
    }

    function test_RevertWhen_BelowMinimum() external {
        uint256 root = _confirmed();
        _refused(
            root,
            supplier2,
            MINIMUM - 1,
            abi.encodeWithSelector(IReceivables.PieceBelowMinimum.selector, root, MINIMUM - 1, MINIMUM)
        );
    }

    function test_ResidualMayFallBelowMinimum() external {
        uint256 root = _confirmed();
        uint256 child = _splitTo(root, supplier2, FACE - 1);
        _assertPiece(root, supplier, 0, 1, 0);
        _assertPiece(child, supplier2, 1, FACE, 1);
    }

    function test_RevertGiven_TooDeep() external {
        uint256 id = _confirmed();
        for (uint8 depth; depth < DEPTH; ++depth) {
            id = _splitTo(id, depth % 2 == 0 ? supplier2 : supplier, FACE / 2 >> depth);
        }
        assertEq(receivables.pieceOf(id).depth, DEPTH);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.PieceTooDeep.selector, id, DEPTH, DEPTH));
        vm.prank(supplier);
        receivables.split(id, _one(supplier3, MINIMUM));
        // The whole of it still moves, and gets no deeper.
        vm.prank(supplier);
        receivables.transferFrom(supplier, supplier3, id);
        assertEq(receivables.pieceOf(id).depth, DEPTH);
    }

    function test_RevertGiven_NoSplitsAllowed() external {
        Programme memory programme = _programme();
        programme.maximumDepth = 0;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        uint256 root = _confirmed(terms);
        _refused(root, supplier2, MINIMUM, abi.encodeWithSelector(IReceivables.PieceTooDeep.selector, root, 0, 0));
    }

    function test_RevertGiven_PaymentStarted() external {
        uint256 root = _confirmed();
        _pay(_payableOf(root), 1);
        _refused(
            root,
            supplier2,
            MINIMUM,
            abi.encodeWithSelector(IReceivables.PayablePaymentStarted.selector, _payableOf(root), 1)
        );
        vm.prank(supplier);
        receivables.transferFrom(supplier, supplier2, root);
        assertEq(receivables.ownerOf(root), supplier2, "whole, it moves");
    }

    /// @dev I8 and I9.
    function test_RevertWhen_ReceiverMayNotHold() external {
        uint256 root = _confirmed();
        _refused(root, rivalDebtor, MINIMUM, _lacksRole(rivalDebtor, Roles.DEBTOR));
        _refused(root, bank, MINIMUM, _lacksRole(bank, Roles.BANK));
        _refused(root, address(settlement), MINIMUM, _lacksRole(address(settlement), Roles.CONTRACT));
        _refused(root, stranger, MINIMUM, _notActive(stranger, ParticipantStatus.None));
        _refused(root, suspended, MINIMUM, _notActive(suspended, ParticipantStatus.Suspended));
        _refused(root, address(0), MINIMUM, _notActive(address(0), ParticipantStatus.None));
    }

    function test_RevertGiven_HolderSuspended() external {
        uint256 root = _confirmed();
        _suspend(supplier);
        _refused(root, supplier2, MINIMUM, _notActive(supplier, ParticipantStatus.Suspended));
    }

    function test_Split_SeveralParts() external {
        uint256 root = _confirmed();
        uint256 payableId = _payableOf(root);
        Part[] memory parts = new Part[](3);
        parts[0] = Part(supplier2, 10_000_000, false);
        parts[1] = Part(financier, 20_000_000, false);
        parts[2] = Part(supplier2, 30_000_000, false);

        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableSplit(root, root + 1, supplier2, 90_000_000, FACE, 1, address(0));
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableSplit(root, root + 2, financier, 70_000_000, 90_000_000, 1, address(0));
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableSplit(root, root + 3, supplier2, 40_000_000, 70_000_000, 1, address(0));
        vm.prank(supplier);
        uint256[] memory children = receivables.split(root, parts);

        for (uint256 i; i < 3; ++i) {
            assertEq(children[i], payableId << 32 | i + 2, "serials go on");
            assertEq(receivables.pieceOf(children[i]).sender, supplier, "sender");
            assertEq(receivables.slotOf(children[i]), payableId, "slot");
        }
        _assertPiece(root, supplier, 0, 40_000_000, 0);
        _assertPiece(children[0], supplier2, 90_000_000, FACE, 1);
        _assertPiece(children[1], financier, 70_000_000, 90_000_000, 1);
        _assertPiece(children[2], supplier2, 40_000_000, 70_000_000, 1);
        assertEq(receivables.balanceOf(supplier2), 2, "count");
        assertEq(receivables.payableOf(payableId).serials, 4, "pieces");
    }

    function test_Split_TwentyParts() external {
        uint256 root = _confirmed();
        Part[] memory parts = new Part[](20);
        for (uint256 i; i < 20; ++i) {
            parts[i] = Part(supplier2, MINIMUM, false);
        }
        vm.prank(supplier);
        assertEq(receivables.split(root, parts).length, 20);
        assertEq(receivables.balanceOf(root), FACE - 20 * MINIMUM);
    }

    function testFuzz_Split_ConservesValue(uint56 face, uint56[5] memory values) external {
        face = uint56(bound(face, 6, MAX_AMOUNT));
        uint256 root = _confirmed(face, 1);
        uint56 end = face;
        Part[] memory parts = new Part[](5);
        for (uint56 i; i < 5; ++i) {
            // Leaves a unit for each part to come, and one for the parent.
            parts[i] = Part(supplier2, uint56(bound(values[i], 1, end + i - 5)), false);
            end -= parts[i].value;
        }
        vm.prank(supplier);
        uint256[] memory children = receivables.split(root, parts);
        uint56 edge = face;
        for (uint256 i; i < 5; ++i) {
            _assertPiece(children[i], supplier2, edge - parts[i].value, edge, 1);
            edge -= parts[i].value;
        }
        _assertPiece(root, supplier, 0, edge, 0);
    }

    /* INTERNAL */

    function _refused(uint256 id, address to, uint56 value, bytes memory refusal) internal {
        vm.expectRevert(refusal);
        vm.prank(supplier);
        receivables.split(id, _one(to, value));
    }

    function _one(address to, uint56 value) internal pure returns (Part[] memory parts) {
        parts = new Part[](1);
        parts[0] = Part(to, value, false);
    }

    function _insufficient(uint256 id, uint256 asked, uint56 available) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.ReceivableInsufficientValue.selector, id, asked, available);
    }

    function _lacksRole(address account, uint16 roles) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(
            IParticipants.ParticipantLacksRole.selector, account, roles, Roles.SUPPLIER | Roles.FINANCIER
        );
    }

    function _notActive(address account, ParticipantStatus status) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, account, status);
    }
}

