"""The contracts' own text, for tests that compare what was built with what is written."""

import re
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "contracts" / "src"


def source_of(contract: str) -> str:
    """A contract and those of ours that it inherits, without their comments; empty where it is not ours."""
    path = SOURCES / f"{contract}.sol"
    if not path.exists():
        return ""
    text = re.sub(r"//.*", "", path.read_text())
    declared = re.search(rf"\bcontract {contract}\s+(?:is\s+([^{{]*))?\{{", text)
    assert declared, path
    parents = [part.strip() for part in (declared[1] or "").split(",")]
    return text + "".join(source_of(parent) for parent in parents)
