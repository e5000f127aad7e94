"""A remote signer for tests: a process of its own, with its own key, over real HTTP. It can be told to misbehave.

`python -m tests.node_adapter.signers.signer_server DIALECT` prints its port, address and key. Each request's path says
how to answer: `/` rightly, `/<fault>` in one of the ways a signer can be wrong.
"""

import base64
import json
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
METHODS = {
    "eth": ("eth_accounts", "eth_signTransaction", "eth_signTypedData_v4"),
    "web3signer": ("eth_accounts", "eth_signTransaction", "eth_signTypedData"),
    "clef": ("account_list", "account_signTransaction", "account_signTypedData"),
}
KEY = Account.create()
OTHER = Account.create()
CHANGES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "other-chain": lambda tx: tx | {"chainId": "0x1"},
    "other-nonce": lambda tx: tx | {"nonce": hex(int(tx["nonce"], 16) + 1)},
    "other-data": lambda tx: tx | {"data": "0x"},
    "other-gas": lambda tx: tx | {"gas": "0x5209"},
    "other-value": lambda tx: tx | {"value": "0x1"},
    "other-to": lambda tx: tx | {"to": "0x" + "11" * 20},
    "other-fee": lambda tx: tx | {"maxFeePerGas": "0xffff"},
}


def sign_transaction(dialect: str, tx: dict[str, Any], fault: str) -> Any:
    tx = {name: value for name, value in CHANGES.get(fault, dict)(tx).items() if name != "from"}
    signed = (OTHER if fault == "other-key" else KEY).sign_transaction(tx)
    raw = "0x" + signed.raw_transaction.hex()
    return {"raw": raw, "tx": {"hash": "0x" + signed.hash.hex()}} if dialect == "clef" else raw


def sign_typed_data(data: dict[str, Any], fault: str) -> str:
    if fault == "other-message":
        data = data | {"message": data["message"] | {"deadline": "1"}}
    key: Any = OTHER if fault == "other-key" else KEY
    signed = key.sign_message(encode_typed_data(full_message=data))
    r, s, v = int(signed.r), int(signed.s), int(signed.v)
    if fault == "high-s":
        s, v = ORDER - s, 55 - v
    if fault == "bare-recovery-id":
        v -= 27
    return "0x" + (r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([v])).hex()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    dialect = "eth"

    def log_message(self, *_: object) -> None:
        return

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != "Basic " + base64.b64encode(b"scf:hunter2").decode():
            return self._answer(401, "")
        fault = self.path.strip("/")
        if fault == "hangs":
            time.sleep(30)
        if fault in {"no-json", "status-500", "endless", "drips"}:
            return self._rubbish(fault)
        if fault == "redirects":
            self.send_response(307)
            self.send_header("Location", "/")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        return self._answer(200, json.dumps({"jsonrpc": "2.0", "id": request["id"], **self._result(request, fault)}))

    def _result(self, request: dict[str, Any], fault: str) -> dict[str, Any]:
        if fault == "refuses":
            return {"error": {"code": -32000, "message": "account is\nlocked"}}
        if fault == "rubbish":
            return {"result": {"raw": ["0x00"]}}
        accounts, transaction, typed = METHODS[self.dialect]
        params = request["params"]
        if request["method"] == accounts:
            return {"result": [] if fault == "no-accounts" else [KEY.address.lower()]}
        if request["method"] == transaction and params[0]["from"] == KEY.address:
            return {"result": sign_transaction(self.dialect, params[0], fault)}
        if request["method"] == typed and params[0] == KEY.address:
            assert isinstance(params[1], str) == (self.dialect == "web3signer")
            data = json.loads(params[1]) if isinstance(params[1], str) else params[1]
            return {"result": sign_typed_data(data, fault)}
        return {"error": {"code": -32601, "message": f"no {request['method']} for that account"}}

    def _rubbish(self, fault: str) -> None:
        if fault in {"no-json", "status-500"}:
            return self._answer(500 if fault == "status-500" else 200, "<html>")
        self.send_response(200)
        self.send_header("Content-Length", str(10**9))
        self.end_headers()
        try:
            for _ in range(2_000):
                self.wfile.write(b" " * (10_000 if fault == "endless" else 1))
                if fault == "drips":
                    self.wfile.flush()
                    time.sleep(0.05)
        except OSError:
            return None
        return None

    def _answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    Handler.dialect = sys.argv[1]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], KEY.address, KEY.key.hex(), flush=True)
    server.serve_forever()
