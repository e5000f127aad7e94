"""A new key for an organisation: prepared by one person, approved by another, announced, and completed by the key."""

import secrets
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.identity.actor import Role
from api.key_rotations.models import KeyRotation
from hardhat_free_devnet import fund
from node_adapter.outbox.commands import Call, Command
from node_adapter.signers import Wallet, create_account
from node_adapter.signers.base import Signers
from scripts.actors import Persona
from tests.api.building import PASSPHRASE, QUICK, new_user, organisation_of, with_check_digit
from tests.api.member import Member, refusal
from tests.api.stage import Stage

pytestmark = pytest.mark.devnet
DAY_S = 86_400


@dataclass
class Newcomer:
    """A supplier of its own, so that nobody else's key changes under the other tests."""

    network: Stage
    member: Member
    login: str

    def wallet(self, hosted: bool = False) -> tuple[str, Wallet]:
        name = f"key-{secrets.token_hex(4)}"
        folder = self.network.folder / ("keys" if hosted else "wallets")
        address = create_account(folder, name, PASSPHRASE, work_factor=QUICK)
        fund(self.network.node.url, [address])
        self.allow(address)
        return address, Wallet.load(folder / f"{name}.json", PASSPHRASE)

    def allow(self, address: str) -> None:
        """As a key's lines in signers.toml and a restart would: it may sign what the first supplier's may."""
        signers = self.network.services.outbox.keyring
        assert isinstance(signers, Signers)
        assert signers.policy is not None
        policy = signers.policy
        policy._rules[address] = policy.rule(self.network["s1"].address)

    def state(self, rotation: str, login: str | None = None) -> str:
        reader = self.network[login] if login else self.member
        return str(reader.read(f"/api/v1/key-rotations/{rotation}")["state"])


@pytest.fixture
def newcomer(network: Stage) -> Newcomer:
    """Admitted, and hosted: the server signs for it."""
    digits = with_check_digit(f"91320500MA{secrets.randbelow(10**6):06}00")
    login = f"new-{digits.lower()}"
    address = create_account(network.folder / "keys", login, PASSPHRASE, work_factor=QUICK)
    fund(network.node.url, [address])
    with Session(network.services.engine) as session, session.begin():
        persona = Persona(login, f"Newcomer {digits}", Role.SUPPLIER, digits)
        organisation = organisation_of(session, network, persona, address)
        session.add(new_user(login, organisation, demo=True))
        organisation_id = organisation.id
    member = Member(network, login, organisation_id, address, digits, f"Newcomer {digits}")
    network.members[login] = member
    network["o"].command("/api/v1/participants", {"organisation_id": organisation_id})
    found = Newcomer(network, member, login)
    found.allow(address)
    return found


def announced(network: Stage, login: str, key: str) -> str:
    rotation = network.rotation(login, key)
    network["o2"].command(f"/api/v1/key-rotations/{rotation}/approval")
    return rotation


def test_rotation__prepared_and_approved_by_two__waits_and_is_completed_by_the_wallet(
    network: Stage, newcomer: Newcomer
) -> None:
    key, wallet = newcomer.wallet()
    rotation = network.rotation(newcomer.login, key)
    path = f"/api/v1/key-rotations/{rotation}"
    assert newcomer.state(rotation) == "prepared"
    assert refusal(network["o"].post(f"{path}/approval")) == "403 SecondPersonRequired"
    assert refusal(newcomer.member.post(f"{path}/completion")) == "409 StateForbids"
    assert network.services.client.call(
        "Participants", network.services.deployments.address("Participants"), "rotationOf", newcomer.member.address
    ) == ("0x" + "00" * 20, 0), "the chain has not heard of it"

    network["o2"].command(f"{path}/approval")
    seen, own = network["o"].read(path), newcomer.member.read(path)
    assert (seen["state"], seen["prepared_by"], seen["approved_by"]) == ("announced", "o", "o2")
    assert (own["key"], own["prepared_by"], own["approved_by"]) == (key, None, None)
    assert refusal(network["o2"].post(f"{path}/approval")) == "409 StateForbids"
    assert refusal(newcomer.member.post(f"{path}/completion")) == "409 KeyRotationTooEarly"

    network.pass_time(2 * DAY_S + 1)
    operation = newcomer.member.post(f"{path}/completion").json()
    assert (operation["state"], operation["wallet"]) == ("awaiting_signature", key)
    signed = [wallet.sign(item) for item in operation["to_sign"]]
    newcomer.member.post(f"/api/v1/operations/{operation['id']}/signature", {"signatures": signed})
    assert newcomer.member.ended(operation["id"])["state"] == "done"
    assert newcomer.state(rotation) == "completed"

    # From now on the new key acts, whoever had the old one.
    given = newcomer.member.post("/api/v1/invoices", **upload(network, newcomer)).json()
    assert (given["state"], given["wallet"]) == ("awaiting_signature", key)


def test_rotation__to_a_key_that_the_server_keeps__is_completed_without_a_wallet(
    network: Stage, newcomer: Newcomer
) -> None:
    key, _ = newcomer.wallet(hosted=True)
    rotation = announced(network, newcomer.login, key)
    network.pass_time(2 * DAY_S + 1)
    newcomer.member.command(f"/api/v1/key-rotations/{rotation}/completion")
    assert newcomer.state(rotation) == "completed"
    done = newcomer.member.command("/api/v1/invoices", **upload(network, newcomer))
    assert network.operation(done["id"]).signer == key


def upload(network: Stage, newcomer: Newcomer) -> dict[str, Any]:
    return {"files": {"file": ("i.xml", network.document(newcomer.login), "application/xml")}}


