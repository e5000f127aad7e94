// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DepositToken} from "../src/DepositToken.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Part, Programme, SkipReason, Terms} from "../src/types/Types.sol";
import {SettlementKit} from "./SettlementKit.sol";

/// Any history of splits, moves, merges, late payments in two tokens, netting, pauses, draws, write-off and recovery
/// ├── it should draw and net exactly what a plain model does, which shares no code with the contracts
/// ├── it should hold after every act what the model holds, and that cash
/// └── it should end with everything drawn that came in, to the unit, and every journal whole
///
/// The model and what a row's columns mean: `tests/vectors/entitlement.py`.
contract Settlement_History_Test is SettlementKit {
    /// @dev In the model's order.
    enum Act {
        Split,
        Move,
        Merge,
        Day,
        Pay,
        Draw,
        Refused,
        Batch,
        WriteOff,
        Recover,
        CloseRecovery,
        Pause
    }

    uint256 internal constant COLUMNS = 10;

    DepositToken[2] internal tokens;
    address[6] internal holders;
    uint256[] internal pieces;
    uint256[] internal rows;
    /// @dev The row at hand begins here.
    uint256 internal cursor;

    function setUp() public override {
        super.setUp();
        tokens = [cash, _secondToken()];
        holders = [debtor, supplier, supplier2, supplier3, financier, financier2];
        for (uint256 i; i < 2; ++i) {
            uint64 rest = uint64(MAX_AMOUNT - tokens[i].totalSupply());
            vm.prank(tokens[i].bank());
            tokens[i].credit(debtor, rest, "all there can be");
        }
        _foldLogs();
    }

    function test_Histories() external {
        vm.pauseGasMetering();
        uint256 count = vm.parseJsonUint(vm.readFile("../tests/vectors/entitlement.json"), ".count");
        assertGt(count, 30, "the histories were not read");
        for (uint256 i; i < count; ++i) {
            uint256 snapshot = vm.snapshotState();
            this.replay(i);
            vm.revertToState(snapshot);
        }
    }

    /// @dev A call of its own, so that memory starts anew.
    function replay(uint256 index) external {
        string memory json = vm.readFile("../tests/vectors/entitlement.json");
        string memory path = string.concat(".histories[", vm.toString(index), "]");
        _begin(
            vm.parseJsonUint(json, string.concat(path, ".face")),
            vm.parseJsonUint(json, string.concat(path, ".agreed_ppm"))
        );
        rows = vm.parseJsonUintArray(json, string.concat(path, ".rows"));
        assertEq(rows.length % COLUMNS, 0, "columns");
        for (cursor = 0; cursor < rows.length; cursor += COLUMNS) {
            _act(Act(rows[cursor]));
            for (uint256 i; i < 2; ++i) {
                uint256 held = rows[cursor + 8 + i];
                string memory where = string.concat(path, " row ", vm.toString(cursor / COLUMNS));
                assertEq(settlement.held(id, address(tokens[i])), held, where);
                assertEq(tokens[i].balanceOf(address(settlement)), held, where);
            }
        }
        _foldLogs();
        _assertJournals();
    }

    function _begin(uint256 face, uint256 agreedPpm) private {
        Programme memory programme = _programme();
        programme.depositTokens = new address[](2);
        (programme.depositTokens[0], programme.depositTokens[1]) = (address(tokens[0]), address(tokens[1]));
        programme.minimumPiece = 1;
        programme.maximumDepth = 10;
        programme.lateRatePpm = uint32(agreedPpm);
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        terms.faceValue = uint56(face);
        root = _confirmed(terms);
        id = _payableOf(root);
        pieces.push(root);
    }

    function _act(Act act) private {
        if (act == Act.Split) _split(_piece(1), uint56(_column(2)), holders[_column(3)]);
        else if (act == Act.Move) _handOn(_piece(1), holders[_column(2)], false);
        else if (act == Act.Merge) _merge(_piece(1), _piece(2));
        else if (act == Act.Day) _onDay(TODAY + uint32(_column(1)));
        else if (act == Act.Pay) _payNetted(tokens[_column(1)], uint56(_column(2)), _column(3));
        else if (act == Act.Draw) _draw(_piece(1));
        else if (act == Act.Refused) _drawRefused(_piece(1));
        else if (act == Act.Batch) _drawTogether(_column(1));
        else if (act == Act.Recover) _recover(debtor, tokens[_column(1)], uint56(_column(2)));
        else if (act == Act.CloseRecovery) _closeRecovery();
        else if (act == Act.Pause) _pauseOrResume(tokens[_column(1)]);
        else _writeOffNow();
    }

    function _split(uint256 receivableId, uint56 value, address to) private {
        pieces.push(_splitTo(receivableId, to, value));
    }

    function _merge(uint256 receivableId, uint256 absorbedId) private {
        vm.prank(receivables.ownerOf(receivableId));
        receivables.merge(receivableId, absorbedId);
    }

    /// @param bits Of the pieces to be netted.
    function _payNetted(DepositToken token, uint56 amount, uint256 bits) private {
        Payment memory p = _payment(amount, _chosen(bits));
        p.token = token;
        uint56 netted = uint56(_column(6));
        bytes memory signature = netted == amount ? bytes("") : _signPayment(p, debtor, amount - netted);
        vm.expectEmit(address(settlement));
        emit ISettlement.PaymentReceived(
            id, debtor, address(token), uint56(_column(4)), uint56(_column(5)), netted, p.paymentReference
        );
        vm.prank(netted == amount ? debtor : stranger);
        _bring(p, signature);
    }

    function _chosen(uint256 bits) private view returns (uint256[] memory ids) {
        uint256 count;
        for (uint256 i; i < pieces.length; ++i) {
            count += bits >> i & 1;
        }
        ids = new uint256[](count);
        count = 0;
        for (uint256 i; i < pieces.length; ++i) {
            if (bits >> i & 1 == 1) ids[count++] = pieces[i];
        }
    }

    /// @dev Every other piece by its holder, the others by anyone.
    function _draw(uint256 receivableId) private {
        _expectDraw(receivableId);
        if (_column(1) % 2 == 0) assertEq(_redeem(receivableId), _column(6) + _column(7));
        else settlement.redeemBatch(_ids(receivableId));
    }

    function _drawRefused(uint256 receivableId) private {
        if (_column(1) % 2 == 0) {
            address holder = receivables.ownerOf(receivableId);
            bytes4 refusal = _column(2) == 0
                ? ISettlement.RedemptionNothingDue.selector
                : ISettlement.RedemptionTokenPaused.selector;
            vm.expectRevert(abi.encodeWithSelector(refusal, receivableId));
            vm.prank(holder);
            settlement.redeem(receivableId);
        } else {
            _expectSkip(receivableId);
            settlement.redeemBatch(_ids(receivableId));
        }
    }

    /// @dev The next rows, in one call; the last one tells what is held after it.
    function _drawTogether(uint256 count) private {
        uint256[] memory ids = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            cursor += COLUMNS;
            ids[i] = _piece(1);
            if (Act(rows[cursor]) == Act.Draw) _expectDraw(ids[i]);
            else _expectSkip(ids[i]);
        }
        vm.prank(stranger);
        settlement.redeemBatch(ids);
    }

    function _expectDraw(uint256 receivableId) private {
        address holder = receivables.ownerOf(receivableId);
        vm.expectEmit(address(settlement));
        emit ISettlement.ReceivableDrawn(
            receivableId, holder, uint56(_column(2)), uint56(_column(3)), uint56(_column(4)), _column(5) == 1
        );
        for (uint256 i; i < 2; ++i) {
            if (_column(6 + i) == 0) continue;
            vm.expectEmit(address(settlement));
            emit ISettlement.HolderRedeemed(receivableId, holder, address(tokens[i]), uint56(_column(6 + i)));
        }
    }

    function _expectSkip(uint256 receivableId) private {
        vm.expectEmit(address(settlement));
        SkipReason reason = _column(2) == 0 ? SkipReason.NothingDue : SkipReason.TokenPaused;
        emit ISettlement.RedemptionSkipped(receivableId, reason);
    }

    function _pauseOrResume(DepositToken token) private {
        if (token.paused()) _resume(token);
        else _pause(token);
    }

    function _writeOffNow() private {
        vm.prank(operator);
        settlement.writeOff(id, "reason");
    }

    function _piece(uint256 column) private view returns (uint256) {
        return pieces[_column(column)];
    }

    function _column(uint256 column) private view returns (uint256) {
        return rows[cursor + column];
    }
}
