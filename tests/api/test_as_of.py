"""Every read as of a moment that is past: the same routes, the same rights, another block."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.member import money, refusal
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet

DAY_S = 86_400


def test_as_of__before_a_split__shows_the_piece_whole_and_its_child_not_at_all(network: Stage) -> None:
    payable = network.confirmed()
    root = f"{payable}00000001"
    then = network["r"].read("/api/v1/chain")
    network.pass_time(60)
    child = network.split("s1", root, "s2", FACE // 4)

    instant = datetime.fromtimestamp(network.services.client.headers([then["block"]])[0].timestamp, UTC)
    for moment in (then["block"], then["block_hash"], instant.isoformat()):
        before = network["s1"].read(f"/api/v1/receivables/{root}", as_of=moment)
        assert (before["value"], before["as_of_block"]) == (money(FACE), then["block"])
        assert refusal(network["s2"].get(f"/api/v1/receivables/{child}", as_of=moment)) == "404 NotFound"
    assert network["s1"].read(f"/api/v1/receivables/{root}")["value"] == money(FACE - FACE // 4)
    assert network["s2"].read(f"/api/v1/receivables/{child}")["value"] == money(FACE // 4)
    moves = network["r"].read(f"/audit/v1/payables/{payable}/lineage", as_of=then["block"])["moves"]
    assert [move["kind"] for move in moves] == ["issue"]


def test_as_of__before_the_due_date_had_passed__nothing_is_overdue(network: Stage) -> None:
    network.go_to(12)
    programme = network.programme("rival", minimum_piece=money(1), refusal_hours=5)
    due = network.today() + timedelta(days=1)
    payable = network.proposed(terms={"programme_id": programme}, buyer="rival", due_date=due)
    network["rival"].command(f"/api/v1/payables/{payable}/confirm")
    then = network["r"].read("/api/v1/chain")["block"]
    network.pass_time(3 * DAY_S)
    assert network["rival"].read(f"/api/v1/payables/{payable}")["overdue"] is True
    before = network["rival"].read(f"/api/v1/payables/{payable}", as_of=then)
    assert (before["overdue"], before["late_interest"]) == (False, money(0))


def test_final__of_a_list__follows_its_own_block_and_the_newest_one(network: Stage) -> None:
    """The same question as of the same block: what could have vanished then cannot now."""
    payable = network.confirmed()
    then = network["r"].read("/api/v1/chain")["block"]
    lists = ("/api/v1/payables", "/api/v1/receivables", "/audit/v1/events", f"/audit/v1/payables/{payable}/lineage")

    def said(path: str, **moment: int) -> tuple[bool, int]:
        found = network["r" if path.startswith("/audit") else "s1"].read(path, **moment)
        return found["final"], found["as_of_block"]

    assert [said(path) for path in lists] == [(False, then)] * len(lists)
    network.rpc("anvil_mine", hex(network.services.network.confirmations))
    network.index()
    newest = then + network.services.network.confirmations
    assert [said(path) for path in lists] == [(False, newest)] * len(lists)
    assert [said(path, as_of=then) for path in lists] == [(True, then)] * len(lists)
    assert network["s1"].read(f"/api/v1/payables/{payable}", as_of=then)["final"] is True


@pytest.mark.parametrize("moment", ["tomorrow", "2026-11-28", "2026-11-28T10:00:00", "0x12", "-1", "1.5", "", "９"])
def test_as_of__no_moment__is_refused_with_an_example(network: Stage, moment: str) -> None:
    response = network["s1"].get("/api/v1/receivables", as_of=moment)
    assert refusal(response) == "422 RequestInvalid"
    assert "2026-11-28T09:00:00+08:00" in response.json()["detail"]


@pytest.mark.parametrize(
    "moment", ["999999999", "9" * 40, "0x" + "ab" * 32, "2999-01-01T00:00:00Z", "1990-01-01T00:00Z"]
)
def test_as_of__a_moment_the_index_does_not_know__is_refused_with_what_it_has(network: Stage, moment: str) -> None:
    response = network["s1"].get("/api/v1/receivables", as_of=moment)
    assert refusal(response) == "422 RequestInvalid"
    assert "it has blocks" in response.json()["detail"]


def test_as_of__on_a_command__is_refused_and_nothing_happens(network: Stage) -> None:
    payable = network.confirmed()
    before = len(network.operations())
    response = network["s1"].post(f"/api/v1/receivables/{payable}00000001/redeem?as_of=3")
    assert refusal(response) == "422 RequestInvalid"
    assert "a command acts now" in response.json()["detail"]
    assert len(network.operations()) == before


def test_as_of__in_the_documentation__stands_at_every_read_and_at_no_command(network: Stage) -> None:
    paths = network["nobody"].read("/openapi.json")["paths"]
    for path, methods in paths.items():
        if not path.startswith(("/api/", "/audit/")):
            continue
        for method, operation in methods.items():
            named = {parameter["name"] for parameter in operation.get("parameters", [])}
            assert ("as_of" in named) == (method == "get"), (method, path)
