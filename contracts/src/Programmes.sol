// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Journal} from "./Journal.sol";
import {IDepositToken} from "./interfaces/IDepositToken.sol";
import {IOrigination} from "./interfaces/IOrigination.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {Amounts} from "./libraries/Amounts.sol";
import {CalendarLib} from "./libraries/CalendarLib.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Actor, Programme, Roles} from "./types/Types.sol";

/// @title Programmes
/// @notice {Origination}'s other half: the terms that debtors publish for their payables, and the reference rate.
///
/// FOR GOOD
/// @dev A programme never changes. A retired one takes no new payables; what was proposed under it before can still be
/// confirmed, as its debtor alone decides that. The same one is published once, ever: so a signature is used once.
abstract contract Programmes is IOrigination, AccessManaged, EIP712, Journal {
    /* TYPES */

    /// @dev One word: all of a programme but its tokens, and its debtor by number.
    struct Rules {
        uint32 debtorNumber;
        uint56 minimumPiece;
        uint8 maximumDepth;
        uint8 softTenorMonths;
        uint8 hardTenorMonths;
        uint16 refusalHours;
        uint8 blackoutDaysBefore;
        uint8 blackoutDaysAfter;
        uint8 dishonourDays;
        bool registrationRequired;
        uint32 lateRatePpm;
        bytes3 currency;
        bool retired;
    }

    /// @param structHash Its EIP-712 hash, as every confirmation signs it.
    /// @param tokens In the order published; zero after the last.
    struct StoredProgramme {
        Rules rules;
        bytes32 structHash;
        address[4] tokens;
    }

    struct ReferenceRate {
        uint32 ratePpm;
        uint32 effectiveDate;
    }

    /* CONSTANTS */

    /// @notice The most tokens of one programme.
    uint256 public constant MAX_TOKENS = 4;

    /// @dev 100 % a year.
    uint256 internal constant MAX_RATE_PPM = 1_000_000;

    bytes32 internal constant PROGRAMME_TYPEHASH = keccak256(
        "Programme(address debtor,address[] depositTokens,uint56 minimumPiece,uint8 maximumDepth,uint8 softTenorMonths,uint8 hardTenorMonths,uint16 refusalHours,uint8 blackoutDaysBefore,uint8 blackoutDaysAfter,uint8 dishonourDays,bool registrationRequired,uint32 lateRatePpm)"
    );
    bytes32 internal constant PUBLICATION_TYPEHASH = keccak256(
        "Publication(Programme programme,uint64 deadline)Programme(address debtor,address[] depositTokens,uint56 minimumPiece,uint8 maximumDepth,uint8 softTenorMonths,uint8 hardTenorMonths,uint16 refusalHours,uint8 blackoutDaysBefore,uint8 blackoutDaysAfter,uint8 dishonourDays,bool registrationRequired,uint32 lateRatePpm)"
    );

    IParticipants public immutable PARTICIPANTS;

    /* STORAGE */

    /// @notice The id of the programme published last. They count up from {idsBefore} this version.
    uint32 public programmeCount;

    /// @inheritdoc IOrigination
    ReferenceRate public referenceRate;

    mapping(uint256 programmeId => StoredProgramme) internal _programmes;
    mapping(bytes32 structHash => uint256 programmeId) internal _published;

    /* DEBTOR: PROGRAMMES */

    /// @inheritdoc IOrigination
    function publishProgramme(Programme memory programme) external returns (uint32 programmeId) {
        address caller = _caller().account;
        require(caller == programme.debtor, ProgrammeNotDebtor(caller, programme.debtor));
        return _publish(programme);
    }

    /// @inheritdoc IOrigination
    /// @dev A signature that is not the debtor's is reported for subject 0: the programme has no id yet.
    function publishProgrammeBySignature(Programme memory programme, uint64 deadline, bytes calldata signature)
        external
        returns (uint32 programmeId)
    {
        _requireSignature(0, programme.debtor, publicationDigest(programme, deadline), deadline, signature);
        return _publish(programme);
    }

    /// @inheritdoc IOrigination
    function retireProgramme(uint32 programmeId) external {
        Actor memory caller = _caller();
        Rules storage rules = _programmes[programmeId].rules;
        require(rules.debtorNumber != 0 && !rules.retired, ProgrammeNotOpen(programmeId));
        if (caller.number != rules.debtorNumber) {
            revert ProgrammeNotDebtor(caller.account, _accountOf(rules.debtorNumber));
        }

        rules.retired = true;

        _announce(2, abi.encode(ProgrammeRetired.selector, programmeId));
    }

    /* OPERATOR */

    /// @inheritdoc IOrigination
    function setReferenceRate(uint32 effectiveDate, uint32 ratePpm) external restricted {
        uint32 earliest = referenceRate.effectiveDate;
        uint32 today = CalendarLib.today();
        require(
            effectiveDate >= earliest && effectiveDate <= today,
            ReferenceRateDateOutOfRange(effectiveDate, earliest, today)
        );
        _requireInRange("referenceRatePpm", ratePpm, 0, MAX_RATE_PPM);

        referenceRate = ReferenceRate(ratePpm, effectiveDate);

        _announce(2, abi.encode(ReferenceRateSet.selector, effectiveDate, ratePpm));
    }

    /* VIEWS */

    /// @inheritdoc IOrigination
    function programmeOf(uint32 programmeId) external view returns (Programme memory programme, bool retired) {
        Rules storage rules = _programmes[programmeId].rules;
        programme.debtor = _accountOf(rules.debtorNumber);
        programme.depositTokens = tokensOf(programmeId);
        programme.minimumPiece = rules.minimumPiece;
        programme.maximumDepth = rules.maximumDepth;
        programme.softTenorMonths = rules.softTenorMonths;
        programme.hardTenorMonths = rules.hardTenorMonths;
        programme.refusalHours = rules.refusalHours;
        programme.blackoutDaysBefore = rules.blackoutDaysBefore;
        programme.blackoutDaysAfter = rules.blackoutDaysAfter;
        programme.dishonourDays = rules.dishonourDays;
        programme.registrationRequired = rules.registrationRequired;
        programme.lateRatePpm = rules.lateRatePpm;
        retired = rules.retired;
    }

    /// @inheritdoc IOrigination
    function acceptsToken(uint32 programmeId, address depositToken) external view returns (bool) {
        address[MAX_TOKENS] storage tokens = _programmes[programmeId].tokens;
        for (uint256 i; i < MAX_TOKENS; ++i) {
            address token = tokens[i];
            if (token == address(0)) return false;
            if (token == depositToken) return true;
        }
        return false;
    }

    /// @inheritdoc IOrigination
    function tokensOf(uint32 programmeId) public view returns (address[] memory tokens) {
        address[MAX_TOKENS] memory all = _programmes[programmeId].tokens;
        uint256 count;
        while (count < MAX_TOKENS && all[count] != address(0)) ++count;
        tokens = new address[](count);
        for (uint256 i; i < count; ++i) {
            tokens[i] = all[i];
        }
    }

    /// @inheritdoc IOrigination
    function currencyOf(uint32 programmeId) external view returns (bytes3) {
        return _programmes[programmeId].rules.currency;
    }

    /// @inheritdoc IOrigination
    function publicationDigest(Programme memory programme, uint64 deadline) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(PUBLICATION_TYPEHASH, _hashOf(programme), deadline)));
    }

    /* INTERNAL */

    function _publish(Programme memory programme) internal returns (uint32 programmeId) {
        uint32 debtorNumber = _active(programme.debtor, Roles.DEBTOR);
        bytes3 currency = _checkProgramme(programme);
        bytes32 structHash = _hashOf(programme);
        require(_published[structHash] == 0, ProgrammeAlreadyPublished(_published[structHash]));

        programmeId = ++programmeCount;
        _published[structHash] = programmeId;
        StoredProgramme storage stored = _programmes[programmeId];
        stored.structHash = structHash;
        stored.rules = Rules({
            debtorNumber: debtorNumber,
            minimumPiece: programme.minimumPiece,
            maximumDepth: programme.maximumDepth,
            softTenorMonths: programme.softTenorMonths,
            hardTenorMonths: programme.hardTenorMonths,
            refusalHours: programme.refusalHours,
            blackoutDaysBefore: programme.blackoutDaysBefore,
            blackoutDaysAfter: programme.blackoutDaysAfter,
            dishonourDays: programme.dishonourDays,
            registrationRequired: programme.registrationRequired,
            lateRatePpm: programme.lateRatePpm,
            currency: currency,
            retired: false
        });

        bytes memory subjects = abi.encode(ProgrammePublished.selector, programmeId, programme.debtor);
        _announce(3, bytes.concat(subjects, _rulesOf(programme)));
        for (uint256 i; i < programme.depositTokens.length; ++i) {
            address token = programme.depositTokens[i];
            stored.tokens[i] = token;
            _announce(3, abi.encode(ProgrammeTokenAccepted.selector, programmeId, token));
        }
    }

    /// @dev The words of a programme after its tokens, in order.
    function _rulesOf(Programme memory p) internal pure returns (bytes memory) {
        return abi.encode(
            p.minimumPiece,
            p.maximumDepth,
            p.softTenorMonths,
            p.hardTenorMonths,
            p.refusalHours,
            p.blackoutDaysBefore,
            p.blackoutDaysAfter,
            p.dishonourDays,
            p.registrationRequired,
            p.lateRatePpm
        );
    }

    /// @dev EIP-712: an array of addresses is the hash of its words.
    function _hashOf(Programme memory p) internal pure returns (bytes32) {
        bytes32 tokensHash = keccak256(abi.encodePacked(p.depositTokens));
        return keccak256(bytes.concat(abi.encode(PROGRAMME_TYPEHASH, p.debtor, tokensHash), _rulesOf(p)));
    }

    function _checkProgramme(Programme memory p) internal view returns (bytes3 currency) {
        _requireInRange("depositTokens", p.depositTokens.length, 1, MAX_TOKENS);
        _requireInRange("minimumPiece", p.minimumPiece, 0, Amounts.MAX);
        _requireInRange("hardTenorMonths", p.hardTenorMonths, 1, 12);
        _requireInRange("softTenorMonths", p.softTenorMonths, 1, p.hardTenorMonths);
        _requireInRange("refusalHours", p.refusalHours, 0, 720);
        _requireInRange("blackoutDaysBefore", p.blackoutDaysBefore, 0, 60);
        _requireInRange("blackoutDaysAfter", p.blackoutDaysAfter, 0, 60);
        // Three bank days pass before a failure is notified (R-29b).
        _requireInRange("dishonourDays", p.dishonourDays, 3, 30);
        _requireInRange("lateRatePpm", p.lateRatePpm, 0, MAX_RATE_PPM);
        for (uint256 i; i < p.depositTokens.length; ++i) {
            address token = p.depositTokens[i];
            _active(token, Roles.DEPOSIT_TOKEN);
            bytes3 code = IDepositToken(token).currencyCode();
            if (i == 0) currency = code;
            require(code == currency, ProgrammeTokenUnfit(token));
            for (uint256 j; j < i; ++j) {
                require(token != p.depositTokens[j], ProgrammeTokenUnfit(token));
            }
        }
    }

    function _caller() internal view returns (Actor memory) {
        return PARTICIPANTS.actor(msg.sender);
    }

    /// @dev The number of an active organisation with one of the roles.
    function _active(address account, uint16 anyOf) internal view returns (uint32 number) {
        return PARTICIPANTS.active(account, anyOf).number;
    }

    function _accountOf(uint32 number) internal view returns (address) {
        return PARTICIPANTS.accountOf(number);
    }

    function _requireInRange(bytes32 field, uint256 value, uint256 minimum, uint256 maximum) internal pure {
        require(value >= minimum && value <= maximum, ProgrammeFieldOutOfRange(field, value, minimum, maximum));
    }

    function _requireSignature(
        uint256 subject,
        address signer,
        bytes32 digest,
        uint64 deadline,
        bytes calldata signature
    ) internal view {
        require(block.timestamp <= deadline, SignatureExpired(deadline, block.timestamp));
        require(Signatures.isValid(PARTICIPANTS.keyOf(signer), digest, signature), SignatureInvalid(subject, signer));
    }
}
