"""Who may do what: a row for every route of the API, and what each actor is answered."""

from dataclasses import dataclass, field
from typing import Any

from tests.api.scenes import AUDIT_LISTS, REASON, SMALL, WITH_CASH

EVERYONE = ("c", "rival", "s1", "s2", "f1", "f2", "b", "o", "r", "co", "outsider", "nobody")
OPEN = {"/health", "/ready", "/metrics", "/api/v1/auth/token"}
OPEN_UNLISTED = {"/", "/console", "/docs", "/docs/oauth2-redirect", "/openapi.json", "/static-offline-docs"}

ROLE = "403 RoleMissing"
UNSEEN = "404 NotFound"


@dataclass(frozen=True)
class Row:
    """What everybody is answered, but for the exceptions. `body` may name things of the scene, like the path."""

    default: str
    but: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None

    def expected(self, path: str) -> dict[str, str]:
        found = dict.fromkeys(EVERYONE, self.default) | self.but
        return found if path in OPEN else found | {"nobody": "401 Unauthenticated"}


READ_BY_ALL = Row("200")
READ_BY_PARTIES = Row(UNSEEN, {"s1": "200", "c": "200"})
READ_BY_SUPERVISION = Row(ROLE, {"r": "200", "co": "200"})
BY_OPERATOR = {"o": "202"}
BY_COMPLIANCE = {"co": "202"}
BY_DEBTOR = {"c": "202", "s1": "403 PayableNotDebtor"}
BY_HOLDER = {"s1": "202", "c": "403 ReceivableNotHolder"}
BY_FINANCIERS = {"s1": "200", "f1": "200", "f2": "200"}
SET_ASIDE = {"receivable_id": "{receivable_id}", "amount": SMALL}

