"""The table of gas in contracts/README.md, from figures that are given."""

from scripts.gas_table import DOCUMENT, PARTS, table

ACT = {
    "act": "split",
    "gas": 1_150,
    "floor": 1_000,
    "above": 150,
    "above_percent": 15.0,
    **dict.fromkeys(PARTS, 200),
}


def test_table__of_two_acts__is_in_the_order_of_their_names_and_says_how_far_above_the_floor() -> None:
    lines = table([ACT, {**ACT, "act": "merge"}]).splitlines()
    assert lines[2:] == [
        "| merge | 1,150 | 1,000 | 200 | 200 | 200 | 200 | 200 | 150 | 15 % |",
        "| split | 1,150 | 1,000 | 200 | 200 | 200 | 200 | 200 | 150 | 15 % |",
    ]


def test_document__as_committed__has_a_line_for_every_act_that_is_measured() -> None:
    sources = (DOCUMENT.parent / "bench" / "Network.t.sol").read_text()
    acts = {text.split('"')[1] for text in sources.split("_measure(")[1:]}
    shown = DOCUMENT.read_text().split("<!-- begin gas -->\n")[1].split("<!-- end gas -->")[0]
    assert {line.split(" | ")[0].removeprefix("| ") for line in shown.splitlines()[2:]} == acts
