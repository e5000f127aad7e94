"""What a file proves, and what it does not, said in it in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.proof.text import Both, instant
from node_adapter.words import hex0x

if TYPE_CHECKING:
    from indexer.proof.evidence import Core, Facts

KINDS: dict[str, Both] = {
    "payable": ("应付账款", "payable"),
    "piece": ("应收账款", "receivable"),
    "deal": ("贴现交易", "deal"),
    "hold": ("限制", "hold"),
    "order": ("冻结令", "freeze order"),
    "programme": ("债务人方案", "programme"),
    "participant": ("参与方", "participant"),
    "pay_out": ("提款", "pay-out"),
    "anchor": ("存证", "anchor"),
    "event": ("事件", "event"),
}
_TOLD: Both = (
    "本文件载有{zh} {id} 的 {own} 个事件，以及说明它们的 {others} 个事件。",
    "Told are {own} events of the {en} {id}, and {others} that explain them.",
)
_PLACED: Both = (
    (
        "其中 {placed} 个由交易回执证明：回执的梅克尔证明通向区块头，{headers} 个区块头首尾相连，"
        "通向区块 {block}（{time}），其哈希为 {hash}。"
    ),
    (
        "Of these, {placed} are proven by receipts: Merkle proofs lead to block headers, and {headers} headers, each "
        "naming its parent, to block {block} ({time}) of hash {hash}."
    ),
)
_NO_HEADERS: Both = (
    (
        "本链的区块头不承诺交易回执和状态，或其哈希并非各字段的哈希：区块 {hash} 只被指名，证明全凭合约日志字，"
        "须与可信节点在该区块给出的 journal() 相比对。"
    ),
    (
        "This chain's headers commit to no receipts and no state, or their hash is not that of their fields: block "
        "{hash} is only named, and all rests on the contracts' journal words, to be compared with what a trusted node "
        "answers to journal() there."
    ),
)
_JOURNALLED: Both = (
    "其中 {journalled} 个仅由合约日志字证明：发生与否和在合约内的次序已证明，时间未证明。",
    (
        "Of these, {journalled} are proven by the journal alone: that they happened, and in which order within their "
        "contract, but not when."
    ),
)
_COMPLETE: Both = (
    (
        "以下合约自部署以来的全部 {total} 个业务事件均在本文件中，重算得到其日志字：{contracts}。"
        "其中再无其他事件涉及该{zh}。"
    ),
    (
        "All {total} business events since the deployment of these contracts are in the file, and give their journal "
        "words: {contracts}. No other event among them concerns this {en}."
    ),
)
_NOT_COMPLETE: Both = (
    "是否还有涉及该{zh}的其他事件，本文件未予证明（须以 --complete 制作）。",
    "Whether other events concern this {en} is not proven: that takes a file made with --complete.",
)
_ADDRESSES: Both = (
    "合约地址属于哪个网络、账户属于哪个主体，本文件不予证明：请与公布的地址和披露材料比对。",
    (
        "Not proven is whose the addresses are: compare the contracts' with those that the network published, and the "
        "accounts' with what was disclosed."
    ),
)
_CURRENCIES: Both = (
    "币种取自存款通证的合约代码，代码由状态根证明，并与本版本的 DepositToken 相同。",
    (
        "Currencies are read from the deposit tokens' code, which the state root proves, and which is this version's "
        "DepositToken."
    ),
)


def statement(core: Core, facts: Facts) -> dict[str, list[str]]:
    """{"zh": lines, "en": lines}"""
    placed = sum(told.time is not None for told in facts.events)
    journalled = len(facts.events) - placed
    chosen = [_TOLD, _PLACED if core.headers_commit else _NO_HEADERS]
    chosen += [_JOURNALLED] if journalled else []
    chosen += [_COMPLETE if facts.journals else _NOT_COMPLETE, _ADDRESSES]
    chosen += [_CURRENCIES] if core.tokens else []
    zh, en = KINDS[core.subject.kind]
    values = {
        "zh": zh,
        "en": en,
        "id": core.subject.id,
        "own": len(facts.own),
        "others": len(facts.events) - len(facts.own),
        "placed": placed,
        "journalled": journalled,
        "headers": len(core.headers),
        "block": facts.block,
        "time": None if facts.time is None else instant(facts.time),
        "hash": hex0x(core.block_hash),
        "total": sum(journal.count for journal in facts.journals),
        "contracts": ", ".join(f"{journal.contract} {journal.address}" for journal in facts.journals),
    }
    return {language: [both[i].format(**values) for both in chosen] for i, language in enumerate(("zh", "en"))}
