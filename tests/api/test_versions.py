"""A second version of the contracts beside the first, while both live: debts finish their lives where they were born,
new ones are made in the new version alone, and one invoice is confirmed once, whichever version it is brought to."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.app import create_app, make_services
from hardhat_free_devnet import Anvil
from indexer.events import Decoder
from indexer.follow import Follower
from indexer.verify import verify
from node_adapter.client import NodeClient
from node_adapter.contract_check import differences
from node_adapter.deploy import Beside, deploy_beside
from node_adapter.deployments import Deployments, version_of
from node_adapter.outbox import Outbox, Worker
from node_adapter.signers import Keyring
from tests.api.building import PASSPHRASE, build, set_the_scene
from tests.api.member import refusal
from tests.api.stage import FACE, Stage, TestClient
from tests.conftest import tool

pytestmark = [pytest.mark.devnet, pytest.mark.slow]
DAY_S = 86_400


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A network of its own: others stay with one version."""
    tool("anvil")
    folder = tmp_path_factory.mktemp("versions")
    node = Anvil(folder / "node", durable=False).start()
    stage = build(node, folder)
    yield stage
    stage.services.engine.dispose()
    stage.services.client.close()
    node.stop()


def deploy_next(stage: Stage) -> Beside:
    """As `scf contracts deploy --beside` does it on a running network: the API's own worker sends."""
    settings = stage.settings
    client = NodeClient(settings.node_url.get_secret_value())
    deployments = Deployments.load(settings.deployments)
    outbox = Outbox(stage.services.engine, client, deployments, Keyring(settings.keys, PASSPHRASE))
    deployer = outbox.keyring.addresses()["deployer"]
    return deploy_beside(
        outbox, Worker(outbox).step, deployer=deployer, save=lambda made: made.save(settings.deployments)
    )


def restarted(stage: Stage) -> Stage:
    """Indexer and API as new processes would find the network."""
    services = make_services(stage.settings)
    follower = Follower(
        services.engine, NodeClient(stage.settings.node_url.get_secret_value()), Decoder(services.deployments)
    )
    follower.pin()
    follower.catch_up()
    members = {login: replace(member) for login, member in stage.members.items()}
    again = replace(stage, services=services, follower=follower, members=members)
    for member in members.values():
        member.stage = again
    return again


def pieces(stage: Stage, login: str, payable: str) -> list[str]:
    found = stage[login].read("/api/v1/receivables", payable_id=payable)["items"]
    return [row["receivable_id"] for row in found if row["holder"]["address"] == stage[login].address]


def no_difference(stage: Stage) -> None:
    stage.index()
    services = stage.services
    assert verify(services.engine, services.client, services.deployments).differences == []
    assert differences(services.client, services.deployments) == []


def test_versions__second_beside_the_first__each_payable_lives_where_it_was_born(stage: Stage) -> None:
    with TestClient(create_app(stage.services), raise_server_exceptions=False) as http:
        stage.opened(http)
        set_the_scene(stage)
        old = stage.confirmed("s1")
        (root,) = pieces(stage, "s1", old)
        part = stage.split("s1", root, "s2", 400_000)
        document = stage.document("s1", amount=FACE)
        first = stage["s1"].command("/api/v1/invoices", files={"file": ("i.xml", document, "application/xml")})
        proposed = stage["s1"].command("/api/v1/payables", {"invoice_id": first["resource"]["id"]})["resource"]["id"]
        waiting = deploy_next(stage)
        assert waiting.ready_at is not None
        assert waiting.deployments.current == 1
        assert deploy_next(stage).ready_at == waiting.ready_at, "nothing is announced twice"
        stage.pass_time(waiting.ready_at - stage.now())
        assert deploy_next(stage).ready_at is None
        # The version that was current makes no more debts, also for who does not know yet.
        assert refusal(stage["c"].post(f"/api/v1/payables/{proposed}/confirm")) == "409 OriginationSuperseded"
        stage.settle()

    stage = restarted(stage)
    assert [stage.services.deployments.current, stage.services.deployments.versions] == [2, [1, 2]]
    with TestClient(create_app(stage.services), raise_server_exceptions=False) as http:
        stage.opened(http)
        no_difference(stage)
        assert stage["r"].read("/api/v1/chain")["version"] == 2
        # A programme is one version's: the debtor publishes anew, and what was only proposed is proposed anew.
        invoice = {"invoice_id": first["resource"]["id"]}
        assert refusal(stage["s1"].post("/api/v1/payables", invoice)) == "409 ProgrammeMissing"
        stage["c"].command("/api/v1/programmes", {"minimum_piece": {"amount": "0.01", "currency": "CNY"}})
        again = stage["s1"].command("/api/v1/payables", invoice)["resource"]["id"]
        assert again != proposed
        stage["c"].command(f"/api/v1/payables/{again}/confirm")

        assert refusal(stage["c"].post(f"/api/v1/payables/{proposed}/confirm")) == "409 OriginationSuperseded"
        new = stage.confirmed("s1", amount=FACE)
        (new_root,) = pieces(stage, "s1", new)
        stage.split("s1", new_root, "s2", 100_000)
        frozen = stage.frozen("s1", new, 1_000)
        stage["co"].command(f"/api/v1/freeze-orders/{frozen}/release", {"reason": "over"})

        stage["s2"].command(f"/api/v1/receivables/{part}/transfer", {"to": stage["s3"].address})
        stage.pass_time(88 * DAY_S)
        stage.pay(old, FACE)
        for login, piece in (("s1", root), ("s3", part)):
            before = stage[login].cash()
            stage[login].command(f"/api/v1/receivables/{piece}/redeem")
            assert stage[login].cash() > before
        assert stage["c"].read(f"/api/v1/payables/{old}")["state"] == "settled"
        no_difference(stage)
        used = {version_of(operation.instance) for operation in stage.operations() if operation.instance}
        assert used == {1, 2}
        stage.settle()
