"""The model of settlement holds by itself, and the histories that forge replays are the ones it writes."""

import json
import random
from collections import Counter

import pytest

from tests.vectors.entitlement import FILE, Act, History, generate


def test_histories__as_committed__are_what_the_model_writes() -> None:
    assert FILE.read_text(encoding="utf-8") == generate()


def test_histories__as_committed__hold_every_act_and_refusal() -> None:
    document = json.loads(FILE.read_text(encoding="utf-8"))
    acts: Counter[Act] = Counter()
    for history in document["histories"]:
        acts.update(Act(act) for act in history["rows"][:: document["columns"]])
    assert set(acts) == set(Act)
    assert min(acts.values()) > 5


@pytest.mark.parametrize("seed", range(200))
def test_any_history__ends_with_exactly_what_came_in_drawn(seed: int) -> None:
    History(random.Random(seed)).play()  # asserts it, and what holds after every act
