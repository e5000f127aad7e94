"""What a request is given: sessions, the outbox, who is asking. Made once, in `api.app`; nothing here is global."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, TypedDict

from fastapi import Depends, Header, Request
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api import texts
from api.errors import ApiError, IdempotencyKeyMissing, RequestInvalid
from api.identity import tokens
from api.identity.actor import Actor
from api.invoices.vault import MasterKey
from api.operations.reading import read_operation
from api.operations.schemas import OperationRead
from api.reading import key_of, newest_block
from api.settings import ApiSettings
from api.snapshot import AsOf, snapshot
from api.texts import KeptText
from indexer import queries
from indexer.as_of import newest_indexed
from node_adapter.client import NodeClient
from node_adapter.deployments import Deployments
from node_adapter.errors import ContractReverted
from node_adapter.networks import Network
from node_adapter.outbox.commands import AlreadyAccepted, Call, Command
from node_adapter.outbox.models import Operation
from node_adapter.outbox.outbox import Outbox

IDEMPOTENCY_KEY_MAX = 64


@dataclass(frozen=True, slots=True)
class Services:
    """All that the process made at its start."""

    settings: ApiSettings
    engine: Engine
    readers: Engine
    outbox: Outbox
    client: NodeClient
    deployments: Deployments
    network: Network
    master_key: MasterKey = field(repr=False)
    token_key: bytes = field(repr=False)
    relay: str
    """The hosted account that brings signed messages to the chain; it has no role on the network."""

    def is_final(self, block: int, head: int) -> bool:
        """Whether the block can no longer vanish, when `head` is the newest indexed."""
        return self.outbox.chain.is_final(block, head)

    def as_of(self, session: Session) -> "AsOfBlock":
        """What every answer says of the moment it is as of: `Page(…, **services.as_of(session))`."""
        block = newest_block(session).number
        return AsOfBlock(as_of_block=block, final=self.is_final_now(session, block))

    def is_final_now(self, session: Session, block: int) -> bool:
        """Whether the block can no longer vanish, be the session's own moment ever so old."""
        return self.is_final(block, newest_indexed(session) or newest_block(session).number)


class AsOfBlock(TypedDict):
    """The newest block that an answer knows of, and whether that can no longer vanish."""

    as_of_block: int
    final: bool


def get_services(request: Request) -> Services:
    """The process's one Services."""
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]

_bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token", auto_error=False)


def get_session(request: Request, services: ServicesDep, as_of: AsOf = None) -> Iterator[Session]:
    """One snapshot for the whole request, read-only: what is read and `as_of_block` are of one moment.

    That moment may be past, for every route that reads; a command acts now.
    """
    yield from snapshot(services, request.method, as_of)


SessionDep = Annotated[Session, Depends(get_session)]


def get_actor(token: Annotated[str | None, Depends(_bearer)], services: ServicesDep, session: SessionDep) -> Actor:
    """Who is asking, by a token that is still good; Unauthenticated otherwise."""
    return tokens.authenticate(session, services.settings, services.token_key, token)


ActorDep = Annotated[Actor, Depends(get_actor)]


