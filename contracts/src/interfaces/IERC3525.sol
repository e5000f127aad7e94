// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title IERC3525
/// @notice ERC-3525 semi-fungible token; its interface id is 0xd5358140.
interface IERC3525 is IERC721 {
    event TransferValue(uint256 indexed _fromTokenId, uint256 indexed _toTokenId, uint256 _value);
    event ApprovalValue(uint256 indexed _tokenId, address indexed _operator, uint256 _value);
    event SlotChanged(uint256 indexed _tokenId, uint256 indexed _oldSlot, uint256 indexed _newSlot);

    /// @notice Decimals of the values.
    function valueDecimals() external view returns (uint8);

    /// @notice The value of a token.
    function balanceOf(uint256 _tokenId) external view returns (uint256);

    /// @notice The slot of a token.
    function slotOf(uint256 _tokenId) external view returns (uint256);

    /// @notice Allows `_operator` to move up to `_value` of the token.
    function approve(uint256 _tokenId, address _operator, uint256 _value) external payable;

    /// @notice What `_operator` may still move of the token.
    function allowance(uint256 _tokenId, address _operator) external view returns (uint256);

    /// @notice Moves value into an existing token of the same slot.
    function transferFrom(uint256 _fromTokenId, uint256 _toTokenId, uint256 _value) external payable;

    /// @notice Moves value to an address, as a token of its own.
    function transferFrom(uint256 _fromTokenId, address _to, uint256 _value) external payable returns (uint256);
}

/// @title IERC3525Receiver
/// @notice What a contract implements (ERC-165 id 0x009ce20b) to be told of value it received.
interface IERC3525Receiver {
    /// @notice Must return this function's selector, else the transfer reverts.
    function onERC3525Received(
        address _operator,
        uint256 _fromTokenId,
        uint256 _toTokenId,
        uint256 _value,
        bytes calldata _data
    ) external returns (bytes4);
}
