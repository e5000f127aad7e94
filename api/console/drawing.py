"""Bars as numbers: a chart's values become rectangles. One template draws them, on a page and as a file of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from api.domain.money import currency_decimals

WIDTH, HEIGHT = 1000, 320
"""Of the drawing, in units of its own."""
LEFT, BOTTOM, TOP = 110, 40, 12
COLOURS = ("#0a5c68", "#b3541e", "#7fb5bd", "#e2a77f", "#274b99", "#8a5a9e", "#5f7a2f", "#8c8c8c")
"""On white, where the drawing stands alone; the console's sheet has its own pairs."""


@dataclass(frozen=True, slots=True)
class Group:
    """Bars that belong together: a week, a debtor, a day. `values`: minor units, one of each series, none negative."""

    label: str
    short: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle, in the drawing's units. `series` counts from 0."""

    x: float
    y: float
    width: float
    height: float
    series: int
    group: Group


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture. Its title, note, axis and series are message ids. `drawn`: how many of the series have bars; the
    others stand in the table alone."""

    name: str
    title: str
    note: str
    what: str
    currency: str
    series: tuple[str, ...]
    groups: list[Group] = field(repr=False)
    stacked: bool = True
    drawn: int | None = None

    @property
    def shown(self) -> tuple[str, ...]:
        """The series with bars."""
        return self.series[: self.drawn]

    @property
    def top(self) -> int:
        """What the highest bar stands for; at least 1."""
        sums = (group.values[: self.drawn] for group in self.groups)
        return max((sum(values) if self.stacked else max(values) for values in sums), default=1) or 1

    def bars(self) -> Iterator[Bar]:
        """From left to right; a stack from below."""
        step = (WIDTH - LEFT) / max(1, len(self.groups))
        whole = HEIGHT - BOTTOM - TOP
        for place, group in enumerate(self.groups):
            values = group.values[: self.drawn]
            across = min(step * 0.76, 90.0)
            one = across if self.stacked else across / max(1, len(values))
            start = LEFT + step * place + (step - across) / 2
            below = 0
            for series, value in enumerate(values):
                height = whole * value / self.top
                base = whole * below / self.top if self.stacked else 0.0
                x = start if self.stacked else start + one * series
                if value:
                    yield Bar(x, HEIGHT - BOTTOM - base - height, one, height, series, group)
                below += value

    def marks(self) -> Iterator[tuple[float, str]]:
        """Where each group's name stands, and the name; every other one where they would touch."""
        step = (WIDTH - LEFT) / max(1, len(self.groups))
        every = 1 if step >= 60 else 2
        for place, group in enumerate(self.groups):
            if place % every == 0:
                yield LEFT + step * (place + 0.5), group.short

    def lines(self) -> Iterator[tuple[float, Decimal]]:
        """Height and amount, in major units, of the scale's lines."""
        for part in (0, 1, 2):
            value = Decimal(self.top * part) / 2
            yield HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * part / 2, value.scaleb(-currency_decimals(self.currency))
