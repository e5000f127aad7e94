"""What the bell costs: `python -m tests.api.bell_cost [PAYABLES]` fills a network of its own and prints, page by page,
the time with the bell counted on it, as it is now, and without a bell; and the first two over the last. They are taken
in turn within one run, so that a noisy machine disturbs them alike.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from fastapi import FastAPI
from starlette.routing import Mount

from api.app import create_app
from api.console.notices import Bell, Bells
from api.console.page import Page
from hardhat_free_devnet import Anvil
from tests.api.browsing import Browser
from tests.api.building import build, set_the_scene
from tests.api.stage import FACE, Stage, TestClient

ROUNDS = 15
PAGES = {
    "s1": ("/", "/receivables", "/cash", "/participants", "/operations"),
    "c": ("/", "/payables", "/participants"),
    "f1": ("/", "/financing", "/participants"),
    "o": ("/", "/participants"),
}


class _Counting(Bells):
    """Each page waits for it."""

    def said(self, page: Page) -> Bell:
        return Bell(len(self.count(page).unread), stale=False)


class _Silent(Bells):
    """Says nothing."""

    def said(self, page: Page) -> Bell:
        return Bell(None, stale=False)


def fill(network: Stage, payables: int) -> None:
    """Half of them confirmed, some handed on, some on offer."""
    for number in range(payables):
        payable = network.confirmed() if number % 2 else network.proposed()
        if number % 10 == 1:
            network.split("s1", f"{payable}00000001", "s2", FACE // 4)
        if number % 10 == 3:
            network.quoted("f1", network.asked("s1", f"{payable}00000001", FACE))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        node = Anvil(Path(folder) / "node", durable=False).start()
        stage = build(node, Path(folder))
        app = create_app(stage.services)
        console = next(route for route in app.routes if isinstance(route, Mount) and route.path == "/console").app
        with TestClient(app) as http:
            set_the_scene(stage.opened(http))
            fill(stage, int(sys.argv[1]) if len(sys.argv) > 1 else 300)
            assert isinstance(console, FastAPI)
            ours = console.state.bells
            for login, paths in PAGES.items():
                browser = Browser(app).sign_in(login)
                for path in paths:
                    taken = [list[float]() for _ in range(3)]
                    for _ in range(ROUNDS):
                        for times, bells in zip(taken, (_Counting(), ours, _Silent()), strict=True):
                            console.state.bells = bells
                            start = time.perf_counter()
                            assert browser.get(path).status_code == 200
                            times.append(time.perf_counter() - start)
                    console.state.bells = ours
                    counted, now, none = (statistics.median(times) * 1000 for times in taken)
                    shown = f"{counted:6.1f} {now:6.1f} {none:6.1f} ms  {counted / none:5.2f} {now / none:5.2f}"
                    print(f"{login:3} {path:14} {shown}", flush=True)
        stage.services.engine.dispose()
        stage.services.client.close()
        node.stop()


if __name__ == "__main__":
    main()
