"""What is due: late interest and a piece's share of what was paid in, to the unit as the contracts have them.

Amounts are minor units, dates whole days, rates parts per million a year on ACT/365F.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from api.domain.money import MINOR_MAX
from api.domain.pricing import round_half_up

_YEAR = 365 * 1_000_000


@dataclass(frozen=True, slots=True)
class Booked:
    """A payment as it was booked on `day`."""

    day: int
    principal: int
    interest: int


def late_interest(principal: int, rate_ppm: int, days: int) -> int:
    """Simple interest on outstanding principal for days past due: P·r·d/365, rounded half up (R-17).

    1,000,000.00 twelve days late: 6,000.00 at 0.05 % a day (182,500 ppm), 1,019.18 at 3.10 %.
    """
    return round_half_up(Fraction(principal * rate_ppm * days, _YEAR))


def late_interest_due(
    face_value: int, rate_ppm: int, due_date: int, booked: Iterable[Booked], today: int
) -> tuple[int, int]:
    """Principal and late interest outstanding today, given all payments in their order.

    Interest accrues at each payment on the principal before it, and is rounded each time. What was ever charged stays
    below 2^53, however high the rate.
    """
    principal, interest, interest_paid, accrued_to = face_value, 0, 0, due_date
    for payment in [*booked, Booked(today, 0, 0)]:
        if payment.day > accrued_to:
            interest += late_interest(principal, rate_ppm, payment.day - accrued_to)
            interest = min(interest, MINOR_MAX - interest_paid)
            accrued_to = payment.day
        principal -= payment.principal
        interest -= payment.interest
        interest_paid += payment.interest
    return principal, interest


@dataclass(frozen=True, slots=True)
class Share:
    """A piece `[start, end)` and what it has drawn so far."""

    start: int
    end: int
    drawn_principal: int
    drawn_interest: int


def due_after(face_value: int, paid: int, interest_paid: int, share: Share) -> int:
    """What a piece of a payable that is not written off may draw, once so much principal and late interest is paid in.

    While no principal is, late interest waits: until then pieces may still be divided.
    """
    if paid == 0:
        return 0
    closed = paid == face_value
    principal = entitled(face_value, paid, share.start, share.end, closed=closed) - share.drawn_principal
    return principal + entitled(face_value, interest_paid, share.start, share.end, closed=closed) - share.drawn_interest


def entitled(face_value: int, paid: int, start: int, end: int, *, closed: bool) -> int:
    """What the piece `[start, end)` may have drawn of `paid` in all (R-18b), see EntitlementLib.

    Open: ⌊P·v/F⌋, rounded against the holder. Closed: ⌊P·end/F⌋ − ⌊P·start/F⌋, over all pieces exactly P.
    """
    if not closed:
        return paid * (end - start) // face_value
    return paid * end // face_value - paid * start // face_value
