// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IERC3525, IERC3525Receiver} from "../src/interfaces/IERC3525.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {Part, ParticipantStatus, Roles, Terms} from "../src/types/Types.sol";
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
        _refused(root, supplier2, type(uint64).max, _insufficient(root, type(uint64).max, FACE));
    }

    /// @dev Each part is measured against what the parts before it left, and all fail together.
    function test_RevertWhen_PartsTogetherExceed() external {
        uint256 root = _confirmed();
        Part[] memory parts = new Part[](2);
        parts[0] = Part(supplier2, FACE / 2);
        parts[1] = Part(supplier3, FACE / 2);
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
        Terms memory terms = _terms();
        terms.maximumDepth = 0;
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
        _refused(root, debtor, MINIMUM, abi.encodeWithSelector(IReceivables.ReceiverIsDebtor.selector, root, debtor));
        _refused(root, rivalDebtor, MINIMUM, _lacksRole(rivalDebtor, Roles.DEBTOR));
        _refused(root, bank, MINIMUM, _lacksRole(bank, Roles.BANK));
        _refused(root, address(settlement), MINIMUM, _lacksRole(address(settlement), Roles.CONTRACT));
        _refused(root, stranger, MINIMUM, _notActive(stranger, ParticipantStatus.None));
        _refused(root, suspended, MINIMUM, _notActive(suspended, ParticipantStatus.Suspended));
        _refused(root, address(0), MINIMUM, _notActive(address(0), ParticipantStatus.None));
    }

    /// @dev An organisation may have both roles: what it owes itself it still never holds.
    function test_RevertGiven_DebtorIsASupplierToo() external {
        address both = _actor("both");
        _admit(both, Roles.DEBTOR | Roles.SUPPLIER);
        Terms memory terms = _terms();
        terms.debtor = both;
        uint256 root = _confirmed(terms);
        _refused(root, both, MINIMUM, abi.encodeWithSelector(IReceivables.ReceiverIsDebtor.selector, root, both));
        assertEq(receivables.ownerOf(_splitTo(_confirmed(), both, MINIMUM)), both, "another's debt it may hold");
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
        parts[0] = Part(supplier2, 10_000_000);
        parts[1] = Part(financier, 20_000_000);
        parts[2] = Part(supplier2, 30_000_000);

        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableSplit(root, root + 1, supplier2, 90_000_000, FACE, 1, false);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableSplit(root, root + 2, financier, 70_000_000, 90_000_000, 1, false);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableSplit(root, root + 3, supplier2, 40_000_000, 70_000_000, 1, false);
        vm.prank(supplier);
        uint256[] memory children = receivables.split(root, parts);

        for (uint256 i; i < 3; ++i) {
            assertEq(children[i], payableId << 32 | i + 2, "serials go on");
            assertEq(receivables.pieceOf(children[i]).parent, 1, "parent");
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
            parts[i] = Part(supplier2, MINIMUM);
        }
        vm.prank(supplier);
        assertEq(receivables.split(root, parts).length, 20);
        assertEq(receivables.balanceOf(root), FACE - 20 * MINIMUM);
    }

    function testFuzz_Split_ConservesValue(uint64 face, uint64[5] memory values) external {
        face = uint64(bound(face, 6, MAX_AMOUNT));
        uint256 root = _confirmed(face, 1);
        uint64 end = face;
        Part[] memory parts = new Part[](5);
        for (uint64 i; i < 5; ++i) {
            // Leaves a unit for each part to come, and one for the parent.
            parts[i] = Part(supplier2, uint64(bound(values[i], 1, end + i - 5)));
            end -= parts[i].value;
        }
        vm.prank(supplier);
        uint256[] memory children = receivables.split(root, parts);
        uint64 edge = face;
        for (uint256 i; i < 5; ++i) {
            _assertPiece(children[i], supplier2, edge - parts[i].value, edge, 1);
            edge -= parts[i].value;
        }
        _assertPiece(root, supplier, 0, edge, 0);
    }

    /* INTERNAL */

    function _refused(uint256 id, address to, uint64 value, bytes memory refusal) internal {
        vm.expectRevert(refusal);
        vm.prank(supplier);
        receivables.split(id, _one(to, value));
    }

    function _one(address to, uint64 value) internal pure returns (Part[] memory parts) {
        parts = new Part[](1);
        parts[0] = Part(to, value);
    }

    function _insufficient(uint256 id, uint256 asked, uint64 available) internal pure returns (bytes memory) {
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

/// transferFrom(), safeTransferFrom(), approve(), setApprovalForAll()
/// ├── when value is sent into an existing token, ether is sent, or `from` is not the holder
/// │   └── it should revert
/// ├── given the caller is neither holder, operator for all, approved for the token, nor allowed the value
/// │   └── it should revert
/// ├── when a contract that is told of value refuses it
/// │   └── it should revert
/// ├── when all of a piece's value moves
/// │   └── it should move the piece itself and leave no empty token
/// └── else
///     └── it should split off the tail
contract Receivables_Transfer_Test is BaseTest {
    uint256 internal root;

    function setUp() public override {
        super.setUp();
        root = _confirmed();
    }

    /* VALUE */

    function test_RevertWhen_ValueIntoAToken() external {
        uint256 child = _splitTo(root, supplier, MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ValueTransferToTokenForbidden.selector, root, child));
        vm.prank(supplier);
        receivables.transferFrom(root, child, MINIMUM);
    }

    function test_RevertWhen_EtherSent() external {
        vm.deal(supplier, 2);
        vm.startPrank(supplier);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.EtherNotAccepted.selector, 1));
        receivables.transferFrom{value: 1}(root, supplier2, MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.EtherNotAccepted.selector, 2));
        receivables.approve{value: 2}(root, supplier2, MINIMUM);
    }

    function test_TransferValue_PartIsASplit() external {
        vm.expectEmit(address(receivables));
        emit IERC721.Transfer(address(0), supplier2, root + 1);
        vm.expectEmit(address(receivables));
        emit IERC3525.SlotChanged(root + 1, 0, _payableOf(root));
        vm.expectEmit(address(receivables));
        emit IERC3525.TransferValue(root, root + 1, 40_000_000);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableSplit(root, root + 1, supplier2, 60_000_000, FACE, 1, false);
        uint256 moved = _splitTo(root, supplier2, 40_000_000);
        assertEq(moved, root + 1);
        _assertPiece(root, supplier, 0, 60_000_000, 0);
        _assertPiece(moved, supplier2, 60_000_000, FACE, 1);
    }

    function test_TransferValue_WholeMovesThePieceItself() external {
        vm.expectEmit(address(receivables));
        emit IERC721.Transfer(supplier, supplier2, root);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableTransferred(root, supplier, supplier2, false);
        assertEq(_splitTo(root, supplier2, FACE), root, "no new token");
        _assertPiece(root, supplier2, 0, FACE, 0);
        assertEq(receivables.balanceOf(supplier), 0, "no empty token left");
        assertEq(receivables.payableOf(_payableOf(root)).serials, 1, "no serial used");
    }

    function test_RevertWhen_ValueIsNothingOrTooMuch() external {
        uint256[3] memory values = [uint256(0), uint256(FACE) + 1, uint256(type(uint64).max) + 1 + FACE];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IReceivables.ReceivableInsufficientValue.selector, root, values[i], FACE)
            );
            vm.prank(supplier);
            receivables.transferFrom(root, supplier2, values[i]);
        }
    }

    function test_RevertWhen_DebtorReceivesAll() external {
        bytes memory refusal = abi.encodeWithSelector(IReceivables.ReceiverIsDebtor.selector, root, debtor);
        vm.startPrank(supplier);
        vm.expectRevert(refusal);
        receivables.transferFrom(root, debtor, FACE);
        vm.expectRevert(refusal);
        receivables.transferFrom(supplier, debtor, root);
    }

    /// @dev I9: nor the operator of somebody else's piece.
    function test_RevertGiven_ActingOperatorNotActive() external {
        vm.prank(supplier);
        receivables.setApprovalForAll(suspended, true);
        vm.expectRevert(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, suspended, ParticipantStatus.Suspended)
        );
        vm.prank(suspended);
        receivables.transferFrom(supplier, supplier2, root);
    }

    /* APPROVALS */

    function test_RevertGiven_NotApproved() external {
        vm.startPrank(supplier2);
        vm.expectRevert(_notHolder(supplier2, supplier));
        receivables.transferFrom(supplier, supplier2, root);
        vm.expectRevert(_notHolder(supplier2, supplier));
        receivables.safeTransferFrom(supplier, supplier2, root);
        vm.expectRevert(_notHolder(supplier2, supplier));
        receivables.safeTransferFrom(supplier, supplier2, root, "");
        vm.expectRevert(_notHolder(supplier2, supplier));
        receivables.transferFrom(root, supplier2, MINIMUM);
        vm.expectRevert(_notHolder(supplier2, supplier));
        receivables.approve(supplier2, root);
        vm.expectRevert(_notHolder(supplier2, supplier));
        receivables.approve(root, supplier2, MINIMUM);
    }

    function test_RevertWhen_FromIsNotTheHolder() external {
        vm.expectRevert(_notHolder(supplier2, supplier));
        vm.prank(supplier);
        receivables.transferFrom(supplier2, supplier3, root);
    }

    function test_Approve_OneToken() external {
        vm.expectEmit(address(receivables));
        emit IERC721.Approval(supplier, financier, root);
        vm.prank(supplier);
        receivables.approve(financier, root);
        assertEq(receivables.getApproved(root), financier);

        vm.startPrank(financier);
        receivables.transferFrom(root, supplier2, MINIMUM);
        receivables.transferFrom(supplier, supplier2, root);
        vm.stopPrank();
        assertEq(receivables.getApproved(root), address(0), "ends when the piece changes hands");
        vm.expectRevert(_notHolder(financier, supplier2));
        vm.prank(financier);
        receivables.transferFrom(supplier2, financier, root);
    }

    /// @dev Who is approved for a token cannot approve others.
    function test_RevertWhen_ApprovedApproves() external {
        vm.prank(supplier);
        receivables.approve(financier, root);
        vm.startPrank(financier);
        vm.expectRevert(_notHolder(financier, supplier));
        receivables.approve(financier2, root);
        vm.expectRevert(_notHolder(financier, supplier));
        receivables.approve(root, financier2, 1);
    }

    function test_ApproveForAll() external {
        vm.expectEmit(address(receivables));
        emit IERC721.ApprovalForAll(supplier, financier, true);
        vm.prank(supplier);
        receivables.setApprovalForAll(financier, true);
        assertTrue(receivables.isApprovedForAll(supplier, financier));

        vm.startPrank(financier);
        receivables.approve(financier2, root);
        receivables.approve(root, financier2, 5);
        receivables.transferFrom(root, supplier2, MINIMUM);
        receivables.transferFrom(supplier, supplier2, root);
        vm.expectRevert(_notHolder(financier, supplier2));
        receivables.transferFrom(supplier2, supplier, root);
        vm.stopPrank();

        vm.prank(supplier);
        receivables.setApprovalForAll(financier, false);
        assertFalse(receivables.isApprovedForAll(supplier, financier));
    }

    function test_Allowance() external {
        vm.expectEmit(address(receivables));
        emit IERC3525.ApprovalValue(root, financier, 3 * MINIMUM);
        vm.prank(supplier);
        receivables.approve(root, financier, 3 * MINIMUM);

        vm.startPrank(financier);
        vm.expectRevert(
            abi.encodeWithSelector(
                IReceivables.ReceivableInsufficientAllowance.selector, root, financier, 3 * MINIMUM + 1, 3 * MINIMUM
            )
        );
        receivables.transferFrom(root, financier, 3 * MINIMUM + 1);
        receivables.transferFrom(root, financier, MINIMUM);
        assertEq(receivables.allowance(root, financier), 2 * MINIMUM, "spent");
        receivables.transferFrom(root, financier, 2 * MINIMUM);
        vm.expectRevert(_notHolder(financier, supplier));
        receivables.transferFrom(root, financier, 1);
        // An allowance is for value: the token itself stays with its holder.
        vm.expectRevert(_notHolder(financier, supplier));
        receivables.transferFrom(supplier, financier, root);
    }

    function test_Allowance_EndsWithTheHolder() external {
        vm.prank(supplier);
        receivables.approve(root, financier, type(uint256).max);
        vm.prank(financier);
        receivables.transferFrom(root, financier, MINIMUM);
        assertEq(receivables.allowance(root, financier), type(uint256).max, "an endless one is not spent");

        vm.prank(supplier);
        receivables.transferFrom(supplier, supplier2, root);
        assertEq(receivables.allowance(root, financier), 0, "another's");
        vm.expectRevert(_notHolder(financier, supplier2));
        vm.prank(financier);
        receivables.transferFrom(root, financier, MINIMUM);
    }

    /* CALLBACKS */

    function test_Callback_Value() external {
        ReceivingWallet wallet = _receivingWallet();
        uint256 moved = _splitTo(root, address(wallet), MINIMUM);
        assertEq(wallet.told(), keccak256(abi.encode(supplier, root, moved, uint256(MINIMUM), bytes(""))));
        assertEq(wallet.stateSeen(), MINIMUM, "told after the state was written");

        Part[] memory parts = new Part[](1);
        parts[0] = Part(address(wallet), 2 * MINIMUM);
        vm.prank(supplier);
        uint256[] memory children = receivables.split(root, parts);
        assertEq(wallet.told(), keccak256(abi.encode(supplier, root, children[0], uint256(2 * MINIMUM), bytes(""))));
    }

    function test_Callback_StrikesBackInVain() external {
        ReceivingWallet wallet = _receivingWallet();
        wallet.attack(settlement);
        _splitTo(root, address(wallet), MINIMUM);
        assertEq(wallet.failure(), _notHolder(address(wallet), supplier));
    }

    function test_RevertWhen_ReceiverRejects() external {
        ReceivingWallet wallet = _receivingWallet();
        wallet.reject();
        vm.startPrank(supplier);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceiverRejected.selector, address(wallet), root + 1));
        receivables.transferFrom(root, address(wallet), MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceiverRejected.selector, address(wallet), root));
        receivables.transferFrom(root, address(wallet), FACE);
        Part[] memory parts = new Part[](1);
        parts[0] = Part(address(wallet), MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceiverRejected.selector, address(wallet), root + 1));
        receivables.split(root, parts);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(wallet)));
        receivables.safeTransferFrom(supplier, address(wallet), root);
    }

    function test_Callback_Token() external {
        ReceivingWallet wallet = _receivingWallet();
        vm.prank(supplier);
        receivables.safeTransferFrom(supplier, address(wallet), root, "data");
        assertEq(wallet.told(), keccak256(abi.encode(supplier, supplier, root, bytes("data"))));
        vm.prank(address(wallet));
        receivables.safeTransferFrom(address(wallet), supplier, root);
        assertEq(receivables.ownerOf(root), supplier, "an account is asked nothing");
    }

    function test_Callback_PlainWallet() external {
        address wallet = address(new PlainWallet());
        _admit(wallet, Roles.SUPPLIER);
        _splitTo(root, wallet, MINIMUM);
        assertEq(receivables.balanceOf(wallet), 1, "value needs no callback where none is declared");
        vm.startPrank(supplier);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, wallet));
        receivables.safeTransferFrom(supplier, wallet, root);
        receivables.transferFrom(supplier, wallet, root);
    }

    function _receivingWallet() internal returns (ReceivingWallet wallet) {
        wallet = new ReceivingWallet();
        _admit(address(wallet), Roles.SUPPLIER);
    }

    /* STANDARDS */

    function test_InterfaceIds() external view {
        assertTrue(receivables.supportsInterface(0x01ffc9a7), "ERC-165");
        assertTrue(receivables.supportsInterface(0x80ac58cd), "ERC-721");
        assertTrue(receivables.supportsInterface(0xd5358140), "ERC-3525");
        assertFalse(receivables.supportsInterface(0xffffffff), "ERC-165's never");
        assertFalse(receivables.supportsInterface(0x5b5e139f), "ERC-721 metadata: there is no tokenURI");
        assertEq(type(IERC3525Receiver).interfaceId, bytes4(0x009ce20b), "ERC-3525 receiver");
    }

    function test_Metadata() external view {
        assertEq(receivables.name(), "Supply-chain receivable");
        assertEq(receivables.symbol(), "SCF");
        assertEq(receivables.valueDecimals(), 2);
    }

    function test_RevertGiven_NoSuchToken() external {
        bytes memory refusal = abi.encodeWithSelector(IReceivables.ReceivableNotFound.selector, 77);
        vm.expectRevert(refusal);
        receivables.ownerOf(77);
        vm.expectRevert(refusal);
        receivables.balanceOf(uint256(77));
        vm.expectRevert(refusal);
        receivables.slotOf(77);
        vm.expectRevert(refusal);
        receivables.getApproved(77);
        vm.expectRevert(refusal);
        receivables.allowance(77, supplier);
        vm.expectRevert(refusal);
        receivables.entitlement(77);
        vm.expectRevert(refusal);
        receivables.approve(supplier, 77);
        vm.expectRevert(refusal);
        receivables.approve(77, supplier, 1);
        vm.expectRevert(refusal);
        receivables.transferFrom(supplier, supplier2, 77);
        vm.expectRevert(refusal);
        receivables.transferFrom(77, supplier2, 1);
        vm.expectRevert(IReceivables.ReceivableZeroAddress.selector);
        receivables.balanceOf(address(0));
    }

    function _notHolder(address caller, address holder) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, root, caller, holder);
    }
}