@dataclass(frozen=True, slots=True)
class CommandContext:
    """One command of one actor: how it becomes an operation, once, however often the request is repeated."""

    services: Services
    session: Session
    actor: Actor
    idempotency_key: str
    operation_id: str | None = None
    """The client's own name for the operation, if it has chosen one."""

    @property
    def outbox(self) -> Outbox:
        return self.services.outbox

    def address(self, name: str, subject: str | None = None) -> str:
        """The address of one of the network's contracts, of the version in which `subject` lives."""
        return self.services.deployments.address(self.services.deployments.instance(name, self.version(subject)))

    def version(self, subject: str | None) -> int:
        """Of the contracts: a payable, a programme or an order stays where it was born, what is new is of the current
        one."""
        born = None if subject is None else queries.version_of(self.session, subject)
        return born or self.services.deployments.current

    def key(self) -> str:
        """The key that acts and signs for the actor's organisation. Its account is who acts."""
        return key_of(self.session, self.actor.account())

    def now(self) -> int:
        """The chain's time: the timestamp of the newest block the index has, unix seconds."""
        return newest_block(self.session).timestamp

    def kept(self, text: str) -> KeptText:
        """A text of the actor's, encrypted: store the row with the command that puts its `text_hash` on chain."""
        return texts.sealed(self.services.master_key, self.actor.organisation_id, text, self.now())

    def command(
        self,
        request_hash: str,
        *,
        kind: str,
        resource: tuple[str, str | None],
        subject: str | None,
        call: Call | None,
        sender: str | None,
        sign: list[dict[str, Any]] | None = None,
        sign_as: str | None = None,
        version: int | None = None,
    ) -> Command:
        """A command of this actor under this request's key; `resource` is (type, id); id None: the chain gives it.

        The call goes to the contract of that name in `version`: if not said, the one in which `subject` lives.
        """
        if call is not None:
            instance = self.services.deployments.instance(call.instance, version or self.version(subject))
            call = replace(call, instance=instance)
        return Command(
            organisation=self.actor.organisation_id,
            idempotency_key=self.idempotency_key,
            request_hash=request_hash,
            kind=kind,
            resource={"type": resource[0], "id": resource[1]},
            subject=subject,
            call=call,
            sender=sender,
            sign=sign or [],
            sign_as=sign_as,
            id=self.operation_id,
        )

    def by_signature(
        self,
        request_hash: str,
        message: dict[str, Any] | None,
        *,
        kind: str,
        resource: tuple[str, str | None],
        subject: str | None,
        call: Call,
    ) -> Command:
        """The actor signs `message`, and the relay brings the signature in `call`, where a placeholder stands for it.
        With nothing to sign the actor itself calls.
        """
        told: dict[str, Any] = {"kind": kind, "resource": resource, "subject": subject, "call": call}
        if message is None:
            return self.command(request_hash, sender=self.key(), **told)
        return self.command(request_hash, sender=self.services.relay, sign=[message], sign_as=self.key(), **told)

    def once(self, act: str, request: BaseModel | bytes, prepare: "Callable[[str], Prepared]") -> OperationRead:
        """The stored operation if this very command was given before; else prepare, try it on the node, and store it.

        `act` says what is done, and to what where the address says it: two routes may take bodies that look alike. The
        same key with another request is refused (IdempotencyKeyReused). A command that the contracts would refuse now
        raises ContractReverted and stores nothing.
        """
        body = request if isinstance(request, bytes) else request.model_dump_json().encode()
        request_hash = hashlib.sha256(act.encode() + b"\n" + body).hexdigest()
        stored = self._stored(request_hash)
        if stored is not None:
            return self.read(stored)
        try:
            operation = self._accept(prepare(request_hash))
        except (AlreadyAccepted, ApiError, ContractReverted):
            # The same request may have been accepted meanwhile, and have changed what this one was then refused for.
            stored = self._stored(request_hash)
            if stored is None:
                raise
            return self.read(stored)
        self.outbox.wake()
        return self.read(operation)

    def _stored(self, request_hash: str) -> Operation | None:
        return self.outbox.find(self.actor.organisation_id, self.idempotency_key, request_hash)

    def _accept(self, prepared: "Prepared") -> Operation:
        self.outbox.simulate(prepared.command)
        with Session(self.services.engine, expire_on_commit=False) as session, session.begin():
            operation = self.outbox.accept(session, prepared.command)
            prepared.record(session, operation)
        return operation

    def read(self, operation: Operation) -> OperationRead:
        """The operation as every command answers it."""
        return read_operation(self.session, self.services.is_final, operation)


def _record_nothing(_session: Session, _operation: Operation) -> None:
    return


@dataclass(frozen=True, slots=True)
class Prepared:
    """A command, and what else is to be stored in the very transaction that accepts it."""

    command: Command
    record: Callable[[Session, Operation], None] = _record_nothing


def get_command(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    idempotency_key: Annotated[
        str | None,
        Header(description="A name of your own for this attempt; repeating it never does the thing twice."),
    ] = None,
    operation_id: Annotated[
        str | None,
        Header(description="The id that the operation shall have, 32 hexadecimal digits; else the answer brings one."),
    ] = None,
) -> CommandContext:
    """What a commanding route works with; refuses a request that does not name its attempt."""
    if not idempotency_key:
        raise IdempotencyKeyMissing(
            "send an Idempotency-Key header: any text of your own that is new for each command, such as a UUID"
        )
    if len(idempotency_key) > IDEMPOTENCY_KEY_MAX:
        raise RequestInvalid(
            f"the Idempotency-Key has {len(idempotency_key)} characters, at most {IDEMPOTENCY_KEY_MAX}"
        )
    return CommandContext(services, session, actor, idempotency_key, operation_id)


CommandDep = Annotated[CommandContext, Depends(get_command)]
