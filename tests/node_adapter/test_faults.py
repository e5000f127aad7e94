"""The process dies at every named point between two effects; the next one gets each operation onto the chain once."""

import secrets
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from node_adapter.outbox import Command, desk, faults
from node_adapter.outbox.attempts import Rules
from node_adapter.outbox.models import ChainView, Operation
from tests.node_adapter.outbox_process import Spec, act, kill, start
from tests.node_adapter.outbox_support import (
    BANK,
    DEBTOR,
    PASSPHRASE,
    SUPPLIER,
    TestNetwork,
    anchored,
    debtor_wallet,
    make_network,
    wait_for,
)

KIND = b"test".ljust(32, b"\0")
CALM = Rules()


def test_points__each_that_is_reached_in_the_code__is_listed_and_none_else() -> None:
    source = Path(faults.__file__).parent
    reached = {
        line.split('faults.reach("')[1].split('"')[0]
        for path in source.glob("*.py")
        for line in path.read_text().splitlines()
        if 'faults.reach("' in line
    }
    assert reached == faults.POINTS.keys()


def test_arm__in_a_production_process__is_refused() -> None:
    with pytest.raises(faults.FaultsRefused, match="for tests alone"):
        faults.arm({"SCF_FAULT": "sign.stored"})
    with pytest.raises(faults.FaultsRefused, match="names no point"):
        faults.arm({"SCF_FAULT": "sign.stord", "SCF_TEST_BUILD": "1"})
    faults.arm({})
    faults.reach("sign.stored")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def network(request: pytest.FixtureRequest, node_url: str, tmp_path: Path) -> Iterator[TestNetwork]:
    database = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    with make_network(node_url, tmp_path, database) as network:
        roles = (("supplier", SUPPLIER), ("bank", BANK), ("debtor", DEBTOR))
        network.run(*(network.admit(name, role) for name, role in roles))
        network.run(network.anchor("supplier"), network.anchor("bank"))
        yield network


@dataclass
class Case:
    """What the dying process does, and what must be on the chain in the end."""

    commands: list[Command] = field(default_factory=list)
    acts: list[tuple[str, str]] = field(default_factory=list)
    until: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    """Hashes that must not be anchored."""
    once: list[str] = field(default_factory=list)


def anchor(network: TestNetwork, case: Case, sender: str, *, mined: bool = True) -> Command:
    text = secrets.token_bytes(32)
    (case.once if mined else case.never).append(text.hex())
    return network.command(sender, "Anchors", "anchor", text, KIND)


def plain(network: TestNetwork) -> Case:
    case = Case()
    case.commands = [anchor(network, case, sender) for sender in ("supplier", "bank", "supplier")]
    return case


def refused(network: TestNetwork) -> Case:
    case = plain(network)
    case.commands.append(anchor(network, case, "relay", mined=False))
    return case


def own_wallet(network: TestNetwork) -> Case:
    case = Case()
    command = anchor(network, case, "debtor")
    network.outbox.simulate(command)
    (operation_id,) = network.accept(command)
    to_sign = network.operation(operation_id).to_sign
    assert to_sign is not None
    case.acts = [("sign", f"{operation_id}:{debtor_wallet(network).sign(to_sign[0])}")]
    case.until = [operation_id]
    return case


def _signed(network: TestNetwork, operation_id: str) -> bool:
    """The process that died before may hold the signer's lease for a moment."""
    network.worker.sign()
    return network.operation(operation_id).state == "signed"


def replaced(network: TestNetwork) -> Case:
    case = Case()
    (operation_id,) = network.accept(anchor(network, case, "supplier"))
    wait_for(lambda: _signed(network, operation_id))
    case.acts, case.until = [("replace", operation_id)], [operation_id]
    return case


def taken_back(network: TestNetwork) -> Case:
    snapshot = network.rpc("evm_snapshot")
    case = plain(network)
    case.until = [operation.id for operation in network.run(*case.commands)]
    case.commands = []
    assert network.rpc("evm_revert", snapshot)
    # To be put back first, the rows must be seen as lost: a newcomer makes the process go on until they are.
    case.commands = [anchor(network, case, "bank")]
    return case


def used_elsewhere(network: TestNetwork) -> Case:
    case = Case()
    (operation_id,) = network.accept(anchor(network, case, "supplier", mined=False))
    network.worker.sign()
    account = network.accounts["supplier"]
    network.rpc("anvil_setNonce", account, hex((network.operation(operation_id).nonce or 0) + 1))
    network.rpc("evm_mine")
    case.until = [operation_id]
    return case


CASES: dict[str, Callable[[TestNetwork], Case]] = {
    "refuse": refused,
    "wallet": own_wallet,
    "replace": replaced,
    "recover": taken_back,
    "stop": used_elsewhere,
}


@pytest.mark.devnet
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_faults__process_dies_at_each_point__each_operation_is_on_the_chain_once(network: TestNetwork) -> None:
    spec = Spec(
        network.url,
        network.engine.url.render_as_string(hide_password=False),
        network.folder / "keys",
        PASSPHRASE,
        network.outbox.deployments,
    )
    for point in faults.POINTS:
        case = CASES.get(point.partition(".")[0], plain)(network)
        network.worker.close()
        network.engine.dispose()
        process = start(act, spec, case.commands, case.acts, case.until, CALM, fault=point)
        process.join(60)
        try:
            assert process.exitcode == -signal.SIGKILL, f"{point} was not reached: {process.exitcode}"
        finally:
            kill(process)
        if point == "accept.stored":
            case.never, case.once = case.once, []
        if point == "wallet.stored":
            network.outbox.signature(case.until[0], [case.acts[0][1].partition(":")[2]])
        network.restart()
        if point.startswith("stop."):
            finish_stopped(network, case.until[0], point)
        network.settle()
        network.worker.step()
        found = anchored(network)
        assert {text: found[text] for text in case.once} == dict.fromkeys(case.once, 1), point
        assert not any(found[text] for text in case.never), point
        check_rows(network, point)


def finish_stopped(network: TestNetwork, operation_id: str, point: str) -> None:
    """The verdict stands or is found again, and an operator lets the signer go on."""
    wait_for(lambda: (network.worker.step(), network.operation(operation_id).state)[1] == "failed")
    assert network.operation(operation_id).error_name == "NonceUsedElsewhere", point
    desk.resume(network.engine, network.accounts["supplier"])


def check_rows(network: TestNetwork, point: str) -> None:
    """No nonce doubled or skipped, nobody recovers any more, and the chain has mined what the rows say."""
    with Session(network.engine) as session:
        rows = session.execute(select(Operation.signer, Operation.nonce).where(Operation.nonce.is_not(None))).all()
        assert session.scalar(select(ChainView.recoverer)) is None, point
    for signer in {row.signer for row in rows}:
        nonces = sorted(row.nonce for row in rows if row.signer == signer)
        assert nonces == list(range(len(nonces))), point
        assert network.outbox.client.nonce(signer) == len(nonces), point
