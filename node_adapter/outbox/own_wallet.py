"""What comes back from a wallet that the server has no key of: accepted only if it is exactly what was handed out."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from node_adapter.outbox.commands import SignatureMismatch
from node_adapter.transactions import SignedTransaction, Transaction, TransactionMalformed, disassemble
from node_adapter.typed_data import signer_of
from node_adapter.words import from_hex, hex0x, keccak

ToSign = list[dict[str, Any]]


def check_typed_data(to_sign: ToSign, signatures: Sequence[str], wallet: str) -> list[str]:
    """Raises SignatureMismatch unless each of `signatures` is `wallet`'s over the message at its place."""
    if len(signatures) != len(to_sign):
        raise SignatureMismatch(len(signatures), f"{len(to_sign)} signatures are wanted, {len(signatures)} came")
    for index, (item, signature) in enumerate(zip(to_sign, signatures, strict=True)):
        try:
            signer = signer_of(item["data"], signature)
        except TransactionMalformed as error:
            raise SignatureMismatch(index, str(error)) from None
        if signer != wallet:
            raise SignatureMismatch(index, f"it is not {wallet}'s over the message handed out; it recovers to {signer}")
    return [signature.lower() for signature in signatures]


def check_transaction(to_sign: ToSign, signatures: Sequence[str], wallet: str) -> tuple[Transaction, SignedTransaction]:
    """Raises SignatureMismatch, naming the first field that differs from what was handed out."""
    if len(signatures) != 1:
        raise SignatureMismatch(len(signatures), f"one signed transaction is wanted, {len(signatures)} came")
    wanted = Transaction.from_json(to_sign[0]["data"])
    try:
        raw = from_hex(signatures[0])
        got, signer = disassemble(raw)
    except (TransactionMalformed, ValueError) as error:
        raise SignatureMismatch(0, str(error)) from None
    for field in fields(Transaction):
        if getattr(got, field.name) != getattr(wanted, field.name):
            raise SignatureMismatch(0, f"{field.name} is not what was handed out")
    if signer != wallet:
        raise SignatureMismatch(0, f"it is signed by {signer}, not by {wallet}")
    return got, SignedTransaction(raw, hex0x(keccak(raw)))


def hash_of(signatures: Sequence[str]) -> str | None:
    """The hash of the one signed transaction that came; None if it is none."""
    try:
        return hex0x(keccak(from_hex(signatures[0]))) if len(signatures) == 1 else None
    except ValueError:
        return None
