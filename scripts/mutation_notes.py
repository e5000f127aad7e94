"""What was judged of the breaks, a line of JSON each, written at once: a run that was ended goes on from there."""

import contextlib
import hashlib
import json
from pathlib import Path

from scripts.mutation_sites import Site


class Notes:
    """Without a file they keep nothing.

    A verdict counts while the sources are as they were. A survivor is judged again: it is what tests are written for.
    """

    def __init__(self, file: Path | None, sources: Path) -> None:
        self._file = file
        self._sources = _digest(sources)
        self._known: dict[str, str] = {}
        if file is not None and file.is_file():
            for line in file.read_text().splitlines():
                with contextlib.suppress(ValueError):  # a line half written
                    note = json.loads(line)
                    self._known[note["break"]] = note["verdict"]

    def known(self, site: Site) -> str | None:
        verdict = self._known.get(self._name(site))
        return None if verdict == "survived" else verdict

    def add(self, site: Site, verdict: str, seconds: float) -> None:
        if self._file is None:
            return
        note = {"break": self._name(site), "line": site.line, "kind": site.kind, "verdict": verdict, "seconds": seconds}
        with self._file.open("a") as file:
            file.write(json.dumps(note) + "\n")

    def _name(self, site: Site) -> str:
        return f"{self._sources} {site.path}[{site.start}:{site.end}]={site.replacement}"


def _digest(sources: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(sources.rglob("*.sol")):
        digest.update(f"{path.relative_to(sources)}\0{path.read_text()}\0".encode())
    return digest.hexdigest()[:16]
