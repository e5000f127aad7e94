// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title EntitlementLib
/// @notice What a piece `[start, end)` of a face F may have drawn in all of a line that P has come in for (R-18b).
/// @dev While the line is open: ⌊P·v/F⌋ of its value v = end − start, which rounds against the holder. Once closed:
/// ⌊P·end/F⌋ − ⌊P·start/F⌋, never less than that, and over all pieces together exactly P. The second formula alone
/// would be wrong while open: for F = 5 the piece [2, 3) is due 1 at P = 2 and 0 at P = 3. P may exceed F: late interest.
library EntitlementLib {
    /// @dev All amounts are below 2^56, so the products fit easily, and a share is never more than P: nothing overflows.
    /// An end is never before its start.
    function entitled(uint56 faceValue, uint56 paid, bool closed, uint56 start, uint56 end)
        internal
        pure
        returns (uint56)
    {
        unchecked {
            if (!closed) return uint56(uint256(paid) * (end - start) / faceValue);
            return uint56(uint256(paid) * end / faceValue - uint256(paid) * start / faceValue);
        }
    }
}
