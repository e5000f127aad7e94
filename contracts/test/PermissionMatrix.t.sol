// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IDiscounting} from "../src/interfaces/IDiscounting.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {Part, ParticipantStatus, Quote, Roles, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// @title PermissionMatrix
/// @notice Every function that changes state × everyone who may call it: allowed, or exactly which error.
///
/// COMPLETENESS
/// @dev Each contract's rows are compared with the functions of its built ABI: a new function without a row fails here.
///
/// READING
/// @dev A row begins with what happens to all, then says who is different. `ALLOWED` is the absence of an error. The acts
/// are such that they succeed for whom they belong to: `supplier` holds what is moved and sold, `debtor` owes it.
contract PermissionMatrix_Test is BaseTest {
    /* CALLERS */

    uint256 internal constant OPERATOR = 0;
    uint256 internal constant BANK = 1;
    uint256 internal constant DEBTOR = 2;
    uint256 internal constant RIVAL_DEBTOR = 3;
    uint256 internal constant HOLDER = 4;
    uint256 internal constant OTHER_SUPPLIER = 5;
    uint256 internal constant FINANCIER = 6;
    uint256 internal constant DISCOUNTING = 7;
    uint256 internal constant SETTLEMENT = 8;
    uint256 internal constant SUSPENDED = 9;
    uint256 internal constant SUSPENDED_HOLDER = 10;
    uint256 internal constant STRANGER = 11;
    uint256 internal constant CALLERS = 12;

    bytes internal constant ALLOWED = "";

    address[CALLERS] internal _callers;
    string[CALLERS] internal _names;
    string[] internal _rows;

    /* STATE THE ROWS ACT ON */

    Terms internal proposedTerms;
    uint256 internal proposedId;
    uint256 internal root;
    uint256 internal paidRoot;

    function setUp() public override {
        super.setUp();
        _callers = [
            operator,
            bank,
            debtor,
            rivalDebtor,
            supplier,
            supplier2,
            financier,
            address(discounting),
            address(settlement),
            suspended,
            supplier,
            stranger
        ];
        _names = [
            "operator",
            "bank",
            "debtor",
            "rival debtor",
            "holder",
            "other supplier",
            "financier",
            "Discounting",
            "Settlement",
            "suspended",
            "suspended holder",
            "stranger"
        ];
        proposedTerms = _terms();
        proposedId = _propose(proposedTerms);
        root = _confirmed();
        paidRoot = _confirmed();
        _pay(_payableOf(paidRoot), FACE / 2);
        address[5] memory poor = [bank, rivalDebtor, supplier, supplier2, debtor];
        for (uint256 i; i < poor.length; ++i) {
            _credit(poor[i], 10);
        }
    }

    /* THE MATRIX */

    function test_Participants() external {
        bytes[CALLERS] memory e = _each(_unauthorized);
        address at = address(participants);
        _row("setAuthority(address)", at, abi.encodeWithSignature("setAuthority(address)", operator), e);
        e[OPERATOR] = ALLOWED;
        _row(
            "admit(address,uint16,bytes32)",
            at,
            abi.encodeCall(participants.admit, (address(1), Roles.SUPPLIER, "hash")),
            e
        );
        _row("suspend(address,bytes32)", at, abi.encodeCall(participants.suspend, (supplier2, "reason")), e);
        _row("reinstate(address)", at, abi.encodeCall(participants.reinstate, (suspended)), e);
        _assertComplete("Participants");
    }

    function test_DepositToken() external {
        address at = address(cash);
        bytes[CALLERS] memory e;
        _row("approve(address,uint256)", at, abi.encodeCall(cash.approve, (supplier3, 1)), e);
        _row("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", at, _permitCall(), e);

        e = _each(_notActive);
        // It has nothing to send; no code of either contract sends but to whom it owes.
        e[DISCOUNTING] = abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, discounting, 0, 1);
        _row("transfer(address,uint256)", at, abi.encodeCall(cash.transfer, (supplier3, 1)), e);

        e = _each(_noAllowance);
        _row("transferFrom(address,address,uint256)", at, abi.encodeCall(cash.transferFrom, (debtor, supplier3, 1)), e);

        e = _each(_notBank);
        e[BANK] = ALLOWED;
        _row("credit(address,uint64,bytes32)", at, abi.encodeCall(cash.credit, (supplier3, 1, "reference")), e);

        e = _each(_notForCaller);
        e[HOLDER] = ALLOWED;
        e[SUSPENDED_HOLDER] = _suspendedError(supplier);
        _row(
            "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)",
            at,
            abi.encodeCall(
                cash.receiveWithAuthorization,
                (debtor, supplier, 1, 0, NOON + 1, "nonce", _signCash(cash, debtor, supplier, 1, NOON + 1, "nonce"))
            ),
            e
        );
        _assertComplete("DepositToken");
    }

    function test_Receivables() external {
        _originationRows();
        _holderRows();
        _transferRows();
        _networkRows();
        _assertComplete("Receivables");
    }

    function test_Discounting() external {
        Quote memory quote = _quote(root, FACE);
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        bytes[CALLERS] memory e = _each(_quoteNotForCaller);
        e[HOLDER] = ALLOWED;
        e[SUSPENDED_HOLDER] = _suspendedError(supplier);
        _row(
            "accept((uint256,address,address,address,uint64,uint64,uint32,bool,uint256,uint64),bytes,bytes)",
            address(discounting),
            abi.encodeCall(discounting.accept, (quote, quoteSignature, cashSignature)),
            e
        );
        _assertComplete("Discounting");
    }

    function test_Settlement() external {
        // The debtor's signature pays, whoever brings it.
        bytes[CALLERS] memory e;
        bytes memory signature = _signPayment(debtor, _payableOf(root), 1, "reference", NOON + 1);
        _row(
            "pay(uint256,uint64,bytes32,uint256,bytes)",
            address(settlement),
            abi.encodeCall(settlement.pay, (_payableOf(root), 1, "reference", NOON + 1, signature)),
            e
        );
        e = _each(_notHolderOfPaid);
        e[OPERATOR] = _notActive(operator);
        e[SUSPENDED] = _notActive(suspended);
        e[STRANGER] = _notActive(stranger);
        e[HOLDER] = ALLOWED;
        e[SUSPENDED_HOLDER] = _suspendedError(supplier);
        _row("redeem(uint256)", address(settlement), abi.encodeCall(settlement.redeem, (paidRoot)), e);
        _assertComplete("Settlement");
    }

    function test_Anchors() external {
        _row(
            "anchor(bytes32,bytes32)",
            address(anchors),
            abi.encodeCall(anchors.anchor, ("hash", "kind")),
            _each(_notActive)
        );
        _assertComplete("Anchors");
    }

    /// @dev In its own name each caller is judged by its role.
    function test_ProposingForOneself() external {
        for (uint256 c; c < CALLERS; ++c) {
            Terms memory terms = _terms();
            terms.supplier = _callers[c];
            bytes memory refusal = _notActive(_callers[c]);
            if (c == BANK) refusal = _notSupplier(Roles.BANK, bank);
            if (c == DEBTOR) refusal = abi.encodeWithSelector(IReceivables.PayableSelfDealing.selector, debtor);
            if (c == RIVAL_DEBTOR) refusal = _notSupplier(Roles.DEBTOR, rivalDebtor);
            if (c == FINANCIER) refusal = _notSupplier(Roles.FINANCIER, financier);
            if (c == DISCOUNTING) refusal = _notSupplier(Roles.CONTRACT, address(discounting));
            if (c == SETTLEMENT) refusal = _notSupplier(Roles.CONTRACT, address(settlement));
            if (c == SUSPENDED_HOLDER) refusal = _suspendedError(supplier);
            _cell(
                "propose for oneself",
                address(receivables),
                abi.encodeCall(receivables.propose, ("s", terms)),
                c,
                refusal
            );
        }
    }

    /* RECEIVABLES' ROWS */

    function _originationRows() private {
        address at = address(receivables);
        bytes[CALLERS] memory e = _each(_payableNotSupplier);
        e[HOLDER] = ALLOWED;
        e[SUSPENDED_HOLDER] = _suspendedError(supplier);
        _row(
            "propose(bytes32,(address,address,address,uint64,uint64,uint32,uint32,uint8,bytes32,bytes32))",
            at,
            abi.encodeCall(receivables.propose, ("salt", _terms())),
            e
        );

        // R-40: the debtor alone, or its signature brought by anyone.
        e = _each(_notDebtor);
        e[DEBTOR] = ALLOWED;
        _row("confirm(uint256)", at, abi.encodeCall(receivables.confirm, (proposedId)), e);

        bytes[CALLERS] memory anyone;
        anyone[SUSPENDED_HOLDER] = _suspendedError(supplier);
        bytes memory signature = _signConfirmation(at, debtor, proposedId, proposedTerms, uint64(NOON));
        _row(
            "confirmBySignature(uint256,uint64,bytes)",
            at,
            abi.encodeCall(receivables.confirmBySignature, (proposedId, uint64(NOON), signature)),
            anyone
        );
    }

    function _holderRows() private {
        address at = address(receivables);
        bytes[CALLERS] memory e;
        _row("setApprovalForAll(address,bool)", at, abi.encodeCall(receivables.setApprovalForAll, (supplier3, true)), e);

        e = _each(_notHolder);
        e[HOLDER] = ALLOWED;
        e[SUSPENDED_HOLDER] = ALLOWED;
        _row("approve(address,uint256)", at, abi.encodeWithSignature("approve(address,uint256)", supplier3, root), e);
        _row(
            "approve(uint256,address,uint256)",
            at,
            abi.encodeWithSignature("approve(uint256,address,uint256)", root, supplier3, 1),
            e
        );

        e[SUSPENDED_HOLDER] = _suspendedError(supplier);
        Part[] memory parts = new Part[](1);
        parts[0] = Part(supplier3, MINIMUM);
        _row("split(uint256,(address,uint64)[])", at, abi.encodeCall(receivables.split, (root, parts)), e);
    }

    function _transferRows() private {
        bytes[CALLERS] memory e = _each(_notHolder);
        e[HOLDER] = ALLOWED;
        e[SUSPENDED_HOLDER] = _suspendedError(supplier);
        string[3] memory whole = [
            "transferFrom(address,address,uint256)",
            "safeTransferFrom(address,address,uint256)",
            "safeTransferFrom(address,address,uint256,bytes)"
        ];
        for (uint256 i; i < whole.length; ++i) {
            // Three words more than the shorter ones read do no harm.
            bytes memory call = abi.encodeWithSignature(whole[i], supplier, supplier3, root, bytes(""));
            _row(whole[i], address(receivables), call, e);
        }
        _row(
            "transferFrom(uint256,address,uint256)",
            address(receivables),
            abi.encodeWithSignature("transferFrom(uint256,address,uint256)", root, supplier3, FACE / 2),
            e
        );
        _row(
            "transferFrom(uint256,uint256,uint256)",
            address(receivables),
            abi.encodeWithSignature("transferFrom(uint256,uint256,uint256)", root, paidRoot, 1),
            _all(abi.encodeWithSelector(IReceivables.ValueTransferToTokenForbidden.selector, root, paidRoot))
        );
    }

    function _networkRows() private {
        address at = address(receivables);
        bytes[CALLERS] memory e = _each(_notDiscounting);
        e[DISCOUNTING] = ALLOWED;
        _row(
            "deliver(uint256,address,address,uint64,bool)",
            at,
            abi.encodeCall(receivables.deliver, (root, supplier, financier, FACE, false)),
            e
        );
        e = _each(_notSettlement);
        e[SETTLEMENT] = ALLOWED;
        _row("recordPayment(uint256,uint64)", at, abi.encodeCall(receivables.recordPayment, (_payableOf(root), 1)), e);
        _row("draw(uint256,address)", at, abi.encodeCall(receivables.draw, (paidRoot, supplier)), e);
    }

    /* MACHINERY */

    function _row(string memory signature, address target, bytes memory data, bytes[CALLERS] memory expected) private {
        assertEq(bytes4(data), bytes4(keccak256(bytes(signature))), signature);
        _rows.push(signature);
        for (uint256 c; c < CALLERS; ++c) {
            _cell(signature, target, data, c, expected[c]);
        }
    }

    function _cell(string memory signature, address target, bytes memory data, uint256 c, bytes memory expected)
        private
    {
        uint256 snapshot = vm.snapshotState();
        string memory cell = string.concat(signature, " by ", _names[c]);
        if (c == SUSPENDED_HOLDER) _suspend(supplier);
        vm.prank(_callers[c]);
        (bool success, bytes memory answer) = target.call(data);
        if (success) assertEq(expected, ALLOWED, string.concat(cell, ": went through"));
        else assertEq(answer, expected, cell);
        assertTrue(vm.revertToState(snapshot));
    }

    function _assertComplete(string memory name) private view {
        string memory json = vm.readFile(string.concat("out/", name, ".sol/", name, ".json"));
        uint256 changing;
        for (uint256 i; vm.keyExistsJson(json, _entry(i, "")); ++i) {
            if (!_changesState(json, i)) continue;
            ++changing;
            string memory function_ = vm.parseJsonString(json, _entry(i, ".name"));
            assertTrue(_hasRow(function_), string.concat(name, ".", function_, " has no row"));
        }
        assertEq(_rows.length, changing, string.concat(name, ": rows and state-changing functions"));
        for (uint256 i; i < _rows.length; ++i) {
            assertTrue(
                vm.keyExistsJson(json, string.concat(".methodIdentifiers['", _rows[i], "']")),
                string.concat(name, " has no ", _rows[i])
            );
            for (uint256 j; j < i; ++j) {
                assertNotEq(_rows[i], _rows[j], "a row stands twice");
            }
        }
    }

    function _changesState(string memory json, uint256 i) private view returns (bool) {
        if (!_same(vm.parseJsonString(json, _entry(i, ".type")), "function")) return false;
        string memory mutability = vm.parseJsonString(json, _entry(i, ".stateMutability"));
        return _same(mutability, "nonpayable") || _same(mutability, "payable");
    }

    function _hasRow(string memory function_) private view returns (bool) {
        for (uint256 i; i < _rows.length; ++i) {
            if (vm.indexOf(_rows[i], string.concat(function_, "(")) == 0) return true;
        }
        return false;
    }

    function _entry(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".abi[", vm.toString(i), "]", field);
    }

    function _same(string memory a, string memory b) private pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }

    function _all(bytes memory refusal) private pure returns (bytes[CALLERS] memory e) {
        for (uint256 c; c < CALLERS; ++c) {
            e[c] = refusal;
        }
    }

    function _each(function(address) view returns (bytes memory) refusal)
        private
        view
        returns (bytes[CALLERS] memory e)
    {
        for (uint256 c; c < CALLERS; ++c) {
            e[c] = refusal(_callers[c]);
        }
        // Its suspension begins with the cell.
        if (refusal(supplier).length == 0) e[SUSPENDED_HOLDER] = _suspendedError(supplier);
    }

    /* REFUSALS */

    function _unauthorized(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
    }

    /// @dev None for who is active.
    function _notActive(address caller) private view returns (bytes memory) {
        if (caller == suspended) return _suspendedError(caller);
        if (caller != operator && caller != stranger) return ALLOWED;
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, caller, ParticipantStatus.None);
    }

    function _suspendedError(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, caller, ParticipantStatus.Suspended);
    }

    function _notSupplier(uint16 roles, address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantLacksRole.selector, caller, roles, Roles.SUPPLIER);
    }

    function _noAllowance(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, caller, 0, 1);
    }

    function _notBank(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IDepositToken.DepositNotBank.selector, caller, bank);
    }

    function _notForCaller(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IDepositToken.AuthorizationNotForCaller.selector, caller, supplier);
    }

    function _payableNotSupplier(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.PayableNotSupplier.selector, caller, supplier);
    }

    function _notDebtor(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.PayableNotDebtor.selector, proposedId, caller, debtor);
    }

    function _notHolder(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, root, caller, supplier);
    }

    function _notHolderOfPaid(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, paidRoot, caller, supplier);
    }

    function _quoteNotForCaller(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IDiscounting.QuoteNotForCaller.selector, caller, supplier);
    }

    function _notDiscounting(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.CallerNotNetworkContract.selector, caller, discounting);
    }

    function _notSettlement(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.CallerNotNetworkContract.selector, caller, settlement);
    }

    function _permitCall() private view returns (bytes memory) {
        bytes32 permit = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                debtor,
                supplier,
                7,
                0,
                NOON
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf[debtor], _digest(cash.name(), address(cash), permit));
        return abi.encodeCall(cash.permit, (debtor, supplier, 7, NOON, v, r, s));
    }
}
