"""A person at the console: signs in, acts, clicks. Nothing here knows in which language the page is."""

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

WAIT_MS = 60_000
LAUNCHES = 3
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
AXE = Path(__file__).resolve().parents[2] / "api" / "console" / "node_modules" / "axe-core" / "axe.min.js"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 375, "height": 812}
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_FINDINGS = """async rules => (await axe.run(document, {runOnly: rules}))
    .violations.flatMap(found => found.nodes.map(one => `${found.id}: ${one.target} ${one.failureSummary}`))"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's. One launch in eight was seen to hang: it is tried again."""
    with sync_playwright() as playwright:
        browser = _launched(playwright)
        yield browser
        browser.close()


def _launched(playwright: Playwright) -> Browser:
    for attempt in range(LAUNCHES):
        try:
            return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS, timeout=30_000)
        except Error:
            if attempt == LAUNCHES - 1:
                raise
    raise AssertionError("not reached")


@dataclass
class Person:
    """One browser. Pages are looked at as they come: what they log, whether they are too wide, and what axe finds."""

    url: str
    page: Page
    shots: Path
    name: str
    sign: Callable[[dict[str, Any]], str]
    """What C's own wallet makes of an item to sign."""
    wrong: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def note(self, logged: str) -> None:
        """What the browser logs is wrong, but for the answers that refuse a form."""
        if "status of 4" not in logged:
            self.wrong.append(f"log: {logged}")

    def visit(self, path: str) -> None:
        answer = self.page.goto(f"{self.url}/console{path}")
        assert answer is not None
        assert answer.status < 400, (path, answer.status, self.page.inner_text("main"))

    def become(self, login: str) -> None:
        """By the demo's switch."""
        self.page.locator("details.drop > summary").click()
        self.page.locator(f'.actors button[value="{login}"]').click()
        self.page.locator("main").wait_for()

    def look(self, name: str) -> None:
        """Keep a picture; note what axe finds, and whether the page is wider than its window."""
        self.page.screenshot(path=self.shots / f"{self.name}-{name}.png", full_page=True)
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(_FINDINGS, _RULES)
        self.wrong += [f"{name}: {one}" for one in found]
        width, window = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        if width > window:
            self.wrong.append(f"{name}: {width} wide in a window of {window}")
        self.seen.add(name)

    def press(self, selector: str = "main form button.primary") -> None:
        self.page.locator(selector).first.click()

    def fill(self, **values: str) -> None:
        """Fields by their names; a list in a select is chosen from by its value or its label."""
        for name, value in values.items():
            found = self.page.locator(f'[name="{name}"]').first
            if found.evaluate("one => one.tagName") == "SELECT":
                found.select_option(value)
            else:
                found.fill(value)

    def done(self) -> str:
        """Wait until the command on this page is done, signing it if C's wallet is asked; its operation's id."""
        self.page.wait_for_url(re.compile(r"/console/operations/"))
        operation = self.page.url.rsplit("/", 1)[-1]
        if self.page.locator("#hand-in").count():
            self.hand_in(operation)
        self.page.locator(".step.done").nth(3).wait_for(timeout=WAIT_MS)
        return operation

    def hand_in(self, operation: str) -> None:
        """As with `scf sign`: what is downloaded is signed elsewhere, and pasted."""
        with self.page.expect_download() as download:
            self.page.locator('a[href$="/to-sign.json"]').click()
        document = json.loads(Path(download.value.path()).read_text())
        assert document["operation"] == operation
        self.fill(signatures="\n".join(self.sign(item) for item in document["to_sign"]))
        self.press("#hand-in button.primary")
        self.page.wait_for_load_state()

    def what_came_of_it(self) -> None:
        self.press("#operation a.primary")

    def address_of(self, name: str) -> str:
        """The value of a choice by a part of its label."""
        return str(self.page.locator("main select option", has_text=name).first.get_attribute("value"))


def person(
    browser: Browser, url: str, shots: Path, name: str, sign: Callable[[dict[str, Any]], str], **options: Any
) -> tuple[Person, BrowserContext]:
    """A new browser, as if on a machine of its own."""
    context = browser.new_context(accept_downloads=True, **options)
    context.set_default_timeout(WAIT_MS)
    found = Person(url, context.new_page(), shots, name, sign)
    found.page.on("console", lambda message: found.note(message.text))
    found.page.on("pageerror", lambda error: found.wrong.append(f"error: {error}"))
    return found, context


def saved(content: bytes, name: str) -> str:
    """A file that a browser can upload."""
    path = Path(tempfile.mkdtemp()) / name
    path.write_bytes(content)
    return str(path)
