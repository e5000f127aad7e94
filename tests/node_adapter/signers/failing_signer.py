"""A process that holds a key, fails in every way a signer can, says it all as loudly as Python can, and is killed.

`python -m tests.node_adapter.signers.failing_signer FOLDER PASSPHRASE [unprotected]`; `unprotected` leaves core files
on, so that a test can see that it would find the key in one.
"""

import copy
import faulthandler
import logging
import os
import pickle
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from node_adapter.signers import Keyring, Policy, Rule, Signers, Wallet, keystore, load_signers
from node_adapter.signers.settings import FILE
from tests.node_adapter.signers.policy_acts import DEPLOYMENTS, NOON, credit

logger = logging.getLogger(__name__)
folder, passphrase = Path(sys.argv[1]), sys.argv[2]


def worker(signers: Signers, address: str) -> None:
    """An exception with the key in scope, as in a worker's round."""
    keyring = signers._signers[0]
    assert isinstance(keyring, Keyring)
    key = keyring._key(address)
    raise RuntimeError(f"{signers} {keyring} {key} {vars(keyring)['_keys']}")


def failures(address: str) -> list[Callable[[], Any]]:
    keys = folder / "keys"
    held = Signers([Keyring(keys, passphrase)], Policy({address: Rule()}, lambda: DEPLOYMENTS))
    held.unlock(address)
    keyring = held._signers[0]
    assert isinstance(keyring, Keyring)
    key = keyring._key(address)
    from node_adapter.db import make_engine, migrate

    engine = make_engine(f"sqlite:///{folder}/scf.sqlite3")
    migrate(engine, "node_adapter")
    elsewhere = load_signers(keys, folder / "passphrase", engine, lambda: DEPLOYMENTS, lambda: NOON)
    away = elsewhere.addresses()
    return [
        lambda: Keyring(keys, "a bad guess").unlock(address),
        lambda: Keyring(folder / "damaged", passphrase).unlock(address),
        lambda: Keyring(folder / "open", passphrase),
        lambda: Wallet.load(folder / "open" / "operator.json", passphrase),
        lambda: keystore.create_account(keys, "operator", passphrase),
        lambda: held.sign_transaction(address, credit(1)),
        lambda: held.sign_typed_data(address, {"message": held}),
        lambda: keyring.sign_transaction(address, "no transaction"),  # type: ignore[arg-type]
        lambda: keyring.sign_typed_data(address, {"types": key}),
        lambda: worker(held, address),
        lambda: pickle.dumps(held),
        lambda: pickle.dumps(key),
        lambda: copy.deepcopy(key),
        lambda: elsewhere.sign_transaction(away["hsm"], credit(1)),
        lambda: elsewhere.sign_transaction(away["remote"], credit(1)),
        lambda: load_signers(folder / "open", folder / "passphrase", engine, lambda: DEPLOYMENTS, lambda: NOON),
    ]


def main() -> None:
    faulthandler.enable()
    logging.basicConfig(level=logging.DEBUG, filename=folder / "log", format="%(message)s")
    if "unprotected" in sys.argv:
        for module in ("keystore", "files"):
            sys.modules[f"node_adapter.signers.{module}"].__dict__["forbid_dumps"] = lambda: None
    address = (folder / "address").read_text()
    assert (folder / "keys" / FILE).exists()
    ways = failures(address)  # kept to the end, and the key with them
    for number, failure in enumerate(ways):
        try:
            failure()
        except Exception:
            logger.exception("failure %d", number)
            print(traceback.format_exc(), flush=True)
        else:
            raise SystemExit(f"failure {number} did not fail")
    print("failed in every way", flush=True)
    os.abort()


if __name__ == "__main__":
    main()
