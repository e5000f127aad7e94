"""What pages load beside their own HTML: served from here alone, under names that change with the content."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from api.errors import NotFound

_HERE = Path(__file__).parent
_FILES = {
    "console.css": _HERE / "static" / "console.css",
    "console.js": _HERE / "static" / "console.js",
    "signing.js": _HERE / "static" / "signing.js",
    "icon.svg": _HERE / "static" / "icon.svg",
    "htmx.js": _HERE / "node_modules" / "htmx.org" / "dist" / "htmx.min.js",
    "ethers.js": _HERE / "node_modules" / "ethers" / "dist" / "ethers.umd.min.js",
}
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOR_GOOD = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


class AssetMissing(Exception):
    """A file that pages need is not installed; the text says how to mend it."""


@cache
def _contents() -> dict[str, bytes]:
    missing = [str(path) for path in _FILES.values() if not path.is_file()]
    if missing:
        raise AssetMissing(f"{missing[0]} is not there: run ./scripts/scf doctor, which installs it")
    return {hashed(name): path.read_bytes() for name, path in _FILES.items()}


@cache
def hashed(name: str) -> str:
    """The name under which the file is served: "console.css" is "console.1f2e3d4c5b6a.css"."""
    content = _FILES[name].read_bytes()
    stem, suffix = name.rsplit(".", 1)
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"


def require() -> None:
    """AssetMissing unless all are there: said at the start, not on a page."""
    _contents()


@router.get("/assets/{name}")
def asset(name: str) -> Response:
    """One file, to be kept for good: another content has another name."""
    content = _contents().get(name)
    if content is None:
        raise NotFound.of("file", name)
    return Response(content, media_type=_TYPES[Path(name).suffix], headers={"Cache-Control": _FOR_GOOD})
