// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

import {Journal} from "../src/Journal.sol";
import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IERC3525} from "../src/interfaces/IERC3525.sol";

/// @title JournalKit
/// @notice Recomputes every contract's journal from the logs alone, as an index does.
/// @dev The rule stands here a second time on purpose: `word' = keccak256(word ‖ keccak256(topics ‖ data))` with its low
/// 48 bits replaced by the count, over business events in the order of the logs.
abstract contract JournalKit is Test {
    uint256 private constant COUNT = (1 << 48) - 1;

    address[] internal _journals;
    mapping(address emitter => string) internal _journalName;
    mapping(address emitter => bytes32) internal _wordOf;
    mapping(bytes32 topic => uint256) internal _seen;

    function _watchJournal(address emitter, string memory name) internal {
        _journals.push(emitter);
        _journalName[emitter] = name;
    }

    /// @dev Folds the logs recorded since the last call.
    function _foldLogs() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics[0];
            if (bytes(_journalName[logs[i].emitter]).length == 0 || _isOfStandards(topic)) continue;
            // ERC-721's `Transfer` has ERC-20's topic; only the deposit token's is business.
            if (topic == IERC20.Transfer.selector && logs[i].topics.length == 4) continue;
            ++_seen[topic];
            bytes32 eventHash = keccak256(abi.encodePacked(logs[i].topics, logs[i].data));
            bytes32 word = _wordOf[logs[i].emitter];
            bytes32 chained = keccak256(abi.encodePacked(word, eventHash));
            uint256 count = (uint256(word) & COUNT) + 1;
            _wordOf[logs[i].emitter] = bytes32((uint256(chained) >> 48 << 48) | count);
        }
    }

    function _assertJournals() internal view {
        for (uint256 i; i < _journals.length; ++i) {
            bytes32 word = _wordOf[_journals[i]];
            assertEq(Journal(_journals[i]).journal(), word, _journalName[_journals[i]]);
            assertEq(Journal(_journals[i]).journalCount(), uint256(word) & COUNT, _journalName[_journals[i]]);
        }
    }

    /// @dev What the standards ask for beside the business events: it repeats them and is in no journal.
    function _isOfStandards(bytes32 topic) internal pure returns (bool) {
        return topic == IERC3525.TransferValue.selector || topic == IERC3525.ApprovalValue.selector
            || topic == IERC3525.SlotChanged.selector || topic == IERC721.ApprovalForAll.selector
            || topic == IERC20.Approval.selector || topic == IDepositToken.AuthorizationUsed.selector
            || topic == IAccessManaged.AuthorityUpdated.selector;
    }
}
