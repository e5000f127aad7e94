"""What must be complete is counted here, not remembered."""

import re
from enum import IntEnum
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from indexer.models import Base, HoldKind, ParkingKind, ParticipantStatus, PayableState, Role, SkipReason
from indexer.registry import routes, unhandled
from node_adapter.artifacts import event_specs
from node_adapter.db import make_engine
from node_adapter.migrate import drift

ROOT = Path(__file__).resolve().parents[2]
TYPES = (ROOT / "contracts/src/types/Types.sol").read_text()

STANDARD = {
    "AccessManager": {
        "OperationCanceled",
        "OperationExecuted",
        "OperationScheduled",
        "RoleAdminChanged",
        "RoleGrantDelayChanged",
        "RoleGranted",
        "RoleGuardianChanged",
        "RoleLabel",
        "RoleRevoked",
        "TargetAdminDelayUpdated",
        "TargetClosed",
        "TargetFunctionRoleUpdated",
    },
    "DepositToken": {"Approval", "AuthorizationUsed", "EIP712DomainChanged"},
    "Discounting": {"EIP712DomainChanged"},
    "Dishonours": {"AuthorityUpdated"},
    "Holds": {"AuthorityUpdated"},
    "Origination": {"AuthorityUpdated", "EIP712DomainChanged"},
    "Participants": {"AuthorityUpdated"},
    "Receivables": {
        "Approval",
        "ApprovalForAll",
        "ApprovalValue",
        "SlotChanged",
        "Transfer",
        "TransferValue",
    },
    "Settlement": {"AuthorityUpdated"},
}
"""Events of the standards and libraries: kept raw, no row follows from them."""


def test_every_business_event_has_a_handler() -> None:
    assert set(routes()) == {(s.contract, s.name) for s in event_specs().values() if s.business}
    assert unhandled() == []


def test_every_other_event_is_named_as_a_standard_one() -> None:
    found: dict[str, set[str]] = {}
    for spec in event_specs().values():
        if not spec.business:
            found.setdefault(spec.contract, set()).add(spec.name)
    assert found == STANDARD


def test_every_event_has_the_subject_its_handler_names() -> None:
    for spec in event_specs().values():
        if spec.business:
            args = {field.name: f"0x{'0' * 56}{'1' * 8}" for field in spec.fields}
            subject = routes()[spec.contract, spec.name].subject(args, "emitter")
            assert subject in {*args.values(), f"0x{'0' * 56}", "emitter"} or re.fullmatch(
                r"(programme|order|reference_rate|emitter)[:/]0x0{56}1{8}", subject
            ), f"{spec.name} is about {subject}"


@pytest.mark.parametrize("enum", [ParticipantStatus, PayableState, ParkingKind, HoldKind, SkipReason])
def test_enum_parity(enum: type[IntEnum]) -> None:
    """None is what has no row."""
    found = re.search(rf"enum {enum.__name__} \{{([^}}]*)\}}", TYPES)
    assert found is not None
    names = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper() for name in found.group(1).replace(",", " ").split()]
    assert {name: i for i, name in enumerate(names) if name != "NONE"} == {m.name: m.value for m in enum}


def test_every_enum_of_the_contracts_is_mirrored() -> None:
    mirrored = {enum.__name__ for enum in (ParticipantStatus, PayableState, ParkingKind, HoldKind, SkipReason)}
    assert set(re.findall(r"^enum (\w+)", TYPES, re.MULTILINE)) == mirrored


def test_role_parity() -> None:
    bits = {name: int(value) for name, value in re.findall(r"uint16 internal constant (\w+) = (\d+);", TYPES)}
    assert bits.pop("ALL") == sum(role.value for role in Role)
    assert bits == {role.name: role.value for role in Role}


def test_migrations__sqlite__make_what_the_models_declare(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/empty.sqlite3")
    assert drift(engine, "indexer") == []
    engine.dispose()


@pytest.mark.postgres
def test_migrations__postgres__make_what_the_models_declare(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    assert drift(engine, "indexer") == []
    engine.dispose()


def test_tables__all_constraints__are_named_within_what_postgres_keeps() -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    found = inspect(engine)
    for table in Base.metadata.sorted_tables:
        names = {str(index["name"]) for index in found.get_indexes(table.name)}
        names |= {str(constraint.name) for constraint in table.constraints}
        assert all(name.startswith(("ix_", "uq_", "ck_", "fk_", "pk_")) and len(name) <= 63 for name in names), names
    engine.dispose()
