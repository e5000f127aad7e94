"""Settlement of one payable, plainly: R-17's interest, R-18b's shares, netting, pauses, write-off and recovery.

It shares no code with the contracts and computes with fractions. Amounts are minor units, days count from the issue
date (due on day 90), tokens are 0 and 1, holder 0 is the debtor.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

DUE_DAY = 90

Row = list[int]


class Refused(Exception):
    """A piece cannot be paid now; `paused` says whether a bank's pause is why."""

    def __init__(self, *, paused: bool) -> None:
        super().__init__()
        self.paused = paused


@dataclass
class Piece:
    index: int
    start: int
    end: int
    holder: int
    drawn: list[int] = field(default_factory=lambda: [0, 0, 0])  # principal, interest, recovered
    gone: bool = False

    @property
    def parked(self) -> bool:
        return self.holder == 0


@dataclass
class Model:
    """One payable, its pieces and its cash."""

    face: int
    rate_ppm: int
    day: int = 0
    paid: int = 0
    interest_paid: int = 0
    interest_due: int = 0
    accrued_to: int = DUE_DAY
    recovered: int = 0
    written_off: bool = False
    recovery_closed: bool = False
    pots: list[int] = field(default_factory=lambda: [0, 0])
    paused: list[bool] = field(default_factory=lambda: [False, False])
    pieces: list[Piece] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pieces.append(Piece(0, 0, self.face, 1))

    @property
    def closed(self) -> bool:
        return self.written_off or self.paid == self.face

    @property
    def final(self) -> bool:
        return self.paid == self.face or (self.written_off and self.recovery_closed)

    @property
    def divisible(self) -> bool:
        return self.paid == 0 and not self.closed

    @property
    def live(self) -> list[Piece]:
        return [piece for piece in self.pieces if not piece.gone]

    def split(self, piece: Piece, value: int, holder: int) -> None:
        self.pieces.append(Piece(len(self.pieces), piece.end - value, piece.end, holder))
        piece.end -= value

    def accrue(self) -> None:
        """R-17: simple, ACT/365F, rounded half up once."""
        days = self.day - self.accrued_to
        if days > 0 and not self.closed:
            exact = Fraction((self.face - self.paid) * self.rate_ppm * days, 365 * 1_000_000)
            self.interest_due += floor(exact + Fraction(1, 2))
            self.accrued_to = self.day

    def due(self, piece: Piece) -> list[int]:
        """What the piece may draw of each line; interest waits for the first principal."""
        if self.paid == 0 and not self.closed:
            return [0, 0, 0]
        lines = ((self.paid, self.closed), (self.interest_paid, self.closed), (self.recovered, self.final))
        return [self._share(piece, *line) - drawn for line, drawn in zip(lines, piece.drawn, strict=True)]

    def _share(self, piece: Piece, total: int, closed: bool) -> int:
        if closed:
            return floor(Fraction(total * piece.end, self.face)) - floor(Fraction(total * piece.start, self.face))
        return floor(Fraction(total * (piece.end - piece.start), self.face))

    def pay(self, token: int, amount: int, netted: list[Piece]) -> tuple[int, int, int]:
        """Principal and interest booked, and what the debtor's own pieces leave of it unpaid in cash."""
        self.accrue()
        interest = min(amount, self.interest_due)
        self.interest_due -= interest
        self.interest_paid += interest
        self.paid += amount - interest
        assert self.paid <= self.face
        dues = [self.due(piece) for piece in netted]
        total = sum(map(sum, dues))
        assert total <= amount
        for piece, due in zip(netted, dues, strict=True):
            self._book(piece, due, last=self.final and sum(due) > 0)
        self.pots[token] += amount - total
        return amount - interest, interest, total

    def draw(self, piece: Piece) -> Row:
        """The piece's row: principal, interest, recovered, last, and what it gets of each token.

        Where nothing more can come the draw ends the piece, be it of nothing.
        """
        due = self.due(piece)
        if sum(due) == 0 and not self.final:
            raise Refused(paused=False)
        available = sum(pot for pot, paused in zip(self.pots, self.paused, strict=True) if not paused)
        if sum(due) and available == 0:
            raise Refused(paused=True)
        left = available
        part = []
        for amount in due:
            part.append(min(amount, left))
            left -= part[-1]
        last = self.final and part == due
        self._book(piece, part, last=last)
        to_pay = sum(part)
        paid_out = []
        for token in (0, 1):
            cash = 0 if self.paused[token] else min(to_pay, self.pots[token])
            self.pots[token] -= cash
            to_pay -= cash
            paid_out.append(cash)
        assert to_pay == 0
        return [*part, int(last), *paid_out]

    def _book(self, piece: Piece, part: list[int], *, last: bool) -> None:
        piece.drawn = [before + amount for before, amount in zip(piece.drawn, part, strict=True)]
        piece.gone = piece.gone or last

    def check(self) -> None:
        """What is held is what may still be drawn, and what the pieces' rounding leaves; once closed to the unit."""
        came_in = self.paid + self.interest_paid + self.recovered
        undrawn = came_in - sum(sum(piece.drawn) for piece in self.pieces)
        due = sum(sum(self.due(piece)) for piece in self.live)
        assert sum(self.pots) == undrawn
        assert due <= undrawn
        if self.final:
            assert due == undrawn
        if self.paid or self.closed:
            assert undrawn - due < 3 * len(self.pieces)
