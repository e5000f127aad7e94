"""Questions about participants, programmes and the reference rate."""

from collections import Counter
from collections.abc import Iterator

from indexer import queries
from indexer.models import FreezeOrder, Participant, Programme
from indexer.verify.question import ZERO_ADDRESS, Asker, Question

_TERMS = (
    "debtor",
    "minimum_piece",
    "maximum_depth",
    "soft_tenor_months",
    "hard_tenor_months",
    "refusal_hours",
    "blackout_days_before",
    "blackout_days_after",
    "dishonour_days",
    "registration_required",
    "late_rate_ppm",
    "retired",
)


def questions(asker: Asker) -> Iterator[Question]:
    yield from _participants(asker)
    yield from _programmes(asker)
    rate = queries.newest_reference_rate(asker.session)
    sql = {"rate_ppm": rate.rate_ppm if rate else 0, "effective_date": rate.effective_date if rate else 0}
    yield Question("reference_rate", "", asker.call("Origination", "referenceRate"), sql)


def _participants(asker: Asker) -> Iterator[Question]:
    orders = Counter(row.holder for row in asker.rows(FreezeOrder) if not row.released)
    for row in asker.rows(Participant):
        account = row.account
        sql = {name: getattr(row, name) for name in ("roles", "status", "legal_entity_hash", "number", "key")}
        yield Question("participant", account, asker.call("Participants", "participant", account), sql)
        yield Question("participant", account, asker.call("Participants", "keyOf", account), row.key, "key_of")
        rotation = {"key": row.announced_key or ZERO_ADDRESS, "effective_at": row.key_effective_at or 0}
        yield Question("participant", account, asker.call("Participants", "rotationOf", account), rotation)
        numbered = {"account": account, "orders": orders[account]}
        yield Question("participant", account, asker.call("Participants", "organisation", row.number), numbered)
        barred = asker.call("Dishonours", "barredUntil", account)
        yield Question("participant", account, barred, row.barred_until or 0, "barred_until")


def _programmes(asker: Asker) -> Iterator[Question]:
    tokens = queries.programme_tokens(asker.session)
    for row in asker.rows(Programme):
        sql = {name: getattr(row, name) for name in _TERMS}
        sql["deposit_tokens"] = tokens.get(row.programme_id, [])
        call = asker.call("Origination", "programmeOf", row.programme_id)
        yield Question("programme", str(row.programme_id), call, sql)
