"""Random histories of payables, and what every piece draws in them by a plain model, for forge to replay.

    python -m tests.vectors.entitlement        # writes entitlement.json

A step is a row of ten integers, `Act` first; the last two are what is held of each token after it.
"""

import json
import random
from enum import IntEnum
from itertools import chain
from pathlib import Path

from tests.vectors.settlement_model import DUE_DAY, Model, Piece, Refused, Row

FILE = Path(__file__).with_name("entitlement.json")
SEED = 20_251_122
HISTORIES = 60
WRITE_OFF_DAY = DUE_DAY + 90
HOLDERS = 6
SPLITS = 9


class Act(IntEnum):
    """What a row's other columns mean stands behind each."""

    SPLIT = 0  # piece, value, holder: the tail goes on, or is parked with the debtor
    MOVE = 1  # piece, holder
    MERGE = 2  # piece, absorbed piece
    DAY = 3  # day
    PAY = 4  # token, amount, bits of the netted pieces, principal, interest, netted
    DRAW = 5  # piece, principal, interest, recovered, last, of token 0, of token 1
    REFUSED = 6  # piece, 0: nothing is due, 1: what could pay it is paused
    BATCH = 7  # how many rows follow that are drawn together
    WRITE_OFF = 8
    RECOVER = 9  # token, amount
    CLOSE_RECOVERY = 10
    PAUSE = 11  # token: stops, or moves again


