"""`node_adapter.signers` under the name that older imports know."""

from node_adapter.signers import KeyNotHeld, KeystoreError, Wallet, create_account
from node_adapter.signers import Signer as Keyring
from node_adapter.signers import read_secret as read_passphrase

__all__ = ["KeyNotHeld", "Keyring", "KeystoreError", "Wallet", "create_account", "read_passphrase"]
