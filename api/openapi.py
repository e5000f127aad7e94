"""What `/openapi.json` says beyond FastAPI's own: names to generate a client from, and the problems of each route."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from api.snapshot import AS_OF

_AUDIT = "audit"
_PROBLEM = "Problem"
_READ = {"401", "403", "404", "422", "500", "503"}
_COMMAND = _READ | {"400", "409", "413"}
_OPEN = {"401", "422", "500", "503"}
_MEANING = {
    "400": "The attempt has no name: send an Idempotency-Key",
    "401": "No token, or one that is not good any more",
    "403": "Not yours to do, on something you see",
    "404": "It does not exist, or is not yours to see",
    "409": "The state forbids it now; the name is the contract's",
    "413": "The body is too large",
    "422": "The request alone is wrong",
    "500": "A fault of ours",
    "503": "The node is away; nothing was changed",
}


class Problem(BaseModel):
    """RFC 9457. `title` is the error's name, which is also the last part of `type`."""

    type: str = Field(examples=["urn:scf-network:problem:InvoiceAlreadyClaimed"])
    title: str = Field(examples=["InvoiceAlreadyClaimed"])
    status: int
    detail: str
    params: dict[str, Any] = Field(description="The values that were wrong, by name.")


def operation_id(route: APIRoute) -> str:
    """The function's name; the audit's lists are named like the parties' own, so they say so."""
    return f"{_AUDIT}_{route.name}" if _AUDIT in route.tags else route.name


def declare_problems(app: FastAPI) -> None:
    """Every route's answers other than the good one, all of one shape. Call it once all routes are there."""
    schema = app.openapi()
    schemas = schema["components"]["schemas"]
    schemas[_PROBLEM] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{_PROBLEM}"}}}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            operation["responses"].pop("422", None)
            if method != "get" and "parameters" in operation:
                operation["parameters"] = [p for p in operation["parameters"] if p["name"] != AS_OF]
            for status in sorted(_statuses(path, method, operation)):
                operation["responses"][status] = {"description": _MEANING[status], "content": content}


def _statuses(path: str, method: str, operation: dict[str, Any]) -> set[str]:
    if not path.startswith(("/api/", "/audit/")):
        return set()
    if "security" not in operation:
        return _OPEN
    return _READ if method == "get" else _COMMAND
