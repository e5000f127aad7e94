"""`python -m api`: the API as a process. Settings come from `SCF_API_…`."""

import contextlib
import os
import socket
import sys

import uvicorn
from pydantic import ValidationError

from api.app import create_app, make_services
from api.settings import ApiSettings
from node_adapter.deployments import DeploymentsUnreadable
from node_adapter.networks import NetworksUnreadable, UnknownNetwork
from node_adapter.outbox import faults


class Server(uvicorn.Server):
    """It would wait for open streams before the app hears that it stops: so they are ended first."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.app.state.changes.close()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def main() -> int:
    """Serve until told to stop; a line and status 2 for settings that cannot work."""
    try:
        settings = ApiSettings()
    except ValidationError as error:
        for found in error.errors():
            where = ".".join(str(part) for part in found["loc"]) or "environment"
            print(f"api: setting {where}: {found['msg']}", file=sys.stderr)
        return 2
    try:
        faults.arm(os.environ)
        services = make_services(settings)
    except (faults.FaultsRefused, DeploymentsUnreadable, NetworksUnreadable, UnknownNetwork) as error:
        print(f"api: {error}", file=sys.stderr)
        return 2
    server = Server(
        uvicorn.Config(
            create_app(services),
            host=settings.host,
            port=settings.port,
            log_level=settings.log_level,
            timeout_graceful_shutdown=5,
        )
    )
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    return 0 if server.started else 3


if __name__ == "__main__":
    sys.exit(main())
