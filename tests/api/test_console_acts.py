"""Every act that the HTTP API has can be done by hand: each of its routes has a form of the console."""

from fastapi.routing import APIRoute

from api.console import app as console
from tests.api.acts import ALSO_REACHED, REACHED, RECORDS

_PAYABLE, _PIECE = "/payables/{payable_id}", "/receivables/{receivable_id}"
_ORDER, _ORDERED = "/freeze-orders/{order_id}", "/freeze-orders/{order_id}/{receivable_id}"

FORMS: dict[str, str] = {
    "/deposit-tokens/{account}/pause": "/deposits/{account}/pause",
    "/deposit-tokens/{account}/resume": "/deposits/{account}/resume",
    "/deposits": "/deposits/credit",
    "/dishonours": f"{_PAYABLE}/record-dishonour",
    "/dishonours/{payable_id}/lift": f"{_PAYABLE}/lift-dishonour",
    "/dishonours/{payable_id}/object": f"{_PAYABLE}/object-to-dishonour",
    "/financing-requests": f"{_PIECE}/finance",
    "/financing-requests/{request_id}/quotes": "/financing/{request_id}/quote",
    "/freeze-orders": "/freeze-orders/order",
    f"{_ORDER}/enforce": f"{_ORDERED}/enforce",
    f"{_ORDER}/release": f"{_ORDER}/release",
    f"{_ORDER}/set-aside": f"{_ORDERED}/set-aside",
    "/holds/{hold_id}/enforce": "/holds/{hold_id}/enforce",
    "/holds/{hold_id}/release": "/holds/{hold_id}/release",
    "/invoices": "/invoices",
    "/key-rotations/{rotation_id}/approval": "/key-changes/{rotation_id}/approve",
    "/key-rotations/{rotation_id}/cancel": "/key-changes/{rotation_id}/cancel",
    "/key-rotations/{rotation_id}/completion": "/key-changes/{rotation_id}/complete",
    "/operations/{operation_id}/signature": "/operations/{operation_id}/signature",
    "/participants": "/participants/admit",
    "/participants/{account}/close": "/participants/{account}/close",
    "/participants/{account}/key-rotations": "/participants/{account}/change-key",
    "/participants/{account}/readmit": "/participants/{account}/readmit",
    "/participants/{account}/reinstate": "/participants/{account}/reinstate",
    "/participants/{account}/suspend": "/participants/{account}/suspend",
    "/pay-outs": "/cash/pay-out",
    "/pay-outs/{pay_out_id}/complete": "/cash/pay-outs/{pay_out_id}/complete",
    "/pay-outs/{pay_out_id}/refuse": "/cash/pay-outs/{pay_out_id}/refuse",
    "/payables": "/invoices/{invoice_id}/propose",
    "/payables/issue": "/invoices/{invoice_id}/issue",
    f"{_PAYABLE}/cancellations": f"{_PAYABLE}/offer-cancellation",
    "/programmes": "/programmes/new",
    "/programmes/{programme_id}/retire": "/programmes/{programme_id}/retire",
    "/quotes/accept": "/financing/quotes/several",
    "/quotes/{quote_id}/accept": "/financing/quotes/{quote_id}/accept",
    "/quotes/{quote_id}/cancel": "/financing/quotes/{quote_id}/cancel",
    "/receivables/merge": f"{_PIECE}/merge",
    f"{_PIECE}/split": f"{_PIECE}/hand-on",
    f"{_PIECE}/transfer": f"{_PIECE}/hand-on",
    "/reference-rate": "/reference-rate/set",
    "/registrations": "/financing/{request_id}/register",
    **{
        f"{_PAYABLE}/{act}": f"{_PAYABLE}/{act}"
        for act in (
            *("cancel", "close-recovery", "confirm", "credit", "decline", "dispute", "pay", "recover", "refuse"),
            *("withdraw", "withdraw-dispute", "write-off"),
        )
    },
    **{
        f"{_PIECE}/{act}": f"{_PIECE}/{act}"
        for act in (
            *("claim-recourse", "dilute", "dispute", "extinguish", "pledge", "redeem", "refuse", "repurchase"),
            *("release-set-aside", "reserve"),
        )
    },
}
"""Route of the API → the console's form that does the same."""


def test_console__of_every_act_of_the_api__has_a_form() -> None:
    assert {f"/api/v1{route}" for route in FORMS} == {*REACHED.values(), *ALSO_REACHED, *RECORDS}


def test_console__every_form_that_is_named__is_there() -> None:
    routes = [route for router in console.ROUTERS for route in router.routes]
    there = {_shape(route.path) for route in routes if isinstance(route, APIRoute) and "POST" in (route.methods or ())}
    assert {_shape(form) for form in FORMS.values()} - there == set()


def _shape(path: str) -> str:
    """Whatever its ids are called."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
