// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IDishonours
/// @notice The register of payables that their debtors did not pay (R-29b).
interface IDishonours {
    /* EVENTS */

    /// @notice The payable was not paid by the close of its due date, nor within the days of grace after.
    /// @param amount Principal undisputed and outstanding.
    event DishonourRecorded(uint256 indexed payableId, address indexed debtor, uint32 dueDate, uint56 amount);

    /// @notice The debtor objects; the record stands until it is lifted.
    event DishonourObjected(uint256 indexed payableId, address indexed debtor, bytes32 reasonHash);

    /// @notice The record was lifted and counts no more.
    event DishonourLifted(uint256 indexed payableId, address indexed debtor, bytes32 reasonHash);

    /// @notice From now on the debtor confirms nothing before the date `until`; 0: it is barred no more.
    event DebtorBarredUntil(address indexed debtor, uint32 until);

    /* ERRORS */

    /// @notice There is no such payable, or it is closed.
    /// @dev Remedy: Look at the payable's state: only a confirmed one is dishonoured.
    error DishonourPayableNotOpen(uint256 payableId);

    /// @notice It can be recorded from the date `earliest` on.
    /// @dev Remedy: Wait until the date `earliest`.
    error DishonourTooEarly(uint256 payableId, uint32 earliest, uint32 today);

    /// @notice It was recorded, or lifted, before.
    /// @dev Remedy: Nothing to do: the first record counts.
    error DishonourAlreadyRecorded(uint256 payableId);

    /// @notice Every token it could be paid in is paused by its bank.
    /// @dev Remedy: Wait until a bank resumes its token; the days of grace count from there.
    error DishonourTokensPaused(uint256 payableId);

    /// @notice All that is outstanding is disputed.
    /// @dev Remedy: Wait until the disputes are released or have expired.
    error DishonourDisputed(uint256 payableId);

    /// @notice No record stands for this payable.
    /// @dev Remedy: Check the id; a record may have been lifted.
    error DishonourNotRecorded(uint256 payableId);

    /// @notice Only the debtor objects.
    /// @dev Remedy: Let the debtor itself object.
    error DishonourNotDebtor(uint256 payableId, address caller, address debtor);

    /* FUNCTIONS */

    /// @notice Records a dishonour; anyone may, it follows from the chain alone.
    function record(uint256 payableId) external;

    /// @notice Objects to a record. Debtor only.
    function object(uint256 payableId, bytes32 reasonHash) external;

    /// @notice Lifts a record. Operator only.
    function lift(uint256 payableId, bytes32 reasonHash) external;

    /// @notice The date before which the debtor confirms nothing; 0 where it is not barred.
    function barredUntil(address debtor) external view returns (uint32);

    /// @notice Whether a dishonour is recorded, and stands.
    function isDishonoured(uint256 payableId) external view returns (bool);
}
