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
        emit IReceivables.ReceivableSplit(root, root + 1, supplier2, 60_000_000, FACE, 1, address(0));
        uint256 moved = _splitTo(root, supplier2, 40_000_000);
        assertEq(moved, root + 1);
        _assertPiece(root, supplier, 0, 60_000_000, 0);
        _assertPiece(moved, supplier2, 60_000_000, FACE, 1);
    }

    function test_TransferValue_WholeMovesThePieceItself() external {
        vm.expectEmit(address(receivables));
        emit IERC721.Transfer(supplier, supplier2, root);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableTransferred(root, supplier, supplier2, address(0));
        vm.prank(supplier);
        assertEq(receivables.transferFrom(root, supplier2, FACE), root, "no new token");
        _assertPiece(root, supplier2, 0, FACE, 0);
        assertEq(receivables.balanceOf(supplier), 0, "no empty token left");
        assertEq(receivables.payableOf(_payableOf(root)).serials, 1, "no serial used");
    }

    function test_RevertWhen_ValueIsNothingOrTooMuch() external {
        uint256[3] memory values = [uint256(0), uint256(FACE) + 1, uint256(type(uint56).max) + 1 + FACE];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IReceivables.ReceivableInsufficientValue.selector, root, values[i], FACE)
            );
            vm.prank(supplier);
            receivables.transferFrom(root, supplier2, values[i]);
        }
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

    /// @dev I9: nor does an operator move what belongs to who may not act.
    function test_RevertGiven_HolderNotActive_ItsOperatorActs() external {
        vm.startPrank(supplier);
        receivables.setApprovalForAll(financier, true);
        receivables.approve(root, financier2, FACE);
        vm.stopPrank();
        _suspend(supplier);
        bytes memory refusal =
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, supplier, ParticipantStatus.Suspended);
        vm.startPrank(financier);
        vm.expectRevert(refusal);
        receivables.transferFrom(supplier, supplier2, root);
        vm.expectRevert(refusal);
        receivables.safeTransferFrom(supplier, supplier2, root);
        vm.expectRevert(refusal);
        receivables.transferFrom(root, supplier2, MINIMUM);
        vm.stopPrank();
        vm.expectRevert(refusal);
        vm.prank(financier2);
        receivables.transferFrom(root, supplier2, MINIMUM);
        assertEq(receivables.ownerOf(root), supplier);
    }

    /* APPROVALS */

    /// @dev Nothing of an approval is left where its piece is gone.
    function test_Approve_EndsWithThePiece() external {
        vm.record();
        vm.prank(supplier);
        receivables.approve(financier, root);
        (, bytes32[] memory written) = vm.accesses(address(receivables));
        _pay(_payableOf(root), FACE);
        _redeem(root);
        _assertGone(root);
        uint256 emptied;
        for (uint256 i; i < written.length; ++i) {
            assertEq(vm.load(address(receivables), written[i]), bytes32(0), "a word that the approval wrote");
            ++emptied;
        }
        assertGe(emptied, 2, "the piece's word and the approval's");
    }

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
        parts[0] = Part(address(wallet), 2 * MINIMUM, false);
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
        parts[0] = Part(address(wallet), MINIMUM, false);
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
        assertEq(receivables.valueDecimals(), 0);
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
