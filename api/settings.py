"""Settings, read once at a process's start. A misspelt `SCF_API_…` variable is refused, not ignored."""

import ipaddress
import os
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from node_adapter.networks import NETWORKS_VARIABLE


def listens_on_loopback(host: str) -> bool:
    """Whether an API on `host` can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """What every process that serves HTTP is told; the prefix of its variables is its own."""

    networks: Path | None = Field(default_factory=lambda: os.environ.get(NETWORKS_VARIABLE), validate_default=True)
    """The user's own networks; SCF_NETWORKS unless it is given here."""
    host: str = "127.0.0.1"
    log_level: str = "warning"

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the process."""
        return listens_on_loopback(self.host)

    @model_validator(mode="after")
    def _every_variable_is_known(self) -> Self:
        prefix = self.model_config.get("env_prefix", "")
        known = {prefix + name.upper() for name in type(self).model_fields}
        unknown = sorted(name for name in os.environ if name.startswith(prefix) and name not in known)
        if unknown:
            raise ValueError(f"unknown settings {unknown}; known are {sorted(known)}")
        return self


class ApiSettings(Settings):
    """Environment variables with the prefix `SCF_API_`; secrets are files, never values. The demo's logins are good
    only on the loopback."""

    model_config = SettingsConfigDict(env_prefix="SCF_API_", frozen=True)

    database_url: SecretStr
    node_url: SecretStr
    """One node's URL, or several between commas: the good ones are asked. May hold a password, or a provider's key."""
    deployments: Path
    keys: Path
    """Folder of this server's keys: encrypted keystores, and `signers.toml`, which says what each key may sign."""
    secrets: Path
    """Folder with `master.key`, `token.key` and `keystore.passphrase`, each 0600."""
    port: int = Field(default=8000, ge=0, le=65535)
    token_minutes: int = Field(default=60, ge=1, le=24 * 60)
