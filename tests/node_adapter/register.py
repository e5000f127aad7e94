"""A contract that is written to through web3, so that nothing of ours checks itself."""

from typing import Any

from node_adapter.artifacts import abi, bytecode
from node_adapter.client import NodeClient
from node_adapter.wiring import NOBODY

ENTITY = "0x" + "11" * 32
SUPPLIER = 2


class Register:
    """A `Participants` on a node, written to through web3."""

    def __init__(self, url: str) -> None:
        import requests
        from web3 import HTTPProvider, Web3

        self.url = url
        self.session = requests.Session()
        self.w3 = Web3(HTTPProvider(url, session=self.session))
        self.accounts: list[str] = list(self.w3.eth.accounts)
        self.operator = self.accounts[0]
        manager = self._deploy("AccessManager", self.operator)
        self.address = self._deploy("Participants", (manager, *self.accounts[1:9], NOBODY, 1), 0)
        self.contract = self.w3.eth.contract(address=self.address, abi=abi("Participants"))
        self.client = NodeClient(url, chain_id=31337)

    def _deploy(self, contract: str, *args: Any) -> Any:
        factory = self.w3.eth.contract(abi=abi(contract), bytecode=bytecode(contract))
        return self._mined(factory.constructor(*args).transact({"from": self.operator}))["contractAddress"]

    def _mined(self, tx_hash: Any) -> Any:
        receipt = self.w3.eth.wait_for_transaction_receipt(tx_hash, poll_latency=0.01)
        assert receipt["status"] == 1
        return receipt

    def send(self, function: str, *args: Any) -> str:
        call = self.contract.functions[function](*args)
        return str(self._mined(call.transact({"from": self.operator}))["transactionHash"].to_0x_hex())


def transfer(client: NodeClient) -> bytes:
    """A transaction that the node takes, of an account of its own."""
    from eth_account import Account

    account = Account.create()
    client.rpc("anvil_setBalance", account.address, hex(10**20))
    order = {"chainId": 31337, "nonce": 0, "to": account.address, "value": 0, "gas": 21_000, "gasPrice": 10**10}
    return bytes(account.sign_transaction(order).raw_transaction)
