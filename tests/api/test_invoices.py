"""An invoice over HTTP: whose it is, when it is due, what is kept of it, and what is anchored."""

import secrets
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from api.domain.dates import add_months
from api.guard import BODY_MAX_BYTES
from api.invoices.models import Invoice
from api.invoices.ubl import MAX_BYTES
from api.invoices.vault import salted_hash
from tests.api.member import money, refusal
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet


def test_upload__a_good_invoice__is_read_as_it_says(network: Stage) -> None:
    number, today = f"XH-{secrets.token_hex(4)}", network.today()
    document = network.document(number=number, issue_date=today - timedelta(days=3), due_date=today + timedelta(days=1))
    done = network["s1"].command("/api/v1/invoices", files={"file": ("i.xml", document, "application/xml")})
    found = network["c"].read(f"/api/v1/invoices/{done['resource']['id']}")
    assert (found["number"], found["amount"], found["type_code"]) == (number, money(FACE), "380")
    assert (found["issue_date"], found["due_date"]) == (
        str(today - timedelta(days=3)),
        str(today + timedelta(days=1)),
    )
    assert (found["seller"], found["buyer"], found["debtor"]) == (
        network["s1"].name,
        network["c"].name,
        network["c"].address,
    )


def documents(network: Stage) -> Iterator[tuple[str, bytes]]:
    today = network.today()
    good = network.document()
    yield "422 InvoiceNotYours", network.document("s2")
    yield "422 InvoiceBuyerUnknown", network.document(buyer="outsider")
    yield "422 InvoiceBuyerUnknown", network.document(buyer="f1")
    yield "422 InvoiceBuyerUnknown", good.replace(network["c"].legal_id.encode(), b"91310000MA1FL9999X")
    yield "422 NotXml", b"%PDF-1.7"
    yield "422 NotXml", b""
    yield "422 NotXml", good[:-20]
    yield (
        "422 HasDoctype",
        good.replace(b"<Invoice", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Invoice', 1),
    )
    yield "422 NotAnInvoice", b"<html/>"
    yield "422 DocumentTooLarge", b"<!--" + b"x" * MAX_BYTES + b"-->" + good
    yield "422 InvoiceDatesUnusable", network.document(due_date=today)
    yield (
        "422 InvoiceDatesUnusable",
        network.document(issue_date=today - timedelta(days=30), due_date=today - timedelta(days=1)),
    )
    yield "422 InvoiceDatesUnusable", network.document(issue_date=today + timedelta(days=1))
    yield "422 InvoiceDatesUnusable", network.document(due_date=add_months(today, 12) + timedelta(days=1))
    yield "422 CurrencyNotServed", network.document(currency="EUR")


def test_upload__that_cannot_be_financed__is_refused_by_name_and_nothing_is_kept(network: Stage) -> None:
    stored = len(network.operations())
    kept = network["s1"].read("/api/v1/invoices", limit=200)["items"]
    for expected, document in documents(network):
        response = network["s1"].upload(document)
        assert refusal(response) == expected, response.text
        assert len(response.json()["detail"]) > 20
    assert len(network.operations()) == stored
    assert network["s1"].read("/api/v1/invoices", limit=200)["items"] == kept


def test_upload__in_a_currency_without_a_bank__is_told_so_before_anything_is_anchored(network: Stage) -> None:
    response = network["s1"].upload(network.document(currency="EUR"))
    assert response.json()["detail"] == "this network settles in CNY, not in EUR"


def test_upload__without_a_file__names_the_field(network: Stage) -> None:
    response = network["s1"].post("/api/v1/invoices", files={"other": ("i.xml", b"<a/>", "application/xml")})
    assert refusal(response) == "422 RequestInvalid"
    assert [error["field"] for error in response.json()["params"]["errors"]] == ["file"]


def test_body__larger_than_any_may_be__is_refused_before_it_is_read(network: Stage) -> None:
    declared = network["nobody"].post(
        "/api/v1/deposits", content=b"{}", headers={"Content-Length": str(BODY_MAX_BYTES + 1)}
    )
    assert refusal(declared) == "413 RequestTooLarge"
    assert refusal(network["nobody"].upload(b"x" * (BODY_MAX_BYTES + 1))) == "413 RequestTooLarge"

    def chunks() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="i.xml"\r\n\r\n'
        for _ in range(BODY_MAX_BYTES // 65_536 + 1):
            yield b"x" * 65_536

    undeclared = network["s1"].post(
        "/api/v1/invoices", content=chunks(), headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    assert refusal(undeclared) == "413 RequestTooLarge"


def test_document__read_back__is_what_was_uploaded_and_lies_encrypted(network: Stage) -> None:
    secret_item = f"turbine-{secrets.token_hex(8)}"
    document = network.document(items=(secret_item, "other"), order_reference=f"PO-{secrets.token_hex(8)}")
    done = network["s1"].command("/api/v1/invoices", files={"file": ("i.xml", document, "application/xml")})
    for login in ("s1", "c"):
        response = network[login].get(f"/api/v1/invoices/{done['resource']['id']}/document")
        assert response.content == document
        assert response.headers["content-type"] == "application/xml"
        assert response.headers["content-disposition"].startswith("attachment")
        assert response.headers["x-content-type-options"] == "nosniff"
    files = list(network.folder.glob("scf.sqlite3*"))
    assert files
    on_disk = b"".join(path.read_bytes() for path in files)
    assert done["resource"]["id"].encode() in on_disk
    for text in (secret_item.encode(), b"InvoiceLine", b"urn:oasis:names", document[200:264]):
        assert text not in on_disk
    assert network.services.master_key.secret not in on_disk


def test_anchor__on_chain__is_the_salted_hash_of_the_document(network: Stage) -> None:
    document = network.document()
    done = network["s1"].command("/api/v1/invoices", files={"file": ("i.xml", document, "application/xml")})
    with Session(network.services.engine) as session:
        row = session.get_one(Invoice, done["resource"]["id"])
        wanted = "0x" + salted_hash(row.document_salt, document).hex()
    assert network["s1"].read(f"/api/v1/invoices/{done['resource']['id']}")["document_hash"] == wanted
    events = network["r"].read("/audit/v1/events", limit=200)["items"]
    (anchored,) = [event for event in events if event["tx"] == done["tx"]]
    assert wanted in anchored["args"].values()
    assert network["s1"].address in anchored["args"].values()


def test_upload__the_same_document_twice__is_two_uploads_that_nobody_can_link(network: Stage) -> None:
    document = network.document()
    ids = [
        network["s1"].command("/api/v1/invoices", files={"file": ("i.xml", document, "application/xml")})
        for _ in range(2)
    ]
    first, second = (network["s1"].read(f"/api/v1/invoices/{done['resource']['id']}") for done in ids)
    assert first["document_hash"] != second["document_hash"]
    assert first["payable_id"] != second["payable_id"]


def test_propose__terms__are_the_invoices(network: Stage) -> None:
    payable = network.proposed(amount=123_456_78)
    found = network["c"].read(f"/api/v1/payables/{payable}")
    invoice = network["c"].read(f"/api/v1/invoices/{found['invoice_id']}")
    assert (found["state"], found["face_value"], found["outstanding"]) == ("proposed", money(123_456_78), money(0))
    assert (found["issue_date"], found["due_date"]) == (invoice["issue_date"], invoice["due_date"])
    assert (found["evidence_hash"], found["payable_id"]) == (invoice["document_hash"], invoice["payable_id"])
    assert (found["invoice_number"], found["overdue"]) == (invoice["number"], False)


def test_propose__due_on_the_last_day_that_may_be__is_taken_by_the_contract_too(network: Stage) -> None:
    latest = add_months(network.today(), 12)
    payable = network.proposed(due_date=latest)
    assert network["c"].read(f"/api/v1/payables/{payable}")["due_date"] == str(latest)


def test_propose__the_same_invoice_twice__is_refused(network: Stage) -> None:
    payable = network.proposed()
    invoice = network["s1"].read(f"/api/v1/payables/{payable}")["invoice_id"]
    assert refusal(network["s1"].post("/api/v1/payables", {"invoice_id": invoice})) == "409 PayableAlreadyExists"


def test_invoice__claimed_by_confirmation__cannot_be_confirmed_or_proposed_again_for_a_cent_more(
    network: Stage,
) -> None:
    number = f"INV-{secrets.token_hex(4)}"
    twin = network.proposed(amount=FACE + 1, number=number.lower())
    network.confirmed(number=number)
    assert refusal(network["c"].post(f"/api/v1/payables/{twin}/confirm")) == "409 InvoiceAlreadyClaimed"
    again = network.invoice(amount=FACE + 1, number=number)
    assert refusal(network["s1"].post("/api/v1/payables", {"invoice_id": again})) == "409 InvoiceAlreadyClaimed"
