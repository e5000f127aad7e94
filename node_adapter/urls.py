"""URLs of nodes as settings name them, and URLs fit to be printed."""

import re
from urllib.parse import urlsplit

SECRET_CHARS_MIN = 6
"""Shorter parts of a path are words: "v3", "rpc"."""
_SECRETS = re.compile(r"((?:^|&)[^=&]*(?:pass|key|secret|token)[^=&]*=)[^&]*", re.IGNORECASE)


def node_urls(text: str) -> list[str]:
    """The URLs in a setting: one, or several between commas or blanks. Raises ValueError where there is none."""
    urls = [url for url in re.split(r"[,\s]+", text) if url]
    if not urls:
        raise ValueError("no node is named; one is http://host:port, several stand between commas")
    return urls


def secrets_in(url: str) -> list[str]:
    """What of a node's URL a message must not repeat: user, password, parts of path and query; the longest first."""
    parts = urlsplit(url)
    found = {parts.username or "", parts.password or "", *parts.path.split("/"), *re.split(r"[&=]", parts.query)}
    return sorted((part for part in found if len(part) >= SECRET_CHARS_MIN), key=len, reverse=True)


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
    if not parts.scheme.startswith(("sqlite", "postgresql")):
        hidden = "/…" if parts.path.strip("/") or parts.query else ""
        return f"{parts.scheme}://{place}{hidden}"
    user = f"{parts.username or ''}{':***' if parts.password else ''}@" if parts.username or parts.password else ""
    query = "?" + _SECRETS.sub(r"\1***", parts.query) if parts.query else ""
    return f"{parts.scheme}://{user}{place}{parts.path}{query}"