TABLE: dict[tuple[str, str], Row] = {
    ("get", "/health"): READ_BY_ALL,
    ("get", "/ready"): READ_BY_ALL,
    ("get", "/metrics"): READ_BY_ALL,
    ("post", "/api/v1/auth/token"): Row("422 RequestInvalid"),  # open to all, and wants a form
    ("get", "/api/v1/chain"): READ_BY_ALL,
    ("get", "/api/v1/me"): READ_BY_ALL,
    ("get", "/api/v1/participants"): READ_BY_ALL,
    ("post", "/api/v1/participants"): Row(ROLE, {"o": "202"}, {"organisation_id": "{candidate}"}),
    ("post", "/api/v1/participants/{account}/key-rotations"): Row(ROLE, {"o": "202"}, {"key": "{key}"}),
    ("get", "/api/v1/key-rotations"): READ_BY_ALL,
    ("get", "/api/v1/key-rotations/{rotation_id}"): Row(UNSEEN, {"o": "200", "s1": "200"}),
    ("post", "/api/v1/key-rotations/{rotation_id}/approval"): Row(ROLE, {"o": "202"}),
    ("post", "/api/v1/key-rotations/{rotation_id}/cancel"): Row(UNSEEN, {"o": "202", "s1": "409 StateForbids"}),
    ("post", "/api/v1/key-rotations/{rotation_id}/completion"): Row(
        UNSEEN, {"o": "403 NotYours", "s1": "409 KeyRotationTooEarly"}
    ),
    ("post", "/api/v1/programmes"): Row(
        ROLE, {"c": "202", "rival": "202"}, {"minimum_piece": {"amount": "{amount}", "currency": "CNY"}}
    ),
    ("get", "/api/v1/programmes"): READ_BY_ALL,
    ("get", "/api/v1/programmes/{programme_id}"): READ_BY_ALL,
    ("post", "/api/v1/programmes/{programme_id}/retire"): Row("403 ProgrammeNotDebtor", {"rival": "202"}),
    ("post", "/api/v1/invoices"): Row(
        ROLE,
        {"s1": "202", "c": "202", **dict.fromkeys(("s2", "outsider", "rival"), "422 InvoiceNotYours")},
    ),
    ("get", "/api/v1/invoices"): READ_BY_ALL,
    ("get", "/api/v1/invoices/{invoice_id}"): READ_BY_PARTIES,
    ("get", "/api/v1/invoices/{invoice_id}/document"): READ_BY_PARTIES,
    ("post", "/api/v1/payables"): Row(
        ROLE, {"s1": "202", "s2": UNSEEN, "outsider": UNSEEN}, {"invoice_id": "{invoice_id}"}
    ),
    ("get", "/api/v1/payables"): READ_BY_ALL,
    ("get", "/api/v1/payables/{payable_id}"): READ_BY_PARTIES,
    ("post", "/api/v1/payables/{payable_id}/confirm"): Row(UNSEEN, BY_DEBTOR),
    ("post", "/api/v1/payables/{payable_id}/dispute"): Row(UNSEEN, BY_DEBTOR, REASON),
    ("post", "/api/v1/payables/{payable_id}/withdraw-dispute"): Row(UNSEEN, BY_DEBTOR),
    ("post", "/api/v1/payables/{payable_id}/decline"): Row(UNSEEN, BY_DEBTOR, REASON),
    ("post", "/api/v1/payables/{payable_id}/withdraw"): Row(UNSEEN, {"s1": "202", "c": "403 PayableNotSupplier"}),
    ("post", "/api/v1/payables/{payable_id}/pay"): Row(
        UNSEEN, BY_DEBTOR, {"amount": SMALL, "payment_reference": "reference"}
    ),
    ("post", "/api/v1/payables/issue"): Row(ROLE, {"c": "202", "rival": UNSEEN}, {"invoice_id": "{invoice_id}"}),
    ("post", "/api/v1/payables/{payable_id}/refuse"): Row(UNSEEN, {"s1": "202", "c": "403 PayableNotSupplier"}),
    ("post", "/api/v1/payables/{payable_id}/credit"): Row(
        UNSEEN, {"s1": "202", "c": "403 PayableNotSupplier"}, {"amount": SMALL, "credit_note": "CN-1"}
    ),
    ("post", "/api/v1/payables/{payable_id}/cancellations"): Row(UNSEEN, {"s1": "202", "c": "202"}),
    ("get", "/api/v1/payables/{payable_id}/cancellations"): READ_BY_PARTIES,
    ("post", "/api/v1/payables/{payable_id}/cancel"): Row(UNSEEN, {"c": "202", "s1": "409 CancellationNotOffered"}),
    ("post", "/api/v1/receivables/{receivable_id}/dilute"): Row(
        UNSEEN, BY_HOLDER, {"value": SMALL, "credit_note": "CN-2"}
    ),
    ("get", "/api/v1/receivables"): READ_BY_ALL,
    ("get", "/api/v1/receivables/{receivable_id}"): READ_BY_PARTIES,
    ("post", "/api/v1/receivables/{receivable_id}/split"): Row(
        UNSEEN, BY_HOLDER, {"parts": [{"to": "{s3}", "value": SMALL}]}
    ),
    ("post", "/api/v1/receivables/{receivable_id}/transfer"): Row(UNSEEN, BY_HOLDER, {"to": "{s3}"}),
    ("post", "/api/v1/receivables/{receivable_id}/extinguish"): Row(UNSEEN, BY_HOLDER),
    ("post", "/api/v1/receivables/{receivable_id}/refuse"): Row(
        UNSEEN, {"s2": "202", "s1": "403 ReceivableNotHolder", "c": "403 ReceivableNotHolder"}
    ),
    ("post", "/api/v1/receivables/{receivable_id}/redeem"): Row(UNSEEN, {"s1": "202", "c": "403 RedemptionNotHolder"}),
    ("post", "/api/v1/receivables/merge"): Row(
        UNSEEN, BY_HOLDER, {"receivable_id": "{receivable_id}", "absorbed_id": "{absorbed_id}"}
    ),
    ("post", "/api/v1/financing-requests"): Row(
        ROLE, {"s1": "202", "s2": UNSEEN, "outsider": UNSEEN}, {"receivable_id": "{receivable_id}", "value": SMALL}
    ),
    ("get", "/api/v1/financing-requests"): READ_BY_ALL,
    ("get", "/api/v1/financing-requests/{request_id}"): Row(UNSEEN, BY_FINANCIERS),
    ("get", "/api/v1/financing-requests/{request_id}/quotes"): Row(UNSEEN, BY_FINANCIERS),
    ("post", "/api/v1/financing-requests/{request_id}/quotes"): Row(
        ROLE, {"f1": "202", "f2": "202"}, {"annual_rate_ppm": 40_000}
    ),
    ("get", "/api/v1/quotes/{quote_id}"): Row(UNSEEN, {"s1": "200", "f1": "200"}),
    ("post", "/api/v1/quotes/{quote_id}/accept"): Row(UNSEEN, {"s1": "202", "f1": "403 NotYours"}),
    ("post", "/api/v1/quotes/accept"): Row(
        UNSEEN, {"s1": "202", "f1": "403 NotYours"}, {"quotes": [{"quote_id": "{quote_id}"}]}
    ),
    ("post", "/api/v1/quotes/{quote_id}/cancel"): Row(UNSEEN, {"f1": "202", "s1": "403 NotYours"}),
    ("post", "/api/v1/registrations"): Row(ROLE, {"f1": "202", "f2": "202"}, {"registration": "2026-1"}),
    ("post", "/api/v1/deposits"): Row(
        ROLE, {"b": "202"}, {"account": "{s3}", "amount": SMALL, "bank_reference": "{new}"}
    ),
    ("get", "/api/v1/accounts/me"): Row("200", {"r": ROLE}),
    ("post", "/api/v1/freeze-orders"): Row(
        ROLE,
        BY_COMPLIANCE,
        {
            "holder": "{s3}",
            "payable_id": "{payable_id}",
            "amount": SMALL,
            "until": "{until}",
            "reason": "an inquiry",
            "authority": "a court",
        },
    ),
    ("get", "/api/v1/freeze-orders"): READ_BY_ALL,
    ("get", "/api/v1/freeze-orders/{order_id}"): Row(UNSEEN, {"co": "200", "s1": "200"}),
    ("post", "/api/v1/freeze-orders/{order_id}/release"): Row(ROLE, BY_COMPLIANCE, REASON),
    ("post", "/api/v1/freeze-orders/{order_id}/set-aside"): Row(UNSEEN, {"co": "202", "s1": "202"}, SET_ASIDE),
    ("post", "/api/v1/freeze-orders/{order_id}/enforce"): Row(ROLE, BY_COMPLIANCE, {**SET_ASIDE, "to": "{s3}"}),
    ("post", "/api/v1/participants/{account}/suspend"): Row(ROLE, BY_OPERATOR, REASON),
    ("post", "/api/v1/participants/{account}/reinstate"): Row(ROLE, BY_OPERATOR),
    ("post", "/api/v1/participants/{account}/close"): Row(ROLE, BY_OPERATOR, REASON),
    ("post", "/api/v1/participants/{account}/readmit"): Row(ROLE, BY_OPERATOR),
    ("post", "/api/v1/receivables/{receivable_id}/dispute"): Row(
        UNSEEN,
        {"c": "202", "s1": "403 DisputeNotDebtor"},
        {"amount": SMALL, "until": "{until}", **REASON},
    ),
    ("post", "/api/v1/receivables/{receivable_id}/pledge"): Row(
        UNSEEN,
        {"s1": "202", "c": "403 HoldNotHolder"},
        {"pledgee": "{f1}", "until": "{until}", "enforceable_from": "{until}", "loan": "a loan"},
    ),
    ("post", "/api/v1/receivables/{receivable_id}/reserve"): Row(
        UNSEEN,
        {"s1": "202", "c": "403 HoldNotHolder"},
        {"amount": SMALL, "financier": "{f1}", "until": "{until}"},
    ),
    ("get", "/api/v1/holds"): READ_BY_ALL,
    ("get", "/api/v1/holds/{hold_id}"): Row(UNSEEN, {"s1": "200", "f1": "200", "co": "200"}),
    ("post", "/api/v1/holds/{hold_id}/release"): Row(
        UNSEEN, {"f1": "202", "s1": "403 HoldNotForCaller", "co": "409 ParticipantNotActive"}
    ),
    ("post", "/api/v1/holds/{hold_id}/enforce"): Row(
        UNSEEN, {"f1": "202", "s1": "403 HoldNotForCaller", "co": "409 ParticipantNotActive"}
    ),
    ("get", "/api/v1/deposit-tokens"): READ_BY_ALL,
    ("post", "/api/v1/deposit-tokens/{account}/pause"): Row(ROLE, {"b": "202"}, REASON),
    ("post", "/api/v1/deposit-tokens/{account}/resume"): Row(ROLE, {"b": "202"}),
    ("post", "/api/v1/pay-outs"): Row(
        "409 ParticipantNotActive",
        {**dict.fromkeys(WITH_CASH, "202"), "r": ROLE},
        {"amount": {"amount": "0.01", "currency": "CNY"}, "instruction": "an account of ours"},
    ),
    ("get", "/api/v1/pay-outs"): READ_BY_ALL,
    ("get", "/api/v1/pay-outs/{pay_out_id}"): Row(UNSEEN, {"s1": "200", "b": "200"}),
    ("post", "/api/v1/pay-outs/{pay_out_id}/complete"): Row(ROLE, {"b": "202"}, {"bank_reference": "{new}"}),
    ("post", "/api/v1/pay-outs/{pay_out_id}/refuse"): Row(ROLE, {"b": "202"}, REASON),
    ("get", "/api/v1/set-aside-cash"): READ_BY_ALL,
    ("post", "/api/v1/receivables/{receivable_id}/release-set-aside"): Row(
        UNSEEN, {"s1": "202", "c": "409 SetAsideNothing"}
    ),
    ("get", "/api/v1/overdue-payables"): READ_BY_ALL,
    ("get", "/api/v1/dishonours"): READ_BY_ALL,
    ("post", "/api/v1/dishonours"): Row(UNSEEN, {"s1": "202", "c": "202", "o": "202"}, {"payable_id": "{payable_id}"}),
    ("get", "/api/v1/dishonours/{payable_id}"): Row(UNSEEN, dict.fromkeys(("s1", "c", "f1", "f2", "o"), "200")),
    ("post", "/api/v1/dishonours/{payable_id}/object"): Row(
        UNSEEN,
        {
            "c": "202",
            **dict.fromkeys(("s1", "f1", "f2"), "403 DishonourNotDebtor"),
            "o": "409 ParticipantNotActive",
        },
        REASON,
    ),
    ("post", "/api/v1/dishonours/{payable_id}/lift"): Row(ROLE, BY_OPERATOR, REASON),
    ("post", "/api/v1/payables/{payable_id}/write-off"): Row(ROLE, BY_OPERATOR, REASON),
    ("post", "/api/v1/payables/{payable_id}/close-recovery"): Row(ROLE, BY_OPERATOR, REASON),
    ("post", "/api/v1/payables/{payable_id}/recover"): Row(
        UNSEEN, {"s1": "202", "c": "202", "r": ROLE}, {"amount": SMALL, "recovery_reference": "{new}"}
    ),
    ("get", "/api/v1/recourse"): READ_BY_ALL,
    ("post", "/api/v1/receivables/{receivable_id}/claim-recourse"): Row(
        UNSEEN, {"s2": "202", "s1": "403 RedemptionNotHolder", "c": "403 RedemptionNotHolder"}
    ),
    ("post", "/api/v1/receivables/{receivable_id}/repurchase"): Row(
        UNSEEN, {"s1": "202", "s2": "403 ReceivableNotEndorser", "c": "403 ReceivableNotEndorser"}
    ),
    ("get", "/api/v1/reference-rate"): READ_BY_ALL,
    ("post", "/api/v1/reference-rate"): Row(ROLE, BY_OPERATOR, {"effective_date": "{today}", "rate_ppm": 1}),
    ("get", "/api/v1/operations/{operation_id}"): Row(UNSEEN, {"s1": "200"}),
    ("post", "/api/v1/operations/{operation_id}/signature"): Row(
        UNSEEN, {"c": "422 SignatureMismatch"}, {"signatures": ["0x" + "11" * 65]}
    ),
    ("get", "/api/v1/payables/{payable_id}/evidence"): READ_BY_PARTIES,
    ("get", "/api/v1/receivables/{receivable_id}/evidence"): READ_BY_PARTIES,
    ("get", "/api/v1/events/{block}/{log_index}/evidence"): READ_BY_PARTIES,
    ("get", "/api/v1/evidence/{kind}/{id}"): Row(UNSEEN, {"c": "200", "o": "200"}),
    ("get", "/audit/v1/payables/{payable_id}/lineage"): READ_BY_SUPERVISION,
    **{
        ("get", f"/audit/v1/{name}"): READ_BY_SUPERVISION
        for name in (*AUDIT_LISTS, "evidence/{kind}/{id}", "export/{name}.{form}")
    },
}
