"""The network on a real anvil, deployed without the outbox, so that only the indexer is tested; and what parties do."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hardhat_free_devnet import rpc
from node_adapter.codec import encode_creation
from node_adapter.deployments import Deployed, Deployments
from node_adapter.typed_data import (
    cancellation,
    digest,
    payment_nonce,
    quote,
    recovery_nonce,
    repurchase_nonce,
)
from node_adapter.wiring import (
    ADMITTED,
    COMPLIANCE,
    HOLDS,
    NAMED,
    NOBODY,
    OPERATOR,
    ORDER,
    RESTRICTED,
    creation_address,
    selector,
)
from node_adapter.words import hex0x, receivable_id
from node_adapter.words import payable_id as payable_id_text
from node_adapter.words import word as long_number
from tests.indexer.wire import TOKEN_NAMES, Refused, Wire, key_pair, receipt_of, word

__all__ = ["Network", "Refused", "deploy", "word"]

PARTIES = ("deployer", "operator", "compliance", "bank", "core", "s1", "s2", "s3", "f1", "f2", "x1", "x1 new key")
ROLES = {"core": 1, "s1": 2, "s2": 2, "s3": 2, "f1": 4, "f2": 4, "bank": 8, "x1": 2}
OTHER_TOKEN = "DepositTokenCNYOther"
"""A second token of the same currency: what is held and owed is told apart."""
ROTATION_DELAY_S = 3_600
NONE = "0x" + 64 * "0"


@dataclass
class Network(Wire):
    """`network.admit("s1")`, `network.propose(…)`: party names stand for their addresses."""

    terms: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Of each payable, as they stand: who acts on a proposal passes them again."""
    _references: int = 0

    def admit(self, *parties: str) -> None:
        for party in parties:
            self.send("operator", "Participants", "admit", self.addresses[party], ROLES[party], word(party))

    def credit(self, party: str, amount: int, token: str = "DepositTokenCNY") -> None:
        self._references += 1
        reference = word(f"ref {self._references} {self.head()}")
        self.send("bank", token, "credit", self.addresses[party], amount, reference)

    def anchor(self, party: str, text: str) -> None:
        self.send(party, "Anchors", "anchor", word(text), hex0x(b"invoice".ljust(32, b"\0")))

    # Origination

    def publish(self, **terms: Any) -> int:
        """A programme of the core enterprise's; payables are made under number 1 unless they name another."""
        asked = {
            "debtor": self.addresses["core"],
            "deposit_tokens": [self.deployments.address(token) for token in TOKEN_NAMES],
            "minimum_piece": 1,
            "maximum_depth": 5,
            "soft_tenor_months": 6,
            "hard_tenor_months": 12,
            "refusal_hours": 48,
            "blackout_days_before": 0,
            "blackout_days_after": 0,
            "dishonour_days": 3,
            "registration_required": False,
            "late_rate_ppm": 0,
            **terms,
        }
        self.send("core", "Origination", "publishProgramme", asked)
        return int(self.call("Origination", "programmeCount"))

    def propose(self, text: str, face_value: int, *, days: int = 90, **terms: Any) -> str:
        return self._originate("s1", "propose", text, face_value, days, terms)

    def issue(self, text: str, face_value: int, *, days: int = 90, **terms: Any) -> str:
        return self._originate("core", "issue", text, face_value, days, terms)

    def _originate(
        self, party: str, function: str, text: str, face_value: int, days: int, terms: dict[str, Any]
    ) -> str:
        asked = {
            "supplier": self.addresses["s1"],
            "debtor": self.addresses["core"],
            "programme_id": 1,
            "face_value": face_value,
            "issue_date": self.today(),
            "due_date": self.today() + days,
            "invoice_fingerprint": word(f"fingerprint {text}"),
            "evidence_hash": word(f"evidence {text}"),
            "tenor_reason_hash": NONE,
            "undertaking_hash": NONE,
            **terms,
        }
        self.send(party, "Origination", function, word(text), asked)
        payable_id = payable_id_text(self.call("Origination", "payableIdOf", self.addresses[party], word(text)))
        self.terms[payable_id] = asked
        return payable_id

    def confirm(self, payable_id: str) -> str:
        self.send("core", "Origination", "confirm", payable_id, self.terms[payable_id])
        return f"{payable_id}00000001"

    def confirmed(self, text: str, face_value: int, *, days: int = 90) -> str:
        payable_id = self.propose(text, face_value, days=days)
        self.confirm(payable_id)
        return payable_id

    def lower(self, payable_id: str, amount: int) -> None:
        """A credit note on a proposal."""
        terms = self.terms[payable_id]
        self.send("s1", "Origination", "credit", payable_id, terms, amount, word("credit note"))
        self.terms[payable_id] = {**terms, "face_value": terms["face_value"] - amount}

    def cancel(self, payable_id: str) -> None:
        """The core enterprise calls, its supplier signed."""
        deadline = self.now() + 3_600
        origination = self.deployments.address("Origination")
        signature = self.sign("s1", cancellation(self.deployments.chain_id, origination, payable_id, deadline))
        self.send("core", "Origination", "cancel", payable_id, self.terms[payable_id], deadline, signature)

    # Receivables

    def split(self, party: str, piece: str, to: str, value: int, *, recourse: bool = False) -> str:
        payable = self.call("Receivables", "payableOf", piece[:-8])
        part = {"to": self.addresses[to], "value": value, "recourse": recourse}
        self.send(party, "Receivables", "split", piece, [part])
        return receivable_id((int(piece[:-8], 16) << 32) + payable["serials"] + 1)

    def transfer(self, party: str, piece: str, to: str) -> None:
        call = "transferFrom(address,address,uint256)"
        self.send(party, "Receivables", call, self.addresses[party], self.addresses[to], piece)

    def discount(
        self, supplier: str, financier: str, piece: str, value: int, proceeds: int, *, take: int = 0, fee: int = 0
    ) -> None:
        asked = {
            "receivable_id": piece,
            "supplier": self.addresses[supplier],
            "financier": self.addresses[financier],
            "deposit_token": self.deployments.address("DepositTokenCNY"),
            "value": value,
            "minimum_take": take or value,
            "proceeds": proceeds,
            "value_date": self.today(),
            "recourse": True,
            "registration_hash": NONE,
            "nonce": long_number(self.head()),
            "expiry": self.now() + 3_599,
            "fees": [{"to": self.addresses["bank"], "amount": fee}] if fee else [],
        }
        offered = quote(self.deployments.chain_id, self.deployments.address("Discounting"), asked)
        _, cash = self.authorise(financier, "Discounting", proceeds + fee, hex0x(digest(offered)))
        signature = self.sign(financier, offered)
        self.send(supplier, "Discounting", "accept", asked, take or value, signature, cash)

    # Settlement

    def pay(
        self,
        payable_id: str,
        amount: int,
        reference: str = "payment",
        *,
        parked: tuple[str, ...] = (),
        token: str = "DepositTokenCNY",
    ) -> None:
        """What the debtor's own parked pieces are due after it is netted."""
        netted = sum(self.netted(payable_id, amount, piece) for piece in parked)
        nonce = payment_nonce(payable_id, amount, parked, word(reference))
        before, signature = self.authorise("core", "Settlement", amount - netted, nonce, token)
        address = self.deployments.address(token)
        args = (payable_id, address, amount, word(reference), list(parked), before, signature)
        self.send("core", "Settlement", "pay", *args)

    def netted(self, payable_id: str, amount: int, piece: str) -> int:
        """Of a payment without late interest: the piece's share of what is paid then, less what it drew."""
        payable, at = self.call("Receivables", "payableOf", payable_id), self.call("Receivables", "pieceOf", piece)
        paid, face = payable["paid"] + amount, payable["face_value"]
        drawn: int = self.call("Settlement", "drawnOf", piece)[0]
        if paid < face:
            return int(paid * (at["end"] - at["start"]) // face) - drawn
        return int(at["end"] - at["start"]) - drawn

    def redeem(self, party: str, piece: str) -> None:
        self.send(party, "Settlement", "redeem", piece)

    def repurchase(self, endorser: str, holder: str, piece: str) -> None:
        price = self.call("Settlement", "repurchasePrice", piece)
        nonce = partial(repurchase_nonce, piece, self.addresses[holder])
        before, signature = self.authorise(endorser, "Settlement", price, nonce)
        token = self.deployments.address("DepositTokenCNY")
        self.send(endorser, "Settlement", "repurchase", piece, token, before, signature)

    def recover(self, payable_id: str, amount: int, reference: str) -> None:
        nonce = recovery_nonce(payable_id, word(reference))
        before, signature = self.authorise("core", "Settlement", amount, nonce)
        token = self.deployments.address("DepositTokenCNY")
        args = (payable_id, self.addresses["core"], token, amount, word(reference), before, signature)
        self.send("core", "Settlement", "recover", *args)

    # Holds

    def order(self, holder: str, payable_id: str | None, amount: int, *, days: int = 300) -> int:
        until = self.now() + days * 86_400
        scope = (self.addresses[holder], payable_id or 0, amount, until, word("reason"), word("court"))
        self.send("compliance", "Holds", "order", *scope)
        number = 1
        while self.call("Holds", "orderOf", number + 1)["amount"]:
            number += 1
        return number

    def name_successor(self) -> None:
        """Of Origination, by one that nothing else belongs to: from here on no debt is made."""
        at = {name: deployed.address for name, deployed in self.deployments.contracts.items()}
        data = encode_creation("Origination", [_partners(at, 2, at["Origination"])])
        creation = {"from": self.addresses["deployer"], "data": hex0x(data), "gas": hex(12_000_000)}
        receipt = receipt_of(self.url, rpc(self.url, "eth_sendTransaction", creation))
        self.send("operator", "Origination", "nameSuccessor", receipt["contractAddress"])

    def set_aside(self, order_id: int, piece: str, amount: int) -> None:
        self.send("compliance", "Holds", "setAside", order_id, piece, amount)


def _partners(at: dict[str, str], version: int = 1, predecessor: str = NOBODY) -> dict[str, str | int]:
    """What each contract is told of the others."""
    partners: dict[str, str | int] = {view.lower(): at[instance] for view, instance in NAMED.items()}
    return partners | {"authority": at["AccessManager"], "predecessor": predecessor, "version": version}


def deploy(url: str) -> Network:
    """The contracts and a second token, their roles, the network's own participants and every party, on any chain."""
    pairs = {party: key_pair(party) for party in PARTIES}
    keys = {party: key for party, (key, _) in pairs.items()}
    addresses = {party: address for party, (_, address) in pairs.items()}
    rpc(url, "anvil_autoImpersonateAccount", True)
    for address in addresses.values():
        rpc(url, "anvil_setBalance", address, hex(10**24))
    chain = int(rpc(url, "eth_chainId"), 16), str(rpc(url, "eth_getBlockByNumber", "0x0", False)["hash"])
    network = Network(url, Deployments(*chain), addresses, keys)
    network.deployments = Deployments(*chain, _contracts(network))
    _hand_out_roles(network)
    for instance, roles in (*ADMITTED.items(), (OTHER_TOKEN, ADMITTED["DepositTokenCNY"])):
        network.send("operator", "Participants", "admit", network.deployments.address(instance), roles, word(instance))
    network.admit(*ROLES)
    network.publish()
    return network


def _contracts(network: Network) -> dict[str, Deployed]:
    operator, bank, deployer = (network.addresses[party] for party in ("operator", "bank", "deployer"))
    first = int(rpc(network.url, "eth_getTransactionCount", deployer, "latest"), 16)
    order = (*ORDER, OTHER_TOKEN)
    at = {name: creation_address(deployer, first + i) for i, name in enumerate(order)}
    partners = _partners(at)
    args: dict[str, list[Any]] = {
        "AccessManager": [operator],
        "Participants": [partners, ROTATION_DELAY_S],
        "Anchors": [at["Participants"]],
    }
    args |= {name: [at["Participants"], bank, text, "dCNY", hex0x(b"CNY"), 2] for name, text in TOKEN_NAMES.items()}
    contracts = {}
    for name in order:
        kind = "DepositToken" if name in TOKEN_NAMES else name
        data = encode_creation(kind, args.get(name, [partners]))
        creation = {"from": deployer, "data": hex0x(data), "gas": hex(12_000_000)}
        receipt = receipt_of(network.url, rpc(network.url, "eth_sendTransaction", creation))
        assert receipt["status"] == "0x1", name
        contracts[name] = Deployed(kind, at[name], int(receipt["blockNumber"], 16), receipt["transactionHash"])
    return contracts


def _hand_out_roles(network: Network) -> None:
    """As the deployment does, but for the delays."""
    for role, party in ((OPERATOR, "operator"), (COMPLIANCE, "compliance")):
        network.send("operator", "AccessManager", "grantRole", role, network.addresses[party], 0)
    network.send("operator", "AccessManager", "grantRole", HOLDS, network.deployments.address("Holds"), 0)
    for instance, functions in RESTRICTED.items():
        for name, role in functions.items():
            target, selectors = network.deployments.address(instance), [selector(instance, name)]
            network.send("operator", "AccessManager", "setTargetFunctionRole", target, selectors, role)