def test_rotation__open_operations_of_the_old_key__fail_by_name_and_nothing_is_done_for_them(
    network: Stage, newcomer: Newcomer
) -> None:
    key, _ = newcomer.wallet(hosted=True)
    rotation = announced(network, newcomer.login, key)
    network.pass_time(2 * DAY_S + 1)
    newcomer.member.command(f"/api/v1/key-rotations/{rotation}/completion")
    # As if it had been accepted just before: its signer is the key that was good then.
    stale = Command(
        organisation=newcomer.member.organisation_id,
        idempotency_key=secrets.token_hex(8),
        request_hash=secrets.token_hex(8),
        kind="test.anchor",
        resource={"type": "test", "id": None},
        call=Call("Anchors", "anchor", ["0x" + secrets.token_hex(32), "0x" + "11" * 32]),
        sender=newcomer.member.address,
    )
    with Session(network.services.engine, expire_on_commit=False) as session, session.begin():
        operation = network.services.outbox.accept(session, stale)
    network.services.outbox.wake()
    ended = newcomer.member.ended(operation.id)
    assert (ended["state"], ended["error"]["name"]) == ("failed", "ParticipantKeyRetired")
    assert network.operation(operation.id).nonce is None, "no nonce was spent"


def test_rotation__announced_for_who_keeps_its_own_key__is_called_off_with_its_wallet(network: Stage) -> None:
    rotation = announced(network, "own", "0x" + secrets.token_hex(20))
    cancel = network["own"].post(f"/api/v1/key-rotations/{rotation}/cancel").json()
    assert (cancel["state"], cancel["wallet"]) == ("awaiting_signature", network["own"].address)
    network["own"].sign(cancel)
    assert network["own"].ended(cancel["id"])["state"] == "done"
    assert network["own"].read(f"/api/v1/key-rotations/{rotation}")["state"] == "cancelled"


@pytest.mark.parametrize("who", ["operator", "organisation"])
def test_rotation__called_off__never_takes_effect(network: Stage, newcomer: Newcomer, who: str) -> None:
    rotation = announced(network, newcomer.login, newcomer.wallet()[0])
    member = network["o"] if who == "operator" else newcomer.member
    member.command(f"/api/v1/key-rotations/{rotation}/cancel")
    assert newcomer.state(rotation) == "cancelled"
    network.pass_time(2 * DAY_S + 1)
    assert refusal(newcomer.member.post(f"/api/v1/key-rotations/{rotation}/completion")) == "409 StateForbids"


def test_rotation__dropped_before_its_approval__never_reaches_the_chain(network: Stage, newcomer: Newcomer) -> None:
    rotation = network.rotation(newcomer.login)
    assert refusal(newcomer.member.post(f"/api/v1/key-rotations/{rotation}/cancel")) == "409 StateForbids"
    network["o"].command(f"/api/v1/key-rotations/{rotation}/cancel")
    assert newcomer.state(rotation) == "cancelled"
    assert refusal(network["o2"].post(f"/api/v1/key-rotations/{rotation}/approval")) == "409 StateForbids"


def test_rotation__another_announced_in_its_place__is_cancelled(network: Stage, newcomer: Newcomer) -> None:
    first = announced(network, newcomer.login, newcomer.wallet()[0])
    second = announced(network, newcomer.login, newcomer.wallet()[0])
    assert (newcomer.state(first), newcomer.state(second)) == ("cancelled", "announced")


def test_rotation__nobody_approves_in_time__expires(network: Stage, newcomer: Newcomer) -> None:
    rotation = network.rotation(newcomer.login)
    with Session(network.services.engine) as session, session.begin():
        week_ago = update(KeyRotation).where(KeyRotation.id == rotation)
        session.execute(week_ago.values(prepared_at=network.now() - 8 * DAY_S))
    assert newcomer.state(rotation) == "expired"
    assert refusal(network["o2"].post(f"/api/v1/key-rotations/{rotation}/approval")) == "409 StateForbids"


def test_rotation__to_a_key_in_use_or_of_nobody__is_refused_when_prepared(network: Stage, newcomer: Newcomer) -> None:
    path = f"/api/v1/participants/{newcomer.member.address}/key-rotations"
    assert refusal(network["o"].post(path, {"key": network["s1"].address})) == "409 KeyAlreadyInUse"
    token = network.services.deployments.address("DepositTokenCNY")
    of_token = f"/api/v1/participants/{token}/key-rotations"
    assert refusal(network["o"].post(of_token, {"key": "0x" + secrets.token_hex(20)})) == "409 ParticipantIsContract"
    stranger = f"/api/v1/participants/0x{secrets.token_hex(20)}/key-rotations"
    assert refusal(network["o"].post(stranger, {"key": "0x" + secrets.token_hex(20)})) == "404 NotFound"
    assert refusal(network["o"].post(path, {"key": "0x" + "00" * 20})) == "422 RequestInvalid"


def test_rotation__the_row_itself__never_has_one_person_twice(network: Stage, newcomer: Newcomer) -> None:
    """What the service refuses, the table refuses too."""
    rotation = network.rotation(newcomer.login)
    same = update(KeyRotation).where(KeyRotation.id == rotation)
    with Session(network.services.engine) as session, pytest.raises(IntegrityError, match="second_person"):
        session.execute(same.values(approved_by="o", approved_at=1, operation_id="x"))


def test_rotations__listed__each_sees_its_own_and_the_operator_all(network: Stage, newcomer: Newcomer) -> None:
    rotation = network.rotation(newcomer.login)
    other = network.rotation("s2")
    own = {row["id"] for row in newcomer.member.read("/api/v1/key-rotations")["items"]}
    assert own == {rotation}
    assert {rotation, other} <= {row["id"] for row in network["o"].read("/api/v1/key-rotations")["items"]}
    assert network["r"].read("/api/v1/key-rotations")["items"] == []
