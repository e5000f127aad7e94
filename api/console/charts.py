"""Pictures as numbers: bars and intervals. Templates draw them, and every one is also its own table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from api.domain.dates import DayCount, add_months, year_fraction
from api.domain.money import Money
from api.domain.pricing import bank_discount
from api.receivables.schemas import ReceivableRead
from api.schemas import Total

BAR_MAX = 1000
"""How long the longest bar is."""
MONTHS_MAX = 13
STEPS_MAX = 6


@dataclass(frozen=True, slots=True)
class Rung:
    """What falls due within [start, end); `start` None: all that is late already; `end` None: all later."""

    start: date | None
    end: date | None
    amount: Total
    count: int
    length: int


def ladder(today: date, currency: str, dues: Iterable[tuple[date, int]]) -> list[Rung]:
    """The maturity ladder: what is late, then month by month from today's on; empty where nothing is due at all."""
    rungs: dict[int, tuple[int, int]] = {}
    first = today.replace(day=1)
    for day, minor in dues:
        if not minor:
            continue
        place = -1 if day < today else (day.year - first.year) * 12 + day.month - first.month
        place = min(place, MONTHS_MAX)
        amount, count = rungs.get(place, (0, 0))
        rungs[place] = amount + minor, count + 1
    if not rungs:
        return []
    longest = max(amount for amount, _ in rungs.values())
    places = sorted({-1 for place in rungs if place == -1} | set(range(max(0, *rungs) + 1)))
    made = []
    for place in places:
        amount, count = rungs.get(place, (0, 0))
        start = None if place == -1 else max(today, add_months(first, place))
        end = None if place == MONTHS_MAX else today if place == -1 else add_months(first, place + 1)
        made.append(Rung(start, end, Total.of(amount, currency), count, amount * BAR_MAX // longest))
    return made


@dataclass(frozen=True, slots=True)
class Wait:
    """What one gets for selling on a day, and what it costs."""

    day: date
    days: int
    """From today."""
    proceeds: Money
    cost: Money
    length: int


def price_of_waiting(value: Money, rate_ppm: int, convention: DayCount, today: date, due: date) -> list[Wait]:
    """What selling costs at this rate (R-14a) today and on later days; on the due date it costs nothing."""
    tenor = (due - today).days
    if tenor <= 0:
        return []
    days = sorted({tenor * step // (STEPS_MAX - 1) for step in range(STEPS_MAX)})
    found = []
    for later in days:
        day = today + timedelta(days=later)
        price = bank_discount(value.minor, rate_ppm, year_fraction(day, due, convention))
        found.append((day, later, price))
    most = max(price.discount for _, _, price in found) or 1
    return [
        Wait(
            day,
            later,
            Money(price.proceeds, value.currency),
            Money(price.discount, value.currency),
            price.discount * BAR_MAX // most,
        )
        for day, later, price in found
    ]


@dataclass(frozen=True, slots=True)
class Slice:
    """One party's part of a sum."""

    name: str
    address: str
    amount: Total
    per_mille: int


def shares(currency: str, parts: dict[tuple[str, str], int]) -> list[Slice]:
    """The parts of (name, address), largest first, with how much of all each is."""
    whole = sum(parts.values()) or 1
    ordered = sorted(parts.items(), key=lambda part: (-part[1], part[0]))
    return [
        Slice(name, address, Total.of(minor, currency), minor * 1000 // whole) for (name, address), minor in ordered
    ]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece in the lineage picture, in thousandths of the payable's line. `x` to `x + width`: it and all that was
    split from it; `own`: how much of that, from the start, it still is itself."""

    shown: ReceivableRead
    row: int
    x: Fraction
    width: Fraction
    own: Fraction


def lineage(face_value: int, pieces: Sequence[ReceivableRead]) -> list[Piece]:
    """A child hangs below the part of its parent that it took. Works on what one may see of it; a piece that took its
    own child in by a merger is as deep as that (I3), so rows follow the splits and not the depths."""
    ids = {piece.receivable_id for piece in pieces}
    children: dict[str | None, list[ReceivableRead]] = {}
    for piece in pieces:
        children.setdefault(piece.parent_id if piece.parent_id in ids else None, []).append(piece)
    parents_first: list[tuple[ReceivableRead, int]] = []
    top = min((piece.depth for piece in pieces), default=0)
    todo = [(piece, piece.depth - top) for piece in children.get(None, ())]
    while todo:
        piece, row = todo.pop()
        parents_first.append((piece, row))
        todo += [(child, row + 1) for child in children.get(piece.receivable_id, ())]
    ends: dict[str, int] = {}
    for piece, _ in reversed(parents_first):
        below = [ends[child.receivable_id] for child in children.get(piece.receivable_id, ())]
        ends[piece.receivable_id] = max([piece.end, *below])
    placed = []
    for piece, row in sorted(parents_first, key=lambda found: (found[1], found[0].start)):
        x = Fraction(piece.start * BAR_MAX, face_value)
        width = Fraction((ends[piece.receivable_id] - piece.start) * BAR_MAX, face_value)
        own = Fraction((piece.end - piece.start) * BAR_MAX, face_value)
        placed.append(Piece(piece, row, x, width, own))
    return placed
