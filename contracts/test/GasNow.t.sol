// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;
import {Part} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// forge-config: default.isolate = true
contract GasNow_Test is BaseTest {
    function test_split() external {
        uint256 root = _confirmed();
        Part[] memory parts = new Part[](1);
        parts[0] = Part(supplier2, MINIMUM, false);
        vm.prank(supplier);
        receivables.split(root, parts);
        emit log_named_uint("split new", vm.lastCallGas().gasTotalUsed);
        vm.prank(supplier);
        receivables.split(root, parts);
        emit log_named_uint("split old", vm.lastCallGas().gasTotalUsed);
        vm.prank(supplier);
        receivables.transferFrom(root, supplier3, MINIMUM);
        emit log_named_uint("transferValue new", vm.lastCallGas().gasTotalUsed);
        vm.prank(supplier);
        receivables.transferFrom(supplier, supplier2, root);
        emit log_named_uint("transfer whole", vm.lastCallGas().gasTotalUsed);
    }
}
