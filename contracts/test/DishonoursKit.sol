// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Terms} from "../src/types/Types.sol";
import {OriginationKit} from "./OriginationKit.sol";

/// @dev What the tests of the register share.
abstract contract DishonoursKit is OriginationKit {
    uint32 internal constant DUE = TODAY + 90;
    /// @dev Three days of grace pass after the due date.
    uint32 internal constant EARLIEST = DUE + 4;

    /// @dev Noon of the network's day.
    function _warpTo(uint256 day) internal {
        vm.warp(day * 1 days + 4 hours);
    }

    function _due(uint32 dueDate) internal returns (uint256 payableId) {
        Terms memory terms = _terms();
        terms.dueDate = dueDate;
        terms.tenorReasonHash = "reason";
        return _payableOf(_confirmed(terms));
    }

    function _lift(uint256 payableId) internal {
        vm.prank(operator);
        dishonours.lift(payableId, "reason");
    }
}
