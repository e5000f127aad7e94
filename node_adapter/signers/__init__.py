"""Who signs: one interface, whether the key is in a keystore, an HSM, a remote signer or a client's own wallet."""

from node_adapter.signers.base import Signer, Signers
from node_adapter.signers.errors import (
    KeyNotHeld,
    KeystoreError,
    PolicyRefused,
    SignerError,
    SignerUnavailable,
    SignerUntrustworthy,
)
from node_adapter.signers.files import read_secret
from node_adapter.signers.keystore import Keyring, create_account
from node_adapter.signers.policy import Policy, Rule
from node_adapter.signers.settings import load_signers
from node_adapter.signers.wallet import Wallet

__all__ = [
    "KeyNotHeld",
    "Keyring",
    "KeystoreError",
    "Policy",
    "PolicyRefused",
    "Rule",
    "Signer",
    "SignerError",
    "SignerUnavailable",
    "SignerUntrustworthy",
    "Signers",
    "Wallet",
    "create_account",
    "load_signers",
    "read_secret",
]
