"""Names, invoices and texts to a regulator (R-45): for it alone, and each only as far as its hash on chain vouches."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from api import texts
from api.audit.app import create_app, make_services
from api.audit.settings import AuditSettings
from api.disclosure.box import DisclosureRefused, SecretKey, open_box, seal
from api.disclosure.gather import gather
from api.disclosure.pack import Pack, decoded
from api.disclosure.take import take
from api.identity.models import Organisation
from api.invoices.vault import load_or_create_master_key
from indexer.events import Decoder
from indexer.follow import Follower
from indexer.models import DisclosedInvoice
from node_adapter.client import NodeClient
from node_adapter.codec import encode_call
from node_adapter.db import make_engine, migrate
from node_adapter.ids import ascii_word
from node_adapter.words import hex0x
from scripts.cli import app as scf
from scripts.data_folder import FORMAT as FOLDER_FORMAT
from tests.api.member import money
from tests.api.stage import FACE, Stage, TestClient

pytestmark = pytest.mark.devnet

KEY = SecretKey.new()


@pytest.fixture
def regulators(network: Stage, tmp_path: Path) -> Iterator[Engine]:
    """An index of the regulator's own, with nothing of the API's in it."""
    engine = make_engine(f"sqlite:///{tmp_path}/regulator.sqlite3")
    migrate(engine, "indexer")
    yield engine
    engine.dispose()


def follow(network: Stage, engine: Engine) -> None:
    client = NodeClient(network.node.url)
    follower = Follower(engine, client, Decoder(network.services.deployments))
    follower.pin()
    follower.catch_up()
    client.close()


def packed(network: Stage) -> Pack:
    with Session(network.services.readers) as session:
        return gather(session, load_or_create_master_key(network.settings.secrets / "master.key"))


def taken(engine: Engine, pack: Pack) -> Any:
    with Session(engine) as session, session.begin():
        return take(session, pack)


def served(network: Stage, engine: Engine) -> TestClient:
    given = {"node_url": network.node.url, "deployments": network.settings.deployments}
    settings = AuditSettings.model_validate({**given, "database_url": str(engine.url)})
    app: FastAPI = create_app(make_services(settings))
    return TestClient(app, base_url="http://localhost")


def test_gather__text_that_no_event_names__stays_here(network: Stage) -> None:
    """As of an act that failed after it was accepted, or waits for its signature."""
    master_key = load_or_create_master_key(network.settings.secrets / "master.key")
    with Session(network.services.engine) as session, session.begin():
        organisation_id = session.scalars(select(Organisation.id)).first() or ""
        kept = texts.sealed(master_key, organisation_id, "said to nobody", network.now())
        session.add(kept)
        text_hash = kept.text_hash
    pack = packed(network)
    assert text_hash not in {entry.hash for entry in pack.texts}


def test_disclosed__to_the_regulator__is_searched_and_told_beside_the_chains_words(
    network: Stage, regulators: Engine
) -> None:
    payable = network.confirmed(number="DISCLOSED-7/2026")
    refused = network.proposed(number="REFUSED-8")
    network["c"].command(f"/api/v1/payables/{refused}/dispute", {"reason": "四成货物未到"})
    network.split("s1", f"{payable}00000001", "s2", FACE // 4)
    order = network.frozen("s1", payable, 1_000)
    follow(network, regulators)
    http = served(network, regulators)

    def read(path: str, **query: Any) -> Any:
        return http.get(f"/audit/v1/{path}", params=query).json()

    assert read("payables", reference="disclosed-7")["items"] == []
    result = taken(regulators, decoded(open_box(KEY, seal(KEY.public, packed(network).encoded()))))
    assert result.refused == []
    assert min(result.participants, result.invoices, result.texts) > 0

    (row,) = read("payables", reference="disclosed-7")["items"]
    assert (row["payable_id"], row["invoice_number"], row["invoice_amount_minor"]) == (
        payable,
        "DISCLOSED-7/2026",
        FACE,
    )
    assert row["debtor"] == {"address": network["c"].address, "name": network["c"].name}
    (disputed,) = read("payables", reference="REFUSED-8")["items"]
    assert disputed["reason"] == "四成货物未到"
    for asked in (network["s1"].name[2:6], network["s1"].legal_id.lower()):
        (found,) = read("participants", q=asked)["items"]
        assert (found["account"], found["legal_id"]) == (network["s1"].address, network["s1"].legal_id)
    assert read("participants", q="%")["items"] == []
    tree = read(f"payables/{payable}/lineage")["root"]
    assert tree["holder"]["name"] == network["s1"].name
    (given,) = [one for one in read("freeze-orders")["items"] if one["order_id"] == int(order)]
    assert (given["reason"], given["authority"]) == ("an inquiry", "a court, 2026-17")
    main = network["r"].read("/audit/v1/payables", reference="disclosed-7")["items"]
    assert main == [row]
    people = {one["account"]: one["name_by"] for one in read("participants", limit=200)["items"]}
    assert [people[network[one].address] for one in ("s1", "c", "f1")] == ["document", "document", "stated"]


def test_entries__that_do_not_make_their_hash__are_refused_by_name_and_the_others_taken(
    network: Stage, regulators: Engine
) -> None:
    payable = network.confirmed()
    for why in ("not delivered", "a wrong price"):
        network["c"].command(f"/api/v1/payables/{network.proposed()}/dispute", {"reason": why})
    follow(network, regulators)
    pack = packed(network)
    forged = {entry.payable_id: entry for entry in pack.invoices}[payable]
    document = base64.b64decode(forged.document).replace(b"T-", b"U-")
    people = {entry.account: entry for entry in pack.participants}
    s1, f1 = people[network["s1"].address], people[network["f1"].address]
    lie = replace(
        pack,
        invoices=[
            replace(forged, document=base64.b64encode(document).decode()),
            replace(forged, salt="00" * 32),
            replace(forged, salt="not hex"),
            replace(forged, document="***"),
            replace(forged, payable_id="0x" + 56 * "7"),
        ],
        participants=[
            replace(s1, legal_id=f1.legal_id),
            replace(s1, legal_id="nobody"),
            replace(s1, account=f1.account),
            replace(s1, account="0x" + 40 * "7"),
            replace(s1, salt=f1.salt),
            replace(s1, name="\0"),
            f1,
        ],
        texts=[
            replace(pack.texts[0], text="other words"),
            replace(pack.texts[0], hash="0x" + 64 * "7"),
            *pack.texts[1:2],
        ],
    )
    result = taken(regulators, lie)
    assert [refusal.kind for refusal in result.refused] == ["participant"] * 6 + ["invoice"] * 5 + ["text"] * 2
    assert (result.participants, result.invoices, result.texts) == (1, 0, 1)
    assert all(refusal.why for refusal in result.refused)
    with Session(regulators) as session:
        assert session.get(DisclosedInvoice, payable) is None
    assert taken(regulators, pack).refused == []  # the truth is taken, also after a lie, and again
    assert taken(regulators, pack).refused == []


def test_name__that_no_document_has__is_only_stated_until_a_participant_anchors_the_list(
    network: Stage, regulators: Engine
) -> None:
    network.confirmed()
    follow(network, regulators)
    true = packed(network)
    people = [replace(entry, name="Somebody Else Ltd") for entry in true.participants]
    pack = replace(true, participants=people)

    def vouched() -> set[str]:
        taken(regulators, pack)
        items = served(network, regulators).get("/audit/v1/participants", params={"q": "somebody else"}).json()["items"]
        return {item["name_by"] for item in items}

    assert vouched() == {"stated"}
    author, anchors = network["poor"].address, network.services.deployments.address("Anchors")
    data = hex0x(encode_call("Anchors", "anchor", [pack.register_hash, ascii_word("disclosure")]))
    network.rpc("anvil_setBalance", author, hex(10**18))
    network.rpc("anvil_impersonateAccount", author)
    network.rpc("eth_sendTransaction", {"from": author, "to": anchors, "data": data})
    network.rpc("anvil_stopImpersonatingAccount", author)
    follow(network, regulators)
    assert vouched() == {"anchor"}


def test_name__in_a_document_that_its_debtor_has_not_confirmed__is_vouched_for_by_the_supplier_alone(
    network: Stage, regulators: Engine
) -> None:
    payable = network.proposed()
    follow(network, regulators)
    pack = packed(network)
    taken(regulators, replace(pack, invoices=[entry for entry in pack.invoices if entry.payable_id == payable]))
    items = served(network, regulators).get("/audit/v1/participants", params={"limit": 200}).json()["items"]
    people = {one["account"]: one["name_by"] for one in items}
    assert [people[network[one].address] for one in ("s1", "c")] == ["document", "stated"]


def test_pack__of_another_chain_or_into_an_empty_index__is_refused(network: Stage, regulators: Engine) -> None:
    pack = packed(network)
    with pytest.raises(DisclosureRefused, match="empty"):
        taken(regulators, pack)
    follow(network, regulators)
    with pytest.raises(DisclosureRefused, match="of chain 1, the index of chain 31337"):
        taken(regulators, replace(pack, chain_id=1))
    with pytest.raises(DisclosureRefused, match="chain"):
        taken(regulators, replace(pack, genesis_hash="0x" + 64 * "0"))


def test_commands__from_key_to_search__leave_nothing_in_clear(
    network: Stage, regulators: Engine, tmp_path: Path
) -> None:
    network.confirmed(number="SECRET-NUMBER-1")
    follow(network, regulators)
    folder = tmp_path / "network"
    folder.mkdir()
    database = network.settings.database_url.get_secret_value()
    (folder / "config.json").write_text(json.dumps({"format": FOLDER_FORMAT, "database_url": database}))
    (folder / "secrets").symlink_to(network.settings.secrets)
    (folder / "actors.json").write_text("[]")
    (folder / "deployments").mkdir()
    (folder / "deployments" / "31337.json").symlink_to(network.settings.deployments)
    key, pack = tmp_path / "regulator.key", tmp_path / "pack.json"

    def scf_audit(*arguments: str) -> Any:
        return CliRunner().invoke(scf, ["audit", *arguments, "--data", str(folder), "--json"])

    assert scf_audit("keygen", "-o", str(key)).exit_code == 0
    assert key.stat().st_mode & 0o777 == 0o600
    again = scf_audit("keygen", "-o", str(key))
    assert (again.exit_code, json.loads(again.stdout)["error"]["name"]) == (1, "KeyExists")
    made = scf_audit("disclose", "--for", f"{key}.pub", "-o", str(pack))
    assert made.exit_code == 0, made.output
    assert "SECRET-NUMBER-1" not in pack.read_text()
    assert SecretKey.parse(key.read_text()).text not in made.output
    key.chmod(0o644)
    opened = scf_audit("import", str(pack), "--key", str(key), "--database", str(regulators.url))
    assert "chmod 600" in opened.stderr
    key.chmod(0o600)
    ended = scf_audit("import", str(pack), "--key", str(key), "--database", str(regulators.url))
    assert ended.exit_code == 0, ended.output
    assert json.loads(ended.stdout)["invoices"] == json.loads(made.stdout)["invoices"] > 0
    files = [(tmp_path / f"payables.{ending}") for ending in ("csv", "parquet")]
    for file in files:
        assert scf_audit("export", "payables", "-o", str(file)).exit_code == 0
    assert "SECRET-NUMBER-1" in files[0].read_text()
    assert scf_audit("export", "payables", "-o", str(tmp_path / "payables.xls")).exit_code == 1
    assert money(FACE)["amount"] in files[0].read_text()
