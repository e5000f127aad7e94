"""Settings of the process that serves `/audit/v1` alone: no keys, no secrets but the reader's own token."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from api.settings import Settings


class AuditSettings(Settings):
    """Environment variables with the prefix `SCF_AUDIT_`."""

    model_config = SettingsConfigDict(env_prefix="SCF_AUDIT_", frozen=True)

    database_url: SecretStr
    """Of the regulator's own index; a login that is a member of `scf_reader` is enough."""
    node_url: SecretStr
    """One node's URL, or several between commas: asked how far the chain is, and for proofs."""
    deployments: Path
    port: int = Field(default=8100, ge=0, le=65535)
    token_file: Path | None = None
    """File (0600) with the token that readers show. Without one the process listens on the loopback alone."""

    @model_validator(mode="after")
    def _a_token_beyond_the_loopback(self) -> Self:
        if self.token_file is None and not self.on_loopback:
            raise ValueError(
                f"whoever reaches {self.host} would read everything: name a file with a token in SCF_AUDIT_TOKEN_FILE, "
                "or listen on 127.0.0.1"
            )
        return self
