"""Questions about participants, programmes and the reference rate."""

from collections import Counter
from collections.abc import Iterator

from indexer import queries
from indexer.models import FreezeOrder, Participant, Programme, Succession
from indexer.verify.question import ZERO_ADDRESS, Asker, Question

DAY_S, CLOCK_AHEAD_S = 86_400, 8 * 3_600
"""The network's days are of UTC+8 (R-44)."""
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
    rates = queries.reference_rates(asker.session)
    for version in asker.deployments.versions:
        instance = asker.deployments.instance("Origination", version)
        rate = rates.get(instance)
        sql = {"rate_ppm": rate.rate_ppm if rate else 0, "effective_date": rate.effective_date if rate else 0}
        yield Question("reference_rate", instance, asker.call("Origination", "referenceRate", version=version), sql)
    yield from _successions(asker)


def _successions(asker: Asker) -> Iterator[Question]:
    named = {row.origination: row.successor for row in asker.rows(Succession)}
    for version in asker.deployments.versions:
        call = asker.call("Origination", "successor", version=version)
        yield Question("succession", call.address, call, named.get(call.address, ZERO_ADDRESS), "successor")


def _participants(asker: Asker) -> Iterator[Question]:
    orders = Counter(row.holder for row in asker.rows(FreezeOrder) if not row.released)
    bars, today = queries.bars(asker.session), (asker.now + CLOCK_AHEAD_S) // DAY_S
    for row in asker.rows(Participant):
        account = row.account
        sql = {name: getattr(row, name) for name in ("roles", "status", "legal_entity_hash", "number", "key")}
        yield Question("participant", account, asker.call("Participants", "participant", account), sql)
        yield Question("participant", account, asker.call("Participants", "keyOf", account), row.key, "key_of")
        rotation = {"key": row.announced_key or ZERO_ADDRESS, "effective_at": row.key_effective_at or 0}
        yield Question("participant", account, asker.call("Participants", "rotationOf", account), rotation)
        numbered = {"account": account, "orders": orders[account]}
        yield Question("participant", account, asker.call("Participants", "organisation", row.number), numbered)
        for version in asker.deployments.versions:
            barred = asker.call("Dishonours", "barredUntil", account, version=version)
            until = bars.get((account, barred.address)) or 0
            yield Question("debtor_bar", account, barred, until if until > today else 0, "barred_until")


def _programmes(asker: Asker) -> Iterator[Question]:
    tokens = queries.programme_tokens(asker.session)
    for row in asker.rows(Programme):
        sql = {name: getattr(row, name) for name in _TERMS}
        sql["deposit_tokens"] = tokens.get(row.programme_id, [])
        version = asker.version(f"programme:{row.programme_id}")
        call = asker.call("Origination", "programmeOf", row.programme_id, version=version)
        yield Question("programme", str(row.programme_id), call, sql)
