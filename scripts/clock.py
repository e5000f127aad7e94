"""`scf clock`: the devnet's time moves forward, and stays moved."""

import re
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from api.domain.dates import business_date
from hardhat_free_devnet import shift_clock as shift_devnet_clock
from indexer import queries
from node_adapter.db import make_engine, read_only
from scripts.data_folder import DataFolder
from scripts.errors import CliError
from scripts.supervisor import running

_UNITS_S = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_SHIFT = re.compile(r"\+?([1-9][0-9]{0,8})([dhms])")
SHIFT_MAX_S = 10 * 366 * 86_400
INDEX_WAIT_S = 15.0


def shift_clock(folder: DataFolder, shift: str) -> dict[str, Any]:
    """Move the running devnet's clock by "+90d"; returns the new time. CliError for anything unreadable."""
    match = _SHIFT.fullmatch(shift.strip())
    if match is None:
        raise CliError(
            f'"{shift}" is no time to move by; write +90d, +12h, +30m or +45s, forward only', name="ShiftUnreadable"
        )
    seconds = int(match[1]) * _UNITS_S[match[2]]
    if seconds > SHIFT_MAX_S:
        raise CliError(f"{shift} is more than ten years; move by less at a time", name="ShiftTooFar")
    record = running(folder)
    now = shift_devnet_clock(record["node_url"], folder.node, seconds)
    _wait_for_index(folder, now)
    return {
        "shifted_s": seconds,
        "now": datetime.fromtimestamp(now, UTC).isoformat(),
        "timestamp": now,
        "business_date": business_date(now).isoformat(),
    }


def _wait_for_index(folder: DataFolder, timestamp: int) -> None:
    """The API's clock is the index's: who moves time and then commands shall find it moved."""
    engine = make_engine(folder.database_url())
    deadline = time.monotonic() + INDEX_WAIT_S
    try:
        while time.monotonic() < deadline:
            with Session(read_only(engine)) as session:
                newest = queries.head(session)
            if newest is not None and newest.timestamp >= timestamp:
                return
            time.sleep(0.05)
    finally:
        engine.dispose()
    raise CliError("the chain's clock was moved, but the index does not follow; see `scf status`", name="IndexBehind")
