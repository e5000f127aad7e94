"""`python -m api.audit`: the regulator's process. Settings come from `SCF_AUDIT_…`."""

import sys

from pydantic import ValidationError

from api.audit.app import IndexUnreadable, serve
from api.audit.private_file import PrivateFileUnusable
from api.audit.settings import AuditSettings
from node_adapter.db import DatabaseUnsupported
from node_adapter.deployments import DeploymentsUnreadable
from node_adapter.networks import NetworksUnreadable, UnknownNetwork

_REFUSALS = (
    DatabaseUnsupported,
    DeploymentsUnreadable,
    IndexUnreadable,
    NetworksUnreadable,
    PrivateFileUnusable,
    UnknownNetwork,
)


def main() -> int:
    """Serve until told to stop; a line and status 2 for settings that cannot work."""
    try:
        settings = AuditSettings()
    except ValidationError as error:
        for found in error.errors():
            where = ".".join(str(part) for part in found["loc"]) or "environment"
            print(f"api.audit: setting {where}: {found['msg']}", file=sys.stderr)
        return 2
    try:
        serve(settings)
    except _REFUSALS as error:
        print(f"api.audit: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
