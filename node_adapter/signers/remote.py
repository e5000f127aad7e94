"""A signer on another machine, over JSON-RPC. Nothing it says is believed: what comes back must be a signature of
exactly what was asked, by the key that was asked, or it is not used.

Three ways of asking are in use. Each has names and forms of its own; answers are read in any form that one of them has.
"""

import base64
import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from node_adapter.signers.errors import KeyNotHeld, KeystoreError, SignerUnavailable, SignerUntrustworthy
from node_adapter.signers.files import read_secret
from node_adapter.transactions import SignedTransaction, Transaction, TransactionMalformed, disassemble
from node_adapter.typed_data import signer_of
from node_adapter.words import checksum_address, from_hex, hex0x, keccak

ANSWER_MAX_BYTES = 256 * 1024
TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Dialect:
    accounts: str
    sign_transaction: str
    sign_typed_data: str
    typed_data_as_text: bool
    """The message is one JSON text among the parameters, not an object."""


DIALECTS = {
    "eth": Dialect("eth_accounts", "eth_signTransaction", "eth_signTypedData_v4", typed_data_as_text=False),
    "web3signer": Dialect("eth_accounts", "eth_signTransaction", "eth_signTypedData", typed_data_as_text=True),
    "clef": Dialect("account_list", "account_signTransaction", "account_signTypedData", typed_data_as_text=False),
}
"""`eth`: what wallets and development nodes speak. Clef answers {raw, tx} where the others answer the raw bytes."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a remote signer is. `url_file` has its URL, with whatever credentials it needs, and mode 0600."""

    name: str
    url_file: Path
    dialect: str = "eth"
    timeout_s: float = TIMEOUT_S
    """For a whole answer."""


class RemoteSigner:
    """The keys behind one remote signer. While it is away operations wait."""

    def __init__(self, remote: Remote, keys: Mapping[str, str]) -> None:
        """`keys`: name → address. Does not connect. Raises KeystoreError for a URL that cannot be used."""
        self._remote = remote
        self._dialect = DIALECTS[remote.dialect]
        self._names = dict(keys)
        self._url = _url(remote)
        self._target = (self._url.path or "/") + (f"?{self._url.query}" if self._url.query else "")
        self._headers = {"Content-Type": "application/json"}
        if self._url.username is not None:
            credentials = f"{unquote(self._url.username)}:{unquote(self._url.password or '')}".encode()
            self._headers["Authorization"] = f"Basic {base64.b64encode(credentials).decode()}"

    def __repr__(self) -> str:
        return f"<RemoteSigner {self._remote.name} with {len(self._names)} keys>"

    def addresses(self) -> dict[str, str]:
        return dict(self._names)

    def holds(self, address: str) -> bool:
        return address in self._names.values()

    def unlock(self, address: str) -> None:
        """Whether it answers, and has this key now."""
        self._require(address)
        if address not in self.accounts():
            raise SignerUnavailable(f"the remote signer {self._remote.name} does not have the key of {address} now")

    def accounts(self) -> list[str]:
        """The addresses it says it has."""
        answer = self._ask(self._dialect.accounts, [])
        try:
            return [checksum_address(from_hex(address)) for address in answer]
        except (TypeError, ValueError, AttributeError):
            raise self._untrustworthy("its list of accounts is none") from None

    def sign_transaction(self, address: str, tx: Transaction) -> SignedTransaction:
        self._require(address)
        answer = self._ask(self._dialect.sign_transaction, [tx.to_json(address)])
        try:
            raw = from_hex(answer["raw"] if isinstance(answer, dict) else answer)
            signed, signer = disassemble(raw)
        except (TransactionMalformed, KeyError, TypeError, ValueError, AttributeError):
            raise self._untrustworthy("what came back is no signed EIP-1559 transaction") from None
        for field in fields(Transaction):
            if getattr(signed, field.name) != getattr(tx, field.name):
                raise self._untrustworthy(f"{field.name} is not what was asked to be signed")
        if signer != address:
            raise self._untrustworthy(f"it signed as {signer}, not as {address}")
        return SignedTransaction(raw, hex0x(keccak(raw)))

    def sign_typed_data(self, address: str, data: dict[str, Any]) -> str:
        self._require(address)
        message = json.dumps(data) if self._dialect.typed_data_as_text else data
        signature = self._ask(self._dialect.sign_typed_data, [address, message])
        try:
            raw = from_hex(signature)
            if len(raw) == 65 and raw[64] < 2:  # a bare recovery id, as some signers give it
                raw = raw[:64] + bytes([27 + raw[64]])
            signer = signer_of(data, hex0x(raw))
        except (TransactionMalformed, TypeError, ValueError, AttributeError):
            raise self._untrustworthy("what came back is no signature") from None
        if signer != address:
            raise self._untrustworthy(f"the signature is not {address}'s over the message; it recovers to {signer}")
        return hex0x(raw)

    def _require(self, address: str) -> None:
        if not self.holds(address):
            raise KeyNotHeld(f"the remote signer {self._remote.name} is not asked for {address}")

    def _ask(self, method: str, params: list[Any]) -> Any:
        """The result. Raises SignerUnavailable; the URL is in no error, for it may hold credentials."""
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        status, body = self._post(request)
        try:
            answer = json.loads(body)
            if status == HTTPStatus.OK and answer.get("error") is None:
                return answer["result"]
            said = answer["error"]["message"]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._away(f"it answers with status {status} and no JSON-RPC") from None
        raise self._away(f"it refuses: {' '.join(str(said).split())[:200]}")

    def _post(self, body: bytes) -> tuple[int, bytes]:
        """Status and body. Follows no redirect and no proxy of the environment: the URL says who is asked.

        http.client, because it writes no log: httpx and urllib3 put URLs into theirs.
        """
        timeout_s = self._remote.timeout_s
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        connection = kind(str(self._url.hostname), self._url.port, timeout=timeout_s)
        overdue = threading.Timer(timeout_s, _cut, (connection,))
        overdue.daemon = True
        deadline = time.monotonic() + timeout_s
        try:
            overdue.start()
            connection.request("POST", self._target, body, self._headers)
            response = connection.getresponse()
            answer = response.read(ANSWER_MAX_BYTES + 1)
            if time.monotonic() >= deadline:
                raise TimeoutError  # it may have been cut: what is there of it could look whole
        except (OSError, http.client.HTTPException) as error:
            late = time.monotonic() >= deadline or isinstance(error, TimeoutError)
            raise self._away(f"no answer within {timeout_s:g} s" if late else type(error).__name__) from None
        finally:
            overdue.cancel()
            connection.close()
        if len(answer) > ANSWER_MAX_BYTES:
            raise self._untrustworthy("its answer does not end")
        return response.status, answer

    def _away(self, why: str) -> SignerUnavailable:
        return SignerUnavailable(f"the remote signer {self._remote.name} cannot be used: {why}")

    def _untrustworthy(self, why: str) -> SignerUntrustworthy:
        return SignerUntrustworthy(f"the remote signer {self._remote.name} is not believed: {why}")


def _cut(connection: http.client.HTTPConnection) -> None:
    """Ends what waits for `connection`, whatever it waits for: a timeout of its own begins anew with each byte."""
    sock = connection.sock
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _url(remote: Remote) -> SplitResult:
    text = read_secret(remote.url_file)
    try:
        url = urlsplit(text)
        if url.scheme in {"http", "https"} and url.hostname and url.port != 0:
            return url
    except ValueError:
        pass
    raise KeystoreError(f"{remote.url_file} holds no http or https URL") from None
