"""A debtor's terms: published with its own key, never changed, and what payables are proposed under."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.member import money, refusal
from tests.api.stage import SMALL_PIECES, Stage

pytestmark = pytest.mark.devnet

PATH = "/api/v1/programmes"


def newest_of(network: Stage, debtor: str, **query: Any) -> Any:
    return network["s1"].read(PATH, debtor=network[debtor].address, **query)["items"]


def test_programme__of_a_debtor_with_its_own_wallet__is_signed_in_full_and_numbered_by_the_chain(
    network: Stage,
) -> None:
    given = network["c"].post(PATH, {**SMALL_PIECES, "late_rate_ppm": 77}).json()
    (item,) = given["to_sign"]
    assert item["data"]["primaryType"] == "Publication"
    assert item["data"]["message"]["programme"]["lateRatePpm"] == "77"
    assert (given["state"], given["resource"]) == ("awaiting_signature", {"type": "programme", "id": None})
    assert network["c"].sign(given).status_code == 202
    done = network["c"].ended(given["id"])
    number = int(done["resource"]["id"])
    assert network.operation(given["id"]).signer == network.services.relay
    found = network["s1"].read(f"{PATH}/{number}")
    assert (found["programme_id"], found["late_rate_ppm"], found["open"]) == (number, 77, True)
    assert found["debtor"]["address"] == network["c"].address
    assert newest_of(network, "c")[0] == found


def test_programme__with_nothing_said__has_the_defaults(network: Stage) -> None:
    number = network["rival"].command(PATH, {})["resource"]["id"]
    found = network["f1"].read(f"{PATH}/{number}")
    assert (found["currency"], found["minimum_piece"]) == ("CNY", money(10_000_00))
    assert found["deposit_tokens"] == [network.services.deployments.address("DepositTokenCNY")]
    names = ("maximum_depth", "soft_tenor_months", "hard_tenor_months", "refusal_hours", "dishonour_days")
    assert [found[name] for name in names] == [4, 6, 12, 48, 5]
    assert (found["blackout_days_before"], found["blackout_days_after"]) == (0, 3)
    assert (found["registration_required"], found["late_rate_ppm"]) == (False, 0)
    again = network["rival"].post(PATH, {})
    assert refusal(again) == "409 ProgrammeAlreadyPublished"
    assert str(again.json()["params"]["programme_id"]) == number


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hard_tenor_months", 13),
        ("soft_tenor_months", 0),
        ("refusal_hours", 721),
        ("dishonour_days", 2),
        ("late_rate_ppm", 1_000_001),
        ("deposit_tokens", []),
        ("minimum_piece", money(0)),
    ],
)
def test_programme__a_term_out_of_range__is_refused_by_its_field(network: Stage, field: str, value: Any) -> None:
    response = network["rival"].post(PATH, {field: value})
    assert refusal(response) == "422 RequestInvalid"
    assert [error["field"] for error in response.json()["params"]["errors"]] == [field]


def test_programme__terms_that_do_not_fit_together__are_refused(network: Stage) -> None:
    long = network["rival"].post(PATH, {"soft_tenor_months": 7, "hard_tenor_months": 6})
    assert refusal(long) == "422 ProgrammeFieldOutOfRange"
    assert "lies outside of what is allowed" in long.json()["detail"]
    assert refusal(network["rival"].post(PATH, {"currency": "EUR"})) == "422 CurrencyNotServed"
    token = {"deposit_tokens": [network["s1"].address]}
    assert refusal(network["rival"].post(PATH, token)) == "422 ProgrammeTokenUnfit"
    dollars = {"minimum_piece": money(1, "USD")}
    assert refusal(network["rival"].post(PATH, dollars)) == "422 RequestInvalid"


def test_programme__retired__is_closed_to_new_payables_and_confirms_what_was_proposed(network: Stage) -> None:
    number = network.programme("rival")
    named = {"programme_id": number}
    proposed = network.proposed(terms=named, buyer="rival")
    network["rival"].command(f"{PATH}/{number}/retire")
    assert number not in [row["programme_id"] for row in newest_of(network, "rival", open=True)]
    assert number in [row["programme_id"] for row in newest_of(network, "rival", open=False)]
    late = network["s1"].post("/api/v1/payables", {"invoice_id": network.invoice(buyer="rival"), **named})
    assert refusal(late) == "409 ProgrammeNotOpen"
    assert refusal(network["rival"].post(f"{PATH}/{number}/retire")) == "409 ProgrammeNotOpen"
    network["rival"].command(f"/api/v1/payables/{proposed}/confirm")


def test_programme__that_there_is_not__is_not_found(network: Stage) -> None:
    assert refusal(network["s1"].get(f"{PATH}/4294967295")) == "404 NotFound"
    assert refusal(network["s1"].get(f"{PATH}/0")) == "422 RequestInvalid"


# Proposing under one


def test_propose__no_programme_named__takes_the_debtors_newest_open_one(network: Stage) -> None:
    older, newer = network.programme("rival"), network.programme("rival")
    first = network["s1"].read(f"/api/v1/payables/{network.proposed(buyer='rival')}")
    assert first["programme"]["programme_id"] == newer
    named = network["s1"].read(f"/api/v1/payables/{network.proposed(terms={'programme_id': older}, buyer='rival')}")
    assert named["programme"]["programme_id"] == older
    network["rival"].command(f"{PATH}/{newer}/retire")
    network["rival"].command(f"{PATH}/{older}/retire")


def test_propose__to_a_debtor_without_terms__says_what_to_do(network: Stage) -> None:
    for row in newest_of(network, "rival", open=True):
        network["rival"].command(f"{PATH}/{row['programme_id']}/retire")
    response = network["s1"].post("/api/v1/payables", {"invoice_id": network.invoice(buyer="rival")})
    assert refusal(response) == "409 ProgrammeMissing"
    assert "POST /api/v1/programmes" in response.json()["detail"]
    assert response.json()["params"] == {"debtor": network["rival"].address, "currency": "CNY"}


def test_propose__under_anothers_programme__is_refused(network: Stage) -> None:
    body = {"invoice_id": network.invoice(), "programme_id": network.programme("rival")}
    assert refusal(network["s1"].post("/api/v1/payables", body)) == "422 ProgrammeNotOfDebtor"
    body["programme_id"] = 2**32 - 1
    assert refusal(network["s1"].post("/api/v1/payables", body)) == "422 RequestInvalid"


def test_confirm__shows_and_signs_the_programmes_terms_too__r09(network: Stage) -> None:
    payable = network.proposed()
    terms = network["c"].read(f"/api/v1/payables/{payable}")["programme"]
    operation = network["c"].post(f"/api/v1/payables/{payable}/confirm").json()
    message = operation["to_sign"][0]["data"]["message"]
    assert message["terms"]["programmeId"] == str(terms["programme_id"])
    assert message["programme"]["depositTokens"] == terms["deposit_tokens"]
    assert message["programme"]["minimumPiece"] == "1"
    assert message["programme"]["refusalHours"] == str(terms["refusal_hours"])


# Texts whose hashes are on chain


def test_propose__due_beyond_the_soft_limit__needs_a_reason_which_its_parties_read__r01(network: Stage) -> None:
    invoice = network.invoice(due_date=network.today() + timedelta(days=300), buyer="rival")
    body = {"invoice_id": invoice, "programme_id": network.programme("rival")}
    assert refusal(network["s1"].post("/api/v1/payables", body)) == "422 PayableTenorReasonMissing"
    reason = "模具分期验收 tooling is accepted in stages"
    payable = network["s1"].command("/api/v1/payables", {**body, "tenor_reason": reason})["resource"]["id"]
    for login in ("s1", "rival"):
        assert network[login].read(f"/api/v1/payables/{payable}")["tenor_reason"] == reason
    assert reason not in str(network["r"].read("/audit/v1/events")["items"][0]["args"])


def test_propose__with_an_undertaking__shows_it_to_the_debtor_before_it_confirms__r10(network: Stage) -> None:
    payable = network.proposed(terms={"undertaking": "no defences against holders"})
    seen = network["c"].read(f"/api/v1/payables/{payable}")
    assert (seen["defences_waived"], seen["undertaking"]) == (True, "no defences against holders")
    network["c"].command(f"/api/v1/payables/{payable}/confirm")
    plain = network["c"].read(f"/api/v1/payables/{network.proposed()}")
    assert (plain["defences_waived"], plain["undertaking"]) == (False, None)


# What becomes of a proposal


def test_proposal__disputed__cannot_be_confirmed_until_the_dispute_is_withdrawn(network: Stage) -> None:
    path = f"/api/v1/payables/{network.proposed()}"
    network["c"].command(f"{path}/dispute", {"reason": "goods are missing"})
    seen = network["s1"].read(path)
    assert (seen["state"], seen["reason"], seen["outstanding"]) == ("disputed", "goods are missing", money(0))
    assert refusal(network["c"].post(f"{path}/confirm")) == "409 ProposalInvalidState"
    network["c"].command(f"{path}/withdraw-dispute")
    network["c"].command(f"{path}/confirm")
    assert network["c"].read(path)["state"] == "confirmed"
    assert refusal(network["c"].post(f"{path}/dispute", {"reason": "late"})) == "409 ProposalInvalidState"


def test_proposal__declined_or_withdrawn__is_over(network: Stage) -> None:
    declined, withdrawn = (f"/api/v1/payables/{network.proposed()}" for _ in range(2))
    network["c"].command(f"{declined}/decline", {"reason": "not ordered"})
    network["s1"].command(f"{withdrawn}/withdraw")
    assert [network["s1"].read(path)["state"] for path in (declined, withdrawn)] == ["declined", "cancelled"]
    assert network["s1"].read(declined)["reason"] == "not ordered"
    for path in (declined, withdrawn):
        assert refusal(network["c"].post(f"{path}/confirm")) == "409 ProposalInvalidState"
        assert network["s1"].read(path)["closed_at"] is not None
