"""What a regulator asks, each said once: a view of a stable name, a list over HTTP, an export."""

from indexer.reports.cash import CASH_FLOWS
from indexer.reports.debts import DEALS, PARTICIPANTS, PAYABLES, RECEIVABLES
from indexer.reports.exposures import EXPOSURES, EXPOSURES_BY_DEBTOR, EXPOSURES_BY_HOLDER, EXPOSURES_BY_TIER
from indexer.reports.restraints import DISHONOURS, EVENTS, FREEZE_ORDERS, HOLDS
from indexer.reports.shape import Column, Kind, Report

REPORTS = {
    report.name: report
    for report in (
        PARTICIPANTS,
        PAYABLES,
        RECEIVABLES,
        DEALS,
        CASH_FLOWS,
        EXPOSURES,
        EXPOSURES_BY_DEBTOR,
        EXPOSURES_BY_TIER,
        EXPOSURES_BY_HOLDER,
        HOLDS,
        FREEZE_ORDERS,
        DISHONOURS,
        EVENTS,
    )
}

__all__ = [
    "CASH_FLOWS",
    "DEALS",
    "DISHONOURS",
    "EVENTS",
    "EXPOSURES",
    "EXPOSURES_BY_DEBTOR",
    "EXPOSURES_BY_HOLDER",
    "EXPOSURES_BY_TIER",
    "FREEZE_ORDERS",
    "HOLDS",
    "PARTICIPANTS",
    "PAYABLES",
    "RECEIVABLES",
    "REPORTS",
    "Column",
    "Kind",
    "Report",
]
