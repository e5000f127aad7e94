"""URLs fit to be printed."""

import re
from urllib.parse import urlsplit

_SECRETS = re.compile(r"((?:^|&)[^=&]*(?:pass|key|secret|token)[^=&]*=)[^&]*", re.IGNORECASE)


def masked(url: str) -> str:
    """A database's or node's URL without passwords and without the keys that node providers put in paths."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "(not a URL)"
    if not parts.scheme:
        return "(not a URL)"
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    if parts.scheme in ("http", "https", "ws", "wss"):
        hidden = "/…" if parts.path.strip("/") or parts.query else ""
        return f"{parts.scheme}://{place}{hidden}"
    user = f"{parts.username or ''}{':***' if parts.password else ''}@" if parts.username or parts.password else ""
    query = "?" + _SECRETS.sub(r"\1***", parts.query) if parts.query else ""
    return f"{parts.scheme}://{user}{place}{parts.path}{query}"
