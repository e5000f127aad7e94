"""The projections against the contracts' own views at one block: independent of our handlers and of the log."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from random import SystemRandom
from typing import Any, Protocol

from sqlalchemy import Connection

from indexer.events import Decoder
from indexer.verify import ask_cash, ask_debts, ask_holds, ask_parties
from indexer.verify.question import Asker, Question
from indexer.verify.report import Comparison
from node_adapter.client import Call
from node_adapter.codec import WrongArguments, function_entry
from node_adapter.words import snake_case

QUESTIONS_PER_BATCH = 500


class ViewSource(Protocol):
    """What is asked of a node beside its log."""

    def call_many(self, calls: Sequence[Call], block: int | str) -> Sequence[Any]: ...


def compare_views(
    comparison: Comparison, connection: Connection, source: ViewSource, decoder: Decoder, block: int, now: int
) -> None:
    """Asks in batches at block number `block`, mined at `now`; the caller made sure that it is the index's head."""
    asker = Asker(connection, decoder, now)
    asked = chain(*(module.questions(asker) for module in (ask_parties, ask_debts, ask_holds, ask_cash)))
    questions = asked if comparison.sample is None else iter(_sample(asked, comparison.sample))
    while some := list(islice(questions, QUESTIONS_PER_BATCH)):
        answers = _ask(source, [question.call for question in some], block)
        for question, answer in zip(some, answers, strict=True):
            comparison.compared[question.subject] += 1
            shown = str(answer) if isinstance(answer, Exception) else question.read(_named(question.call, answer))
            if isinstance(question.sql, Mapping) and isinstance(shown, Mapping):
                comparison.fields(question.subject, question.id, question.sql, shown)
            else:
                comparison.same(question.subject, question.id, question.field, question.sql, shown)
        comparison.step(len(some))


def _sample(questions: Iterable[Question], size: int) -> list[Question]:
    """So many of all, each as likely, by a source of chance that nobody foresees: each stands for a place in the
    sample, and the later ones take it over less and less often."""
    chance = SystemRandom()
    chosen: list[Question] = []
    for number, question in enumerate(questions):
        if number < size:
            chosen.append(question)
        elif (place := chance.randrange(number + 1)) < size:
            chosen[place] = question
    return chosen


def journal_words(source: ViewSource, decoder: Decoder, block: int) -> dict[str, bytes]:
    """Every journal of the network by instance, as its contract has it."""
    deployed = {name: d for name, d in decoder.deployments.contracts.items() if d.contract != "AccessManager"}
    answers = source.call_many([Call(d.contract, d.address, "journal", ()) for d in deployed.values()], block)
    return {name: bytes.fromhex(word.removeprefix("0x")) for name, word in zip(deployed, answers, strict=True)}


def _named(call: Call, answer: Any) -> Any:
    """Several outputs by their names; the fields of a struct among them beside the others."""
    if not isinstance(answer, tuple):
        return answer
    outputs = function_entry(call.contract, call.function, len(call.args))["outputs"]
    fields: dict[str, Any] = {}
    for number, (output, value) in enumerate(zip(outputs, answer, strict=True)):
        fields |= value if isinstance(value, dict) else {snake_case(output["name"]) or f"output_{number}": value}
    return fields


def _ask(source: ViewSource, calls: Sequence[Call], block: int) -> Sequence[Any]:
    """Answers in the order asked. What cannot even be asked (a row's address is none) has the reason as its answer."""
    try:
        return source.call_many(calls, block)
    except WrongArguments as error:
        if len(calls) == 1:
            return [error]
    return [answer for call in calls for answer in _ask(source, [call], block)]
