"""The network on a real anvil, each party speaking for itself: no outbox, so that only the indexer is tested."""

import time
from dataclasses import dataclass, field
from typing import Any

import rlp

from hardhat_free_devnet import rpc
from node_adapter.codec import decode_output, encode_call, encode_creation
from node_adapter.deployments import Deployed, Deployments
from node_adapter.typed_data import TypedData, digest, payment_nonce, quote, receive_with_authorization
from node_adapter.words import checksum_address, from_hex, hex0x, keccak
from node_adapter.words import payable_id as payable_id_text

DAY_S = 86_400
TOKEN_NAME = "Tokenised deposit CNY"
PARTIES = ("deployer", "operator", "bank", "core", "s1", "s2", "s3", "f1", "f2")
ROLES = {"core": 1, "s1": 2, "s2": 2, "s3": 2, "f1": 4, "f2": 4, "bank": 8}
CONTRACT_ROLES = {"Discounting": 32, "Settlement": 32, "DepositTokenCNY": 16}
GAS = 5_000_000


class Refused(Exception):
    """The transaction was mined and failed."""


@dataclass
class Network:
    """`network.admit("s1")`, `network.propose(…)`: party names stand for their addresses."""

    url: str
    deployments: Deployments
    addresses: dict[str, str]
    keys: dict[str, bytes] = field(repr=False)
    _references: int = 0

    def send(self, party: str, instance: str, function: str, *args: Any) -> str:
        """Returns once it is mined: an instant-mining node still answers before it has mined."""
        deployed = self.deployments[instance]
        data = encode_call(deployed.contract, function, args)
        return str(self._mined(self.submit(party, deployed.address, data))["transactionHash"])

    def submit(self, party: str, to: str, data: bytes) -> str:
        sent = {"from": self.addresses[party], "to": to, "data": hex0x(data), "gas": hex(GAS)}
        return str(rpc(self.url, "eth_sendTransaction", sent))

    def call(self, instance: str, function: str, *args: Any) -> Any:
        deployed = self.deployments[instance]
        data = encode_call(deployed.contract, function, args)
        answer = rpc(self.url, "eth_call", {"to": deployed.address, "data": hex0x(data)}, "latest")
        return decode_output(deployed.contract, function, len(args), from_hex(answer))

    def head(self) -> int:
        return int(rpc(self.url, "eth_blockNumber"), 16)

    def now(self) -> int:
        return int(rpc(self.url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def reorg(self, depth: int) -> None:
        """The node replaces its newest `depth` blocks by empty ones."""
        rpc(self.url, "anvil_reorg", depth, [])

    def rollback(self, depth: int) -> None:
        """The node's head falls back, as after a kill."""
        rpc(self.url, "anvil_rollback", depth)

    def mine(self, count: int = 1) -> None:
        rpc(self.url, "anvil_mine", hex(count))

    def pass_days(self, days: int) -> None:
        rpc(self.url, "evm_increaseTime", days * DAY_S)
        self.mine()

    # What parties do

    def admit(self, *parties: str) -> None:
        for party in parties:
            entity = hex0x(keccak(party.encode()))
            self.send("operator", "Participants", "admit", self.addresses[party], ROLES[party], entity)

    def suspend(self, party: str) -> None:
        self.send("operator", "Participants", "suspend", self.addresses[party], hex0x(keccak(b"why")))

    def reinstate(self, party: str) -> None:
        self.send("operator", "Participants", "reinstate", self.addresses[party])

    def credit(self, party: str, amount: int) -> None:
        self._references += 1
        reference = hex0x(keccak(f"ref {self._references} {self.head()}".encode()))
        self.send("bank", "DepositTokenCNY", "credit", self.addresses[party], amount, reference)

    def anchor(self, party: str, text: str) -> None:
        self.send(party, "Anchors", "anchor", hex0x(keccak(text.encode())), hex0x(b"invoice".ljust(32, b"\0")))

    def propose(self, text: str, face_value: int, *, supplier: str = "s1", days: int = 90, **terms: Any) -> str:
        salt = keccak(text.encode())
        today = (self.now() + 8 * 3_600) // DAY_S
        asked = {
            "supplier": self.addresses[supplier],
            "debtor": self.addresses["core"],
            "deposit_token": self.deployments.address("DepositTokenCNY"),
            "face_value": face_value,
            "minimum_piece": 1,
            "issue_date": today,
            "due_date": today + days,
            "maximum_depth": 5,
            "invoice_fingerprint": hex0x(keccak(b"fingerprint " + text.encode())),
            "evidence_hash": hex0x(keccak(b"evidence " + text.encode())),
            **terms,
        }
        self.send(supplier, "Receivables", "propose", hex0x(salt), asked)
        return payable_id_text(self.call("Receivables", "payableIdOf", self.addresses[supplier], hex0x(salt)))

    def confirm(self, payable_id: str) -> str:
        self.send("core", "Receivables", "confirm", payable_id)
        return f"{payable_id}00000001"

    def confirmed(self, text: str, face_value: int) -> str:
        payable_id = self.propose(text, face_value)
        self.confirm(payable_id)
        return payable_id

    def split(self, party: str, receivable_id: str, to: str, value: int) -> str:
        payable = self.call("Receivables", "payableOf", receivable_id[:-8])
        self.send(party, "Receivables", "split", receivable_id, [{"to": self.addresses[to], "value": value}])
        return f"{receivable_id[:-8]}{payable['serials'] + 1:08x}"

    def transfer(self, party: str, receivable_id: str, to: str) -> None:
        call = "transferFrom(address,address,uint256)"
        self.send(party, "Receivables", call, self.addresses[party], self.addresses[to], receivable_id)

    def discount(self, supplier: str, financier: str, receivable_id: str, value: int, proceeds: int) -> None:
        expiry = self.now() + 3_600
        asked = {
            "receivable_id": receivable_id,
            "supplier": self.addresses[supplier],
            "financier": self.addresses[financier],
            "deposit_token": self.deployments.address("DepositTokenCNY"),
            "value": value,
            "proceeds": proceeds,
            "value_date": (self.now() + 8 * 3_600) // DAY_S,
            "recourse": True,
            "nonce": self.head(),
            "expiry": expiry,
        }
        discounting = self.deployments.address("Discounting")
        offered = quote(self.deployments.chain_id, discounting, asked)
        cash = self._authorise(financier, discounting, proceeds, expiry + 1, hex0x(digest(offered)))
        self.send(supplier, "Discounting", "accept", asked, self._sign(financier, offered), cash)

    def pay(self, payable_id: str, amount: int, reference: str = "payment") -> None:
        word = hex0x(keccak(reference.encode()))
        until = self.now() + 3_600
        nonce = payment_nonce(payable_id, word)
        signature = self._authorise("core", self.deployments.address("Settlement"), amount, until, nonce)
        self.send("core", "Settlement", "pay", payable_id, amount, word, until, signature)

    def redeem(self, party: str, receivable_id: str) -> None:
        self.send(party, "Settlement", "redeem", receivable_id)

    def _authorise(self, payer: str, to: str, amount: int, before: int, nonce: str) -> str:
        message = receive_with_authorization(
            chain_id=self.deployments.chain_id,
            token_address=self.deployments.address("DepositTokenCNY"),
            token_name=TOKEN_NAME,
            from_=self.addresses[payer],
            to=to,
            value=amount,
            valid_after=0,
            valid_before=before,
            nonce=nonce,
        )
        return self._sign(payer, message)

    def _sign(self, party: str, message: TypedData) -> str:
        from coincurve import PrivateKey

        signature = PrivateKey(self.keys[party]).sign_recoverable(digest(message), hasher=None)
        return hex0x(signature[:64] + bytes([27 + signature[64]]))

    def _mined(self, tx_hash: str) -> dict[str, Any]:
        receipt = receipt_of(self.url, tx_hash)
        if receipt["status"] != "0x1":
            raise Refused(tx_hash)
        return receipt


def receipt_of(url: str, tx_hash: str) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        receipt: dict[str, Any] | None = rpc(url, "eth_getTransactionReceipt", tx_hash)
        if receipt is not None:
            return receipt
        time.sleep(0.002)
    raise AssertionError(f"{tx_hash} was not mined")


def deploy(url: str) -> Network:
    """The seven contracts, the network's own participants and every party, on an empty chain or any other."""
    from coincurve import PrivateKey

    keys = {party: keccak(f"indexer tests {party}".encode()) for party in PARTIES}
    addresses = {party: _address(PrivateKey(key).public_key.format(compressed=False)) for party, key in keys.items()}
    rpc(url, "anvil_autoImpersonateAccount", True)
    for address in addresses.values():
        rpc(url, "anvil_setBalance", address, hex(10**24))
    network = Network(url, Deployments(_chain_id(url), _genesis(url)), addresses, keys)
    network.deployments = Deployments(_chain_id(url), _genesis(url), _contracts(network))
    for instance, roles in CONTRACT_ROLES.items():
        account = network.deployments.address(instance)
        network.send("operator", "Participants", "admit", account, roles, hex0x(keccak(instance.encode())))
    network.admit(*ROLES)
    return network


def _contracts(network: Network) -> dict[str, Deployed]:
    operator, bank, deployer = (network.addresses[party] for party in ("operator", "bank", "deployer"))
    first = int(rpc(network.url, "eth_getTransactionCount", deployer, "latest"), 16)
    order = ("AccessManager", "Participants", "DepositTokenCNY", "Receivables", "Discounting", "Settlement", "Anchors")
    at = {name: _created(deployer, first + i) for i, name in enumerate(order)}
    args: dict[str, list[Any]] = {
        "AccessManager": [operator],
        "Participants": [at["AccessManager"]],
        "DepositTokenCNY": [at["Participants"], bank, TOKEN_NAME, "dCNY", hex0x(b"CNY"), 2],
        "Receivables": [at["Participants"], at["Discounting"], at["Settlement"]],
        "Discounting": [at["Participants"], at["Receivables"]],
        "Settlement": [at["Participants"], at["Receivables"]],
        "Anchors": [at["Participants"]],
    }
    contracts = {}
    for name in order:
        kind = name.removesuffix("CNY")
        creation = {"from": deployer, "data": hex0x(encode_creation(kind, args[name])), "gas": hex(12_000_000)}
        receipt = receipt_of(network.url, rpc(network.url, "eth_sendTransaction", creation))
        assert receipt["status"] == "0x1", name
        contracts[name] = Deployed(kind, at[name], int(receipt["blockNumber"], 16), receipt["transactionHash"])
    return contracts


def play_story(network: Network) -> str:
    """One invoice's whole life, and something of everything else that makes an event; returns its payable."""
    for party, amount in (("f1", 900_000), ("f2", 900_000), ("core", 2_000_000)):
        network.credit(party, amount)
    network.anchor("s1", "document")
    payable_id = network.propose("INV-1", 1_000_003)
    root = network.confirm(payable_id)
    s2 = network.split("s1", root, "s2", 400_001)
    s3 = network.split("s2", s2, "s3", 100_000)
    network.discount("s3", "f1", s3, 100_000, 98_800)
    network.discount("s2", "f2", s2, 200_000, 197_600)
    network.transfer("s1", root, "s3")
    network.suspend("s3")
    network.reinstate("s3")
    network.propose("INV-2 never confirmed", 5_000)
    network.pass_days(90)
    network.pay(payable_id, 500_000, "first")
    network.redeem("s3", root)
    network.pay(payable_id, 500_003, "rest")
    for party, piece in (("s3", root), ("s2", s2), ("f1", s3), ("f2", f"{payable_id}00000004")):
        network.redeem(party, piece)
    return payable_id


def _created(deployer: str, nonce: int) -> str:
    """Where the deployer's contract number `nonce` will be."""
    word = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    return checksum_address(keccak(rlp.encode([from_hex(deployer), word]))[12:])


def _chain_id(url: str) -> int:
    return int(rpc(url, "eth_chainId"), 16)


def _genesis(url: str) -> str:
    return str(rpc(url, "eth_getBlockByNumber", "0x0", False)["hash"])


def _address(public_key: bytes) -> str:
    return checksum_address(keccak(public_key[1:])[12:])
