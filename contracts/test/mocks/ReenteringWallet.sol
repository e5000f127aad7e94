// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice A wallet that agrees to everything, and does what it can while it is asked.
contract ReenteringWallet {
    struct Attack {
        address target;
        bytes data;
    }

    Attack[] internal _attacks;
    uint256 public notes;

    function attack(address target, bytes calldata data) external {
        _attacks.push(Attack(target, data));
    }

    function note() external {
        ++notes;
    }

    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        for (uint256 i; i < _attacks.length; ++i) {
            // In a static call the first change uses all gas it is given up.
            (bool success,) = _attacks[i].target.call{gas: 100_000}(_attacks[i].data);
            success;
        }
        return this.isValidSignature.selector;
    }
}
