"""Late interest and shares, to the unit as `InterestLib` and `EntitlementLib` have them."""

import pytest

from api.domain.money import MINOR_MAX
from api.domain.settlement import Booked, Share, due_after, entitled, late_interest, late_interest_due

FACE = 1_000_000_00
AGREED_NONE_PPM = 182_500
DUE = 20_000


@pytest.mark.parametrize(("rate_ppm", "interest"), [(AGREED_NONE_PPM, 6_000_00), (31_000, 1_019_18), (0, 0)])
def test_late_interest__twelve_days_on_a_million__r17(rate_ppm: int, interest: int) -> None:
    assert late_interest(FACE, rate_ppm, 12) == interest


def test_late_interest__half_a_unit__goes_up() -> None:
    assert late_interest(365_000_000, 1, 1) == 1
    assert late_interest(365_000_000 // 2, 1, 1) == 1  # 0.5
    assert late_interest(365_000_000 // 2 - 1, 1, 1) == 0


@pytest.mark.parametrize(("today", "interest"), [(DUE - 1, 0), (DUE, 0), (DUE + 1, 500_00), (DUE + 12, 6_000_00)])
def test_late_interest_due__nothing_paid__counts_from_the_day_after_the_due_date(today: int, interest: int) -> None:
    assert late_interest_due(FACE, AGREED_NONE_PPM, DUE, [], today) == (FACE, interest)


def test_late_interest_due__after_payments__accrues_on_what_was_left_each_time() -> None:
    early = Booked(DUE - 3, 400_000_00, 0)
    late = Booked(DUE + 10, 297_000_00, 3_000_00)  # 600,000 for ten days, booked first
    assert late_interest_due(FACE, AGREED_NONE_PPM, DUE, [early], DUE + 10) == (600_000_00, 3_000_00)
    assert late_interest_due(FACE, AGREED_NONE_PPM, DUE, [early, late], DUE + 10) == (303_000_00, 0)
    assert late_interest_due(FACE, AGREED_NONE_PPM, DUE, [early, late], DUE + 12) == (303_000_00, 303_00)


def test_late_interest_due__paid_in_part_on_one_day_twice__is_not_charged_twice() -> None:
    paid = [Booked(DUE + 10, 0, 2_000_00), Booked(DUE + 10, 0, 1_000_00)]
    assert late_interest_due(FACE, AGREED_NONE_PPM, DUE, paid, DUE + 10) == (FACE, 2_000_00)


def test_late_interest_due__at_any_rate__what_was_charged_is_an_amount() -> None:
    booked = [Booked(DUE + 4_000, 0, 5)]
    principal, interest = late_interest_due(MINOR_MAX, 1_000_000, DUE, booked, DUE + 4_000)
    assert (principal, interest) == (MINOR_MAX, MINOR_MAX - 5)


def test_entitled__open__rounds_against_each_holder__r18b() -> None:
    pieces = [(0, 33_333_333), (33_333_333, 66_666_666), (66_666_666, 100_000_000)]
    shares = [entitled(100_000_000, 70_000_000, start, end, closed=False) for start, end in pieces]
    assert shares == [23_333_333, 23_333_333, 23_333_333]


def test_entitled__closed__is_what_was_paid_to_the_unit_and_never_less_than_before__r18b() -> None:
    pieces = [(0, 33_333_333), (33_333_333, 66_666_666), (66_666_666, 100_000_000)]
    shares = [entitled(100_000_000, 70_000_000, start, end, closed=True) for start, end in pieces]
    assert sum(shares) == 70_000_000
    assert shares == [23_333_333, 23_333_333, 23_333_334]
    # The second formula alone would pay the piece [2, 3) of 5 a unit at P = 2 and take it back at P = 3.
    assert [entitled(5, paid, 2, 3, closed=False) for paid in (2, 3)] == [0, 0]


def test_due_after__no_principal_paid__late_interest_waits() -> None:
    assert due_after(FACE, 0, 5_000, Share(0, FACE, 0, 0)) == 0


def test_due_after__some_drawn__is_the_rest_of_both_lines() -> None:
    share = Share(0, FACE // 4, drawn_principal=1_000, drawn_interest=10)
    assert due_after(FACE, FACE // 2, 400, share) == FACE // 8 - 1_000 + 100 - 10
    assert due_after(FACE, FACE, 400, share) == FACE // 4 - 1_000 + 100 - 10
