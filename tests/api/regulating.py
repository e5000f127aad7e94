"""The regulator's process in tests: its settings, and reading all of a list."""

from typing import Any

from api.audit.settings import AuditSettings
from tests.api.stage import Stage, TestClient


def settings(network: Stage, **more: Any) -> AuditSettings:
    given = {
        "database_url": network.settings.database_url,
        "node_url": network.node.url,
        "deployments": network.settings.deployments,
        **more,
    }
    return AuditSettings.model_validate(given)


def read(client: TestClient, path: str, **query: Any) -> Any:
    response = client.get(f"/audit/v1/{path}", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def every(client: TestClient, path: str, **query: Any) -> list[Any]:
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = read(client, path, limit=200, **query, **cursor)
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def minor(amount: dict[str, str]) -> int:
    return int(amount["amount"].replace(".", ""))
