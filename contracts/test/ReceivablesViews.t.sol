// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Payable, PayableState, Programme, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// payableOf()
/// └── when a part of it is paid
///     └── it should tell every word as it was frozen, and what came in
contract Receivables_Views_Test is BaseTest {
    function test_PayableOf() external {
        Programme memory programme = _programme();
        programme.minimumPiece = 77;
        programme.maximumDepth = 9;
        programme.refusalHours = 5;
        programme.blackoutDaysBefore = 2;
        programme.blackoutDaysAfter = 4;
        programme.dishonourDays = 7;
        programme.registrationRequired = true;
        programme.lateRatePpm = 60_000;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        terms.undertakingHash = "waived";
        uint256 root = _confirmed(terms);
        _splitTo(root, supplier2, 100);
        _pay(_payableOf(root), 30);

        Payable memory expected = Payable({
            debtor: debtor,
            supplier: supplier,
            programmeId: terms.programmeId,
            state: PayableState.Confirmed,
            faceValue: FACE,
            paid: 30,
            serials: 2,
            issueDate: TODAY,
            dueDate: TODAY + 90,
            minimumPiece: 77,
            maximumDepth: 9,
            refusalHours: 5,
            blackoutDaysBefore: 2,
            blackoutDaysAfter: 4,
            dishonourDays: 7,
            registrationRequired: true,
            defencesWaived: true,
            lateRatePpm: 60_000
        });
        assertEq(abi.encode(receivables.payableOf(_payableOf(root))), abi.encode(expected));
    }
}
