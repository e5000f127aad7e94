"""`python -m api.console.catalogue` brings the catalogues up to the sources; `--check` fails where one is not complete.

Message ids are the English texts themselves, so English needs no catalogue. They stand in templates (`_("…")`), in
Python (`mark("…")`, `say("…")`), and in the tables of the contracts' and the invoices' refusals.
"""

import argparse
import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from api.console.words import CATALOGUES, LANGUAGES
from api.invoices import errors as invoices
from api.revert_status import REFUSALS

_HERE = Path(__file__).parent
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None, "marks": (1, 2), "say": None}
_SOURCE_LANGUAGE = "en"
_NOISE = (
    "# ",
    "#\n",
    '"Project-Id',
    '"Report-',
    '"POT-',
    '"PO-',
    '"Last-',
    '"Language-Team',
    '"Generated-By',
)


def extracted() -> Catalog:
    """Every text of the pages, in a fixed order."""
    catalogue = Catalog(fuzzy=False)
    found = extract_from_dir(
        str(_HERE),
        method_map=[("**/templates/**.html", "jinja2"), ("**.py", "python")],
        keywords=_KEYWORDS,
        options_map={"**/templates/**.html": {"trimmed": "true"}},
        directory_filter=lambda folder: Path(folder).name != "node_modules",
    )
    for _, _, message, _, _ in found:
        catalogue.add(message)
    for refusal in REFUSALS.values():
        catalogue.add(refusal.message)
    for name in sorted(vars(invoices)):
        remedy = getattr(getattr(invoices, name), "remedy", None)
        if isinstance(remedy, str):
            catalogue.add(remedy)
    return catalogue


def stored(language: str) -> Catalog:
    """The catalogue as it is committed; empty where there is none."""
    path = path_of(language)
    if not path.is_file():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def path_of(language: str) -> Path:
    """Where a language's catalogue is."""
    return CATALOGUES / language / "LC_MESSAGES" / "console.po"


def problems(language: str) -> list[str]:
    """What is missing, stale or wrong in a language's catalogue, a line each."""
    wanted, there = extracted(), stored(language)
    found = []
    for message in wanted:
        if not message.id:
            continue
        kept = there.get(message.id)
        texts = () if kept is None else _texts(kept.string)
        if kept is None or not texts or not all(texts):
            found.append(f"not translated: {message.id!r}")
        elif kept.fuzzy:
            found.append(f"only guessed: {message.id!r}")
        else:
            found.extend(f"{message.id!r}: {error}" for error in kept.check(there))
    ids = {_key(message.id) for message in wanted}
    found.extend(f"not used any more: {message.id!r}" for message in there if _key(message.id) not in ids)
    return found


def _texts(string: object) -> tuple[str, ...]:
    """The forms of a translation: one, or one for each plural."""
    return (string,) if isinstance(string, str) else tuple(string)  # type: ignore[arg-type]


def _key(message_id: object) -> object:
    return message_id if isinstance(message_id, str) else message_id[0]  # type: ignore[index]


def update(language: str) -> None:
    """New texts come in untranslated, those that are gone go."""
    wanted, there = extracted(), stored(language)
    made = Catalog(locale=language, fuzzy=False)
    for message in sorted(wanted, key=lambda one: str(one.id)):
        if message.id:
            kept = there.get(message.id)
            made.add(message.id, kept.string if kept else "")
    written = io.BytesIO()
    write_po(written, made, width=120)
    # Who wrote it when is git's to say: the same texts give the same bytes.
    kept_lines = [line for line in written.getvalue().decode().splitlines(keepends=True) if not line.startswith(_NOISE)]
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(kept_lines), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """1 where `--check` finds a catalogue incomplete."""
    parser = argparse.ArgumentParser(prog="python -m api.console.catalogue")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a catalogue is not complete")
    check: bool = parser.parse_args(arguments).check
    wrong = False
    for language in sorted(set(LANGUAGES) - {_SOURCE_LANGUAGE}):
        if not check:
            update(language)
        for problem in problems(language):
            print(f"{path_of(language).name} ({language}): {problem}", file=sys.stderr)
            wrong = True
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
