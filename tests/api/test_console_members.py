"""The operator's desk: who takes part and with which key; terms and rates."""

import re
from datetime import timedelta

import pytest

from tests.api import test_key_rotations
from tests.api.browsing import Desk
from tests.api.stage import Stage
from tests.api.test_key_rotations import Newcomer

pytestmark = pytest.mark.devnet


def status_of(desk: Desk, login: str) -> tuple[str, str]:
    """Badge and row as the operator sees them."""
    desk.network.index()
    page = desk["o"].get("/participants", limit="200").text
    (row,) = [row for row in page.split("<tr>") if f'<th scope="row">{desk.network[login].name}</th>' in row]
    (badge,) = re.findall(r'class="badge \w+">([^<]+)<', row)
    return badge, row


def test_membership__ended_and_taken_up_again__is_the_operators_to_decide(network: Stage, desk: Desk) -> None:
    base = f"/participants/{network['s3'].address}"
    for act in ("close", "readmit"):
        desk.closed_to(f"{base}/{act}", "s1", "co")
    badge, row = status_of(desk, "s3")
    assert (badge, f"{base}/close" in row, f"{base}/readmit" in row) == ("Active", True, False)
    desk.do("o", f"{base}/close", {"reason": "it went out of business"})
    try:
        badge, row = status_of(desk, "s3")
        assert (badge, f"{base}/close" in row, f"{base}/readmit" in row) == ("Closed", False, True)
        assert "it went out of business" in row
        assert "it went out of business" not in desk["s1"].get("/participants", limit="200").text
        twice = desk.answers("o", f"{base}/close", {"reason": "once more"}, 409)
        assert ("ParticipantNotOpen" in twice.text, ">once more</textarea>" in twice.text) == (True, True)
    finally:
        desk.do("o", f"{base}/readmit")
    assert status_of(desk, "s3")[0] == "Active"


def test_suspension__by_form__keeps_its_reason_and_ends_by_form(network: Stage, desk: Desk) -> None:
    base = f"/participants/{network['own'].address}"
    desk.answers("o", f"{base}/suspend", {"reason": ""}, 422)
    desk.do("o", f"{base}/suspend", {"reason": "an open question"})
    try:
        badge, row = status_of(desk, "own")
        assert (badge, "an open question" in row, f"{base}/reinstate" in row) == ("Suspended", True, True)
    finally:
        desk.do("o", f"{base}/reinstate")


newcomer = test_key_rotations.newcomer


def test_key__changed__by_two_persons_and_the_new_key_itself(network: Stage, desk: Desk, newcomer: Newcomer) -> None:
    account, login = newcomer.member.address, newcomer.login
    key, wallet = newcomer.wallet()
    prepare = f"/participants/{account}/change-key"
    desk.closed_to(prepare, "s1", login)
    mistyped = desk.answers("o", prepare, {"key": key[:-1]}, 422)
    assert re.search(rf'name="key" [^>]*value="{key[:-1]}"[^>]*aria-invalid="true"', mistyped.text)
    rotation = desk.do("o", prepare, {"key": key})["resource"]["id"]
    base = f"/key-changes/{rotation}"
    desk.closed_to(f"{base}/approve", "s1", status=404)
    desk.closed_to(f"{base}/approve", login)
    assert f"{base}/approve" not in desk["o"].get("/key-changes").text, "who prepares never approves"
    assert "SecondPersonRequired" in desk.answers("o", f"{base}/approve", {}, 403).text
    second = desk["o2"]
    assert "/console/key-changes" in second.get("/").text
    assert f"{base}/approve" in second.get("/key-changes").text
    desk.do("o2", f"{base}/approve")

    own = desk[login]
    assert (f"{base}/cancel" in own.get("/key-changes").text, f"{base}/complete" in own.seen) == (True, False)
    assert f"Your key is to be changed to {key}" in own.seen
    assert "KeyRotationTooEarly" in desk.answers(login, f"{base}/complete", {}, 409).text
    desk.closed_to(f"{base}/complete", "o")
    network.pass_time(2 * 86_400 + 1)
    assert f"{base}/complete" in own.get("/key-changes").text
    answer = own.post(f"{base}/complete")
    operation = network[login].read(f"/api/v1/operations/{answer.headers['location'].rsplit('/', 1)[-1]}")
    assert (operation["state"], operation["wallet"]) == ("awaiting_signature", key)
    own.get(f"/operations/{operation['id']}")
    signed = "\n".join(wallet.sign(item) for item in operation["to_sign"])
    assert own.post(f"/operations/{operation['id']}/signature", {"signatures": signed}).status_code == 303
    assert network[login].ended(operation["id"])["state"] == "done"
    assert newcomer.state(rotation) == "completed"
    assert f"{base}/" not in own.get("/key-changes").text


def test_key__its_change_called_off_by_either_side__stays(network: Stage, desk: Desk, newcomer: Newcomer) -> None:
    dropped = network.rotation(newcomer.login)
    desk.do("o", f"/key-changes/{dropped}/cancel")
    assert newcomer.state(dropped) == "cancelled"
    announced = test_key_rotations.announced(network, newcomer.login, newcomer.wallet()[0])
    desk.do(newcomer.login, f"/key-changes/{announced}/cancel")
    assert newcomer.state(announced) == "cancelled"


def test_reference_rate__set_by_the_operator__is_for_all_to_read__r17(network: Stage, desk: Desk) -> None:
    today = network.today()
    late = {"rate_ppm": "3.1O", "effective_date": str(today)}
    typed = desk.answers("o", "/reference-rate/set", late, 422)
    assert re.search(r'name="rate_ppm" [^>]*value="3.1O"[^>]*aria-invalid="true"', typed.text)
    tomorrow = {"rate_ppm": "0.01", "effective_date": str(today + timedelta(days=1))}
    early = desk.answers("o", "/reference-rate/set", tomorrow, 422)
    assert re.search(rf'name="effective_date" [^>]*value="{today + timedelta(days=1)}"[^>]*aria-invalid', early.text)
    supplier = desk["s1"]
    assert "Set a new rate" not in supplier.get("/reference-rate").text
    assert supplier.post("/reference-rate/set", tomorrow).status_code == 403
    desk.do("o", "/reference-rate/set", {"rate_ppm": "0.01", "effective_date": str(today)})
    assert re.search(r'class="value">0.01 %<', supplier.get("/reference-rate").text)


@pytest.mark.usefixtures("in_two_currencies")
def test_programme__in_another_currency__is_published_in_it(network: Stage, desk: Desk) -> None:
    """Its token is on no chain here: the refusal names it."""
    debtor = desk["rival"]
    page = debtor.get("/programmes/new").text
    assert re.findall(r'<option value="(\w+)">', page)[:2] == ["CNY", "JPY"]
    usual = dict(re.findall(r'name="(\w+)" type="text" value="(\d+)"', page))
    cents = debtor.post("/programmes/new", {**usual, "currency": "JPY", "minimum_piece": "10000.50"})
    assert (cents.status_code, "TooManyDecimals" in cents.text) == (422, True)
    assert '<option value="JPY" selected>' in cents.text
    no_token = debtor.post("/programmes/new", {**usual, "currency": "JPY", "step": "do"})
    assert no_token.status_code == 409
    assert "ParticipantNotActive" in no_token.text
    assert network.services.deployments.address("DepositTokenJPY") in no_token.text
