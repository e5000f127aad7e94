"""Compiles the contracts with the pinned compiler and writes what the rest of the network needs of them.

`python -m node_adapter.build` writes `contracts/abi/<Contract>.json`; `--check` writes nothing, compiles, and says
which file differs. The files are committed, so that only who changes a contract needs a compiler.

Settings and remappings are read from `contracts/foundry.toml`, the compiler's version from the devnet's `package.json`:
forge and py-solc-x make the same bytes because one place says how. No metadata is in the bytecode, so that it depends
neither on the machine nor on the folder; what it was made from is in `source_hash` instead.
"""

import argparse
import hashlib
import json
import os
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from node_adapter.artifacts import ABI_DIR, CONTRACTS, Artifact, signature

CONTRACTS_DIR = ABI_DIR.parent
ACCESS_MANAGER = "@openzeppelin/contracts/access/manager/AccessManager.sol"
SOLCX_VARIABLE = "SOLCX_BINARY_PATH"

NOT_JOURNALLED = {("DepositToken", "AuthorizationUsed")}
"""Declared in our interfaces, but only repeating a business event (ERC-3009 wants it)."""
JOURNALLED_STANDARD = {("DepositToken", "Transfer")}
"""Declared by a standard, and the business event all the same."""


class BuildError(Exception):
    """One line for the user: what is wrong and how to mend it."""


def compile_contracts(contracts_dir: Path = CONTRACTS_DIR) -> dict[str, Artifact]:
    """Compiles all of `contracts_dir`/src, some 6 s, and returns the artifacts of CONTRACTS.

    The chain tools are looked for beside `contracts_dir`. Raises BuildError.
    """
    wanted = ["abi", "metadata", "evm.bytecode.object"]
    wanted += ["evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"]
    task, foundry = _task(contracts_dir, wanted)
    names, settings = list(task["sources"]), _settings(foundry)
    output = _solc(task, contracts_dir, foundry["allow_paths"])
    artifacts = {}
    for contract in CONTRACTS:
        name = names[-1] if contract == "AccessManager" else f"src/{contract}.sol"
        artifacts[contract] = _artifact(contract, name, output, foundry["remappings"], settings)
    return artifacts


def storage_layouts(contracts_dir: Path = CONTRACTS_DIR) -> dict[str, dict[str, Any]]:
    """Each of our contracts' storage as the compiler lays it out (`storage` and `types`), in a second or two: no code
    is made. Raises BuildError.
    """
    task, foundry = _task(contracts_dir, ["storageLayout"])
    output = _solc(task, contracts_dir, foundry["allow_paths"])
    ours = [contract for contract in CONTRACTS if contract != "AccessManager"]
    return {contract: output["contracts"][f"src/{contract}.sol"][contract]["storageLayout"] for contract in ours}


