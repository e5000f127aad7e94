// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;
import {SettlementKit} from "./SettlementKit.sol";
import {Roles} from "../src/types/Types.sol";
import {console2} from "forge-std/console2.sol";
contract Settlement_Batch_Test is SettlementKit {
    function test_Hundred() external {
        root = _confirmed(FACE, 1);
        id = _payableOf(root);
        uint256[] memory ids = new uint256[](100);
        for (uint256 i; i < 100; ++i) {
            address to = _actor(vm.toString(i));
            _admit(to, Roles.SUPPLIER);
            _credit(to, 1);
            uint256 other=_confirmed(FACE,1);
            _splitTo(other, to, 1);
            ids[i] = _splitTo(root, to, FACE / 101);
        }
        _pay(id, FACE);
        _cool();
        uint256 g = gasleft();
        settlement.redeemBatch(ids);
        console2.log((g - gasleft()) / 100);
    }
    function _cool() internal { 
        vm.cool(address(settlement)); vm.cool(address(receivables)); vm.cool(address(participants)); vm.cool(address(cash)); vm.cool(address(holds)); vm.cool(address(origination));
    }
}