class History:
    """Random acts on one payable, written down as rows."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.face = rng.randint(*rng.choice([(2, 20), (50, 999), (10**6, 10**9), (10**14, 10**15)]))
        agreed = rng.choice([0, 1, 31_000, 1_000_000])
        self.agreed_ppm = agreed
        self.model = Model(self.face, agreed or 182_500)
        self.rows: list[Row] = []

    def write(self, act: Act, *columns: int) -> None:
        self.model.check()
        self.rows.append([act, *columns, *[0] * (7 - len(columns)), *self.model.pots])

    def play(self) -> "History":
        for _ in range(self.rng.randint(4, 16)):
            self.rng.choice([self._divide, self._divide, self._divide, self._move, self._merge])()
        if self.rng.random() < 0.6:
            self._wait(self.rng.randint(DUE_DAY - 10, DUE_DAY + 60))
        for _ in range(self.rng.randint(5, 25)):
            acts = [self._divide, self._move, self._wait, self._pay, self._pay, self._draw, self._batch]
            self.rng.choice([*acts, self._pause])()
            if self.model.closed:
                break
        if not self.model.closed:
            self._end_badly() if self.rng.random() < 0.7 else self._pay_all()
        self._finish()
        return self

    def _divide(self) -> None:
        model = self.model
        able = [piece for piece in model.live if not piece.parked and piece.end - piece.start > 1]
        if not model.divisible or not able or len(model.pieces) > SPLITS:
            return
        piece = self.rng.choice(able)
        value = self.rng.randint(1, piece.end - piece.start - 1)
        holder = self._other_than(piece.holder, debtor=0.25)
        model.split(piece, value, holder)
        self.write(Act.SPLIT, piece.index, value, holder)

    def _move(self) -> None:
        able = [piece for piece in self.model.live if not piece.parked]
        if not able:
            return
        piece = self.rng.choice(able)
        piece.holder = self._other_than(piece.holder, debtor=0.15)
        self.write(Act.MOVE, piece.index, piece.holder)

    def _merge(self) -> None:
        live = [piece for piece in self.model.live if not piece.parked]
        pairs = [(a, b) for a in live for b in live if a.end == b.start and a.holder == b.holder]
        if not self.model.divisible or not pairs:
            return
        kept, absorbed = self.rng.choice(pairs)
        kept.end, absorbed.gone = absorbed.end, True
        self.write(Act.MERGE, kept.index, absorbed.index)

    def _wait(self, day: int = 0) -> None:
        self.model.day = max(day, self.model.day + self.rng.choice([1, 7, 30, 60]))
        self.write(Act.DAY, self.model.day)

    def _pay(self) -> None:
        model = self.model
        model.accrue()
        owed = model.face - model.paid + model.interest_due
        if self.rng.random() < 0.03:
            self._pay_amount(owed)
        elif model.interest_due and self.rng.random() < 0.4:
            self._pay_amount(self.rng.randint(1, model.interest_due))
        else:
            self._pay_amount(self.rng.randint(1, max(1, owed // 4)))

    def _pay_all(self) -> None:
        self.model.accrue()
        self._pay_amount(self.model.face - self.model.paid + self.model.interest_due)

    def _pay_amount(self, amount: int) -> None:
        model = self.model
        token = self._moving_token()
        own = [piece for piece in model.live if piece.parked and self.rng.random() < 0.7]
        if self._netted(amount, own) > amount:
            own = []
        principal, interest, netted = model.pay(token, amount, own)
        self.write(Act.PAY, token, amount, sum(1 << piece.index for piece in own), principal, interest, netted)

    def _netted(self, amount: int, own: list[Piece]) -> int:
        model = self.model
        before = (model.paid, model.interest_paid)
        interest = min(amount, model.interest_due)
        model.paid += amount - interest
        model.interest_paid += interest
        netted = sum(sum(model.due(piece)) for piece in own)
        model.paid, model.interest_paid = before
        return netted

    def _draw(self) -> None:
        if self.model.live:
            self._draw_of(self.rng.choice(self.model.live))

    def _batch(self) -> None:
        pieces = [piece for piece in self.model.live if self.rng.random() < 0.7]
        if pieces:
            # What is held is written when all have drawn: rows of a batch show the end.
            self.write(Act.BATCH, len(pieces))
            for piece in pieces:
                self._draw_of(piece)

    def _draw_of(self, piece: Piece) -> None:
        try:
            self.write(Act.DRAW, piece.index, *self.model.draw(piece))
        except Refused as refusal:
            self.write(Act.REFUSED, piece.index, int(refusal.paused))

    def _pause(self, token: int | None = None) -> None:
        token = self.rng.randrange(2) if token is None else token
        self.model.paused[token] = not self.model.paused[token]
        self.write(Act.PAUSE, token)

    def _end_badly(self) -> None:
        model = self.model
        self._wait(WRITE_OFF_DAY)
        model.written_off, model.interest_due = True, 0
        self.write(Act.WRITE_OFF)
        while not model.recovery_closed:
            left = model.face - model.paid - model.recovered
            chance = self.rng.random()
            if left and chance < 0.4:
                self._recover(left if self.rng.random() < 0.15 else self.rng.randint(1, max(1, left // 3)))
            elif chance < 0.85:
                self.rng.choice([self._draw, self._batch, self._batch, self._move, self._pause])()
            else:
                model.recovery_closed = True
                self.write(Act.CLOSE_RECOVERY)

    def _recover(self, amount: int) -> None:
        model = self.model
        token = self._moving_token()
        model.recovered += amount
        model.pots[token] += amount
        model.recovery_closed = model.paid + model.recovered == model.face
        self.write(Act.RECOVER, token, amount)

    def _moving_token(self) -> int:
        moving = [token for token in (0, 1) if not self.model.paused[token]]
        if not moving:
            self._pause(0)
            return 0
        return self.rng.choice(moving)

    def _finish(self) -> None:
        """All draw their last, some while a token is paused; no cash is left, and no piece."""
        for piece in self.rng.sample(self.model.live, len(self.model.live) // 2):
            self._draw_of(piece)
        for token in (0, 1):
            if self.model.paused[token]:
                self._pause(token)
        for piece in self.rng.sample(self.model.live, len(self.model.live)):
            self._draw_of(piece)
        assert self.model.pots == [0, 0]
        assert self.model.live == []
        came_in = [self.model.paid, self.model.interest_paid, self.model.recovered]
        assert [sum(column) for column in zip(*(p.drawn for p in self.model.pieces), strict=True)] == came_in

    def _other_than(self, holder: int, *, debtor: float) -> int:
        if self.rng.random() < debtor:
            return 0
        return self.rng.choice([other for other in range(1, HOLDERS) if other != holder])


def generate() -> str:
    rng = random.Random(SEED)
    lines = []
    for _ in range(HISTORIES):
        history = History(rng).play()
        rows = json.dumps(list(chain(*history.rows)), separators=(",", ":"))
        lines.append(f'  {{"face": {history.face}, "agreed_ppm": {history.agreed_ppm}, "rows": {rows}}}')
    about = "Written by `python -m tests.vectors.entitlement`, which says what the columns mean."
    return (
        f'{{\n"about": {json.dumps(about)},\n"count": {HISTORIES},\n"columns": 10,\n"histories": [\n'
        + ",\n".join(lines)
        + "\n]\n}\n"
    )


if __name__ == "__main__":
    FILE.write_text(generate(), encoding="utf-8")