def creation_codes(
    contracts_dir: Path, contracts: Collection[str], instead: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The code that deploys each of these contracts of ours, `0x…`, and no other's: some 3 s for one.

    `instead` gives sources, by their path below `contracts_dir`, another text than the file's. Raises BuildError.
    """
    task, foundry = _task(contracts_dir, [])
    wanted = {f"src/{contract}.sol": {contract: ["evm.bytecode.object"]} for contract in contracts}
    task["sources"] = {name: {"urls": [name]} for name in wanted}  # and what they import
    task["sources"].update({name: {"content": text} for name, text in (instead or {}).items()})
    task["settings"]["outputSelection"] = wanted
    output = _solc(task, contracts_dir, foundry["allow_paths"])
    return {
        contract: "0x" + output["contracts"][f"src/{contract}.sol"][contract]["evm"]["bytecode"]["object"]
        for contract in contracts
    }


def render(artifact: Artifact) -> str:
    """The file's text: the same for the same content."""
    return json.dumps(artifact, indent=1, sort_keys=True) + "\n"


def write(artifacts: dict[str, Artifact], abi_dir: Path = ABI_DIR) -> list[Path]:
    """Writes the files that differ, removes those of contracts that are gone; returns what it touched."""
    changed = stale(artifacts, abi_dir)
    abi_dir.mkdir(exist_ok=True)
    for path in changed:
        if path.stem not in artifacts:
            path.unlink()
            continue
        half = path.with_suffix(".tmp")
        half.write_text(render(artifacts[path.stem]))
        half.replace(path)
    return changed


def stale(artifacts: dict[str, Artifact], abi_dir: Path = ABI_DIR) -> list[Path]:
    """The committed files that are not what the sources give: missing, different, or of no contract."""
    fresh = {abi_dir / f"{contract}.json": render(content) for contract, content in artifacts.items()}
    differing = {path for path, text in fresh.items() if not path.is_file() or path.read_text() != text}
    return sorted(differing | (set(abi_dir.glob("*.json")) - fresh.keys()))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m node_adapter.build", description="Compile the contracts.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a committed file is stale")
    arguments = parser.parse_args(argv)
    try:
        artifacts = compile_contracts()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    if not arguments.check:
        for path in write(artifacts):
            print(f"wrote {path.relative_to(CONTRACTS_DIR.parent)}")
        return 0
    differing = stale(artifacts)
    for path in differing:
        name = path.relative_to(CONTRACTS_DIR.parent)
        print(f"{name} is not what the sources give; run python -m node_adapter.build")
    return 1 if differing else 0


def _task(contracts_dir: Path, wanted: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What solc is asked, its last source being the access manager, and foundry.toml's own words."""
    foundry: dict[str, Any] = tomllib.loads((contracts_dir / "foundry.toml").read_text())["profile"]["default"]
    names = [path.relative_to(contracts_dir).as_posix() for path in sorted((contracts_dir / "src").rglob("*.sol"))]
    names.append(_remapped(ACCESS_MANAGER, foundry["remappings"]))
    task = {
        "language": "Solidity",
        "sources": {name: {"urls": [name]} for name in names},
        "settings": {
            **_settings(foundry),
            "remappings": foundry["remappings"],
            "outputSelection": {"*": {"*": wanted, "": ["ast"]}},
        },
    }
    return task, foundry


def _settings(foundry: dict[str, Any]) -> dict[str, Any]:
    return {
        "evmVersion": foundry["evm_version"],
        "metadata": {"bytecodeHash": foundry["bytecode_hash"], "appendCBOR": foundry["cbor_metadata"]},
        "optimizer": {"enabled": foundry["optimizer"], "runs": foundry["optimizer_runs"]},
        "viaIR": foundry["via_ir"],
    }


def _solc(task: dict[str, Any], contracts_dir: Path, allow_paths: list[str]) -> dict[str, Any]:
    tools = contracts_dir.parent / "hardhat-free-devnet"
    version = json.loads((tools / "package.json").read_text())["dependencies"]["solc"]
    with _compiler_folder(tools / "solcx"):
        from solcx.exceptions import SolcError, SolcNotInstalled

        import solcx

        try:
            output: dict[str, Any] = solcx.compile_standard(
                task,
                base_path=contracts_dir,
                allow_paths=[contracts_dir / path for path in allow_paths],
                solc_version=version,
            )
        except SolcNotInstalled as error:
            raise BuildError(f"no solc {version} in {tools / 'solcx'}; run ./scripts/scf doctor") from error
        except SolcError as error:
            raise BuildError(f"the contracts do not compile: {error.message}") from error
    return output


@contextmanager
def _compiler_folder(folder: Path) -> Iterator[None]:
    """py-solc-x reads the folder from the environment at each call; whatever was there is put back."""
    before = os.environ.get(SOLCX_VARIABLE)
    os.environ[SOLCX_VARIABLE] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[SOLCX_VARIABLE]
        else:
            os.environ[SOLCX_VARIABLE] = before


def _artifact(
    contract: str, name: str, output: dict[str, Any], remappings: list[str], settings: dict[str, Any]
) -> Artifact:
    compiled = output["contracts"][name][contract]
    metadata = json.loads(compiled["metadata"])
    deployed = compiled["evm"]["deployedBytecode"]
    names = _immutable_names(output)
    references = [
        {"name": names[int(node)], **place}
        for node, places in deployed.get("immutableReferences", {}).items()
        for place in places
    ]
    # keccak256 of every file that went into this contract, under the name that its importers know it by.
    files = metadata["sources"].items()
    sources = sorted(f"{source['keccak256']}  {_short(key, remappings)}\n" for key, source in files)
    return {
        "contract": contract,
        "abi": sorted(compiled["abi"], key=_abi_order),
        "bytecode": "0x" + compiled["evm"]["bytecode"]["object"],
        "deployed_bytecode": "0x" + deployed["object"],
        "immutable_references": sorted(references, key=lambda place: int(place["start"])),
        "journal_events": _journal_events(contract, output, compiled["abi"]),
        "compiler": {"solc": metadata["compiler"]["version"], "settings": settings},
        "source_hash": "0x" + hashlib.sha256("".join(sources).encode()).hexdigest(),
    }


def _immutable_names(output: dict[str, Any]) -> dict[int, str]:
    """Node of the syntax tree → name, of every immutable there is."""
    return {
        node["id"]: node["name"]
        for source in output["sources"].values()
        for contract in source["ast"]["nodes"]
        for node in contract.get("nodes", ())
        if node.get("mutability") == "immutable"
    }


def _abi_order(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["type"], signature(entry) if "name" in entry else ""


def _journal_events(contract: str, output: dict[str, Any], entries: list[dict[str, Any]]) -> list[str]:
    """Signatures of the business events: those that the contract's own interface file declares itself."""
    source = output["sources"].get(f"src/interfaces/I{contract}.sol")
    declared = set()
    if source is not None:
        for node in source["ast"]["nodes"]:
            if node["nodeType"] == "ContractDefinition" and node["name"] == f"I{contract}":
                declared = {(contract, part["name"]) for part in node["nodes"] if part["nodeType"] == "EventDefinition"}
    journalled = declared - NOT_JOURNALLED | JOURNALLED_STANDARD
    return sorted(
        signature(entry) for entry in entries if entry["type"] == "event" and (contract, entry["name"]) in journalled
    )


def _remapped(name: str, remappings: list[str]) -> str:
    for prefix, target in (remapping.split("=", 1) for remapping in remappings):
        if name.startswith(prefix):
            return target + name.removeprefix(prefix)
    return name


def _short(name: str, remappings: list[str]) -> str:
    for prefix, target in (remapping.split("=", 1) for remapping in remappings):
        if name.startswith(target):
            return prefix + name.removeprefix(target)
    return name


if __name__ == "__main__":
    sys.exit(main())
