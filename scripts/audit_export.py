"""`scf audit export`: a report as a file, from the network's database alone."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect

from api.audit.disclosed_names import DisclosedNames
from api.audit.export import Format, export
from api.audit.names import Names
from api.audit.own_names import OwnNames
from api.audit.services import readings
from api.identity.models import Organisation
from api.invoices.vault import load_or_create_master_key
from indexer.reports import REPORTS
from node_adapter.db import make_engine, read_only
from node_adapter.deployments import Deployments
from node_adapter.networks import by_chain_id, load_networks
from scripts.data_folder import DataFolder
from scripts.errors import CliError
from scripts.provision import MASTER_KEY


@dataclass(frozen=True, slots=True)
class _Source:
    engine: Engine
    names: Names
    is_final: Callable[[int, int], bool]

    @property
    def readers(self) -> Engine:
        return read_only(self.engine)


def run(folder: DataFolder, name: str, output: Path, at: str | None) -> dict[str, Any]:
    """What was written. CliError for a report or an ending that there is none of."""
    report = REPORTS.get(name)
    if report is None:
        raise CliError(f"there is no report {name}; there are {', '.join(REPORTS)}", name="NoSuchReport")
    ending = output.suffix.removeprefix(".")
    if ending not in list(Format):
        raise CliError(f"{output} ends in neither .csv nor .parquet: its ending says the format", name="FormatUnknown")
    deployments = Deployments.load(folder.deployments)
    network = by_chain_id(deployments.chain_id, load_networks(folder.networks_file()))
    engine = make_engine(folder.database_url())
    try:
        source = _Source(engine, _names(engine, folder), network.is_final)
        for reading in readings(source, at):
            _write(output, export(reading, report, Format(ending)))
            return {"file": str(output), "report": name, **reading.as_of.model_dump(mode="json")}
    finally:
        engine.dispose()
    raise AssertionError("one reading, or an error")


def _names(engine: Engine, folder: DataFolder) -> Names:
    """Of the API's own tables where they are here, else of what was disclosed."""
    key = folder.secrets / MASTER_KEY
    if key.exists() and inspect(engine).has_table(Organisation.__tablename__):
        return OwnNames(load_or_create_master_key(key))
    return DisclosedNames()


def _write(path: Path, content: Any) -> None:
    """Whole or not at all."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with half.open("wb") as file:
            file.writelines(content)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
