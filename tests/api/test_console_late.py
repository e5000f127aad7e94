"""What is not paid, by the console's forms: the register, recourse, write-off, and cash that was set aside."""

import re
from datetime import timedelta

import pytest

from tests.api.browsing import Desk, piece_of
from tests.api.stage import FACE

pytestmark = pytest.mark.devnet


def test_overdue__recorded_objected_to_and_lifted__stands_on_the_register__r29b(desk: Desk) -> None:
    payable = desk.network.overdue(6)
    path = f"/payables/{payable}"
    assert f"{path}/record-dishonour" in desk.page("o", "/late")
    assert "/console/late" in desk.page("o", "/")
    assert desk.kept_from("c", f"{path}/record-dishonour") == 403
    before = desk.waiting("c", "on the register of dishonours")
    desk.do("s1", f"{path}/record-dishonour")
    assert "It is on the register of dishonours" in desk.page("c", path)
    assert desk.waiting("c", "on the register of dishonours") == before + 1
    assert desk.kept_from("s1", f"{path}/object-to-dishonour") == 403
    status, name, _ = desk.refused("c", f"{path}/object-to-dishonour", reason="")
    assert (status, name) == (422, "RequestInvalid")
    desk.do("c", f"{path}/object-to-dishonour", reason="we paid outside")
    assert "we paid outside" in desk.page("f2", "/late")
    assert desk.kept_from("s1", f"{path}/lift-dishonour") == 403
    desk.do("o", f"{path}/lift-dishonour", reason="they did")
    assert "they did" in desk.page("f2", "/late")
    assert "It is on the register" not in desk.page("c", path)


def test_recourse__claimed__is_bought_back__r21(desk: Desk) -> None:
    network = desk.network
    payable = network.overdue(1, handed_to="s2")
    piece = piece_of(payable)
    claims, before = desk.waiting("s2", "that somebody answers to you for"), desk.waiting("s1", "claimed back")
    assert desk.kept_from("s1", f"{piece}/claim-recourse") == 403
    desk.do("s2", f"{piece}/claim-recourse")
    assert desk.waiting("s2", "that somebody answers to you for") == claims - 1
    assert desk.waiting("s1", "claimed back") == before + 1
    assert f"{piece}/repurchase" in desk.page("s1", "/late")
    assert desk.kept_from("s2", f"{piece}/repurchase") == 403
    network.credit("s1", FACE)
    assert re.search(r"You pay</dt><dd><b>CNY 1,000,000.00", desk.page("s1", f"{piece}/repurchase"))
    desk.do("s1", f"{piece}/repurchase")
    assert network["s1"].read(f"/api/v1{piece}")["holder"]["address"] == network["s1"].address


def test_write_off__recovered_in_part_and_closed__leaves_nothing_to_clear(desk: Desk) -> None:
    network = desk.network
    payable = network.overdue(90)
    path, piece = f"/payables/{payable}", piece_of(payable)
    assert desk.kept_from("c", f"{path}/write-off") == 403
    assert f"{path}/write-off" in desk.page("o", "/late")
    desk.do("o", f"{path}/write-off", reason="it is insolvent")
    too_much = {"amount": "2,000,000.00", "recovery_reference": "R-1"}
    status, name, text = desk.refused("c", f"{path}/recover", **too_much)
    assert (status, name) == (409, "RecoveryTooMuch")
    assert 'value="R-1"' in text
    desk.do("c", f"{path}/recover", amount="400,000.00", recovery_reference="R-1")
    assert "CNY 600,000.00" in desk.page("s1", "/late")
    before = network["s1"].cash()
    desk.do("s1", f"{piece}/clear")
    assert network["s1"].cash() - before == 400_000_00
    waiting = desk.waiting("s1", "of which nothing more comes")
    desk.do("o", f"{path}/close-recovery", reason="it is over")
    assert desk.waiting("s1", "of which nothing more comes") == waiting + 1
    desk.do("s1", f"{piece}/clear")
    assert 'class="badge off">Redeemed' in desk.page("s1", piece)
    assert desk.waiting("s1", "of which nothing more comes") == waiting


def test_set_aside__for_a_dispute_that_is_over__is_paid_out__i9(desk: Desk) -> None:
    network = desk.network
    payable = network.confirmed()
    piece = piece_of(payable)
    until = str(network.today() + timedelta(days=30))
    hold = desk.do("c", f"{piece}/dispute", amount="250,000.00", until=until, reason="rust")["resource"]["id"]
    network.credit("c", FACE)
    network.pay(payable, FACE)
    network["s1"].command(f"/api/v1{piece}/redeem")
    waiting = desk.waiting("s1", "set aside that can be paid out")
    network["c"].command(f"/api/v1/holds/{hold}/release")
    assert desk.waiting("s1", "set aside that can be paid out") == waiting + 1
    before = network["s1"].cash()
    assert "CNY 250,000.00" in desk.page("s1", f"{piece}/release-set-aside")
    desk.do("s1", f"{piece}/release-set-aside")
    assert network["s1"].cash() - before == 250_000_00


def test_late__more_than_a_page__is_read_page_by_page_and_list_by_list(desk: Desk) -> None:
    network = desk.network
    network.overdue(1)
    wanted = {network.overdue(1) for _ in range(2)}
    page = desk.page("s1", "/late?limit=1")
    assert {'id="overdue"', 'id="register"', 'id="written-off"'} <= set(re.findall(r'id="[a-z-]+"', page))
    seen: list[str] = []
    while True:
        found = re.search(r'href="/console(/late\?part=overdue&amp;cursor=[^"]+)"', page)
        seen += re.findall(
            r'href="/console/payables/(0x[0-9a-f]{56})"', page.split('id="overdue"')[1].split("</section>")[0]
        )
        if found is None:
            break
        page = desk.page("s1", found[1].replace("&amp;", "&") + "&limit=1")
        assert 'id="register"' not in page
    assert wanted <= set(seen)
    assert len(seen) == len(set(seen))
