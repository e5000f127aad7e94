"""Server-sent events: "something of yours changed at block N". A page that hears it asks its lists again.

An idle reader costs a coroutine, and neither a thread nor a connection of the database: one look a second is taken for
all of them, and none while nobody listens. A stream ends with its session.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.console import sessions
from api.console.touched import Watch
from api.context import Services
from api.errors import RETRY_AFTER_S
from api.identity.actor import Actor
from api.identity.tokens import actor_of
from api.reading import newest_block

LOOK_EVERY_S = 1.0
ALIVE_EVERY_S = 15.0
"""So often an idle stream says that it is there, lest something between takes it for dead."""
RECONNECT_MS = 3_000
LISTENERS_MAX = 2_000
"""One browser more is told to come again: its page reads as well without."""
_LOG = logging.getLogger(__name__)

router = APIRouter()


@dataclass(eq=False, slots=True)
class _Listener:
    token: str
    actor: Actor
    block: int
    news: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False


class Changes:
    """Who listens, and the one watch for all. `open` to `close`: while the app serves."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._listeners: set[_Listener] = set()
        self._watching: asyncio.Task[None] | None = None
        self._open = self._watched = False

    def open(self) -> None:
        self._open = True

    def close(self) -> None:
        """Every stream ends. To be called where the event loop runs."""
        self._open = False
        for listener in self._listeners:
            listener.ended = True
            listener.news.set()

    def __len__(self) -> int:
        return len(self._listeners)

    @property
    def watched(self) -> bool:
        """Whether the watch knows what was before: what changes from now on is heard."""
        return self._watched

    @property
    def full(self) -> bool:
        return not self._open or len(self._listeners) >= LISTENERS_MAX

    def reader(self, token: str | None) -> tuple[Actor, int] | None:
        """Who is signed in with this cookie, and the newest block; None where nobody is. Asks the database."""
        with Session(self._services.readers) as session:
            user = sessions.user_of(self._services, session, token, active=False)
            return None if user is None else (actor_of(user), newest_block(session).number)

    async def follow(self, token: str, actor: Actor, block: int) -> AsyncIterator[str]:
        """The stream: `hello` with the newest block, then `changed` with each block that changed something of the
        actor's, and `ended` with the session."""
        listener = _Listener(token, actor, block)
        self._listeners.add(listener)
        if self._watching is None or self._watching.done():
            self._watched = False
            self._watching = asyncio.create_task(self._watch())
        try:
            yield f"retry: {RECONNECT_MS}\n" + _event("hello", block)
            while not listener.ended:
                try:
                    await asyncio.wait_for(listener.news.wait(), ALIVE_EVERY_S)
                except TimeoutError:
                    yield ": here\n\n"
                    continue
                listener.news.clear()
                if not listener.ended:
                    yield _event("changed", listener.block)
            if self._open:
                yield _event("ended", listener.block)
        finally:
            self._listeners.discard(listener)

    async def _watch(self) -> None:
        watch = Watch()
        while self._listeners:
            try:
                heard, gone = await run_sync(self._look, watch, list(self._listeners))
                self._watched = True
            except SQLAlchemyError:
                _LOG.exception("what changed could not be read; the next look may")
            else:
                for listener, block in heard:
                    listener.block = block
                    listener.news.set()
                for listener in gone:
                    listener.ended = True
                    listener.news.set()
            await asyncio.sleep(LOOK_EVERY_S)

    def _look(
        self, watch: Watch, listeners: Sequence[_Listener]
    ) -> tuple[list[tuple[_Listener, int]], list[_Listener]]:
        """Whom the news concern, and whose session has ended."""
        with Session(self._services.readers) as session:
            touched = watch.look(session)
            good = sessions.still_open(session, {listener.token for listener in listeners})
            concerned: dict[str, bool] = {}
            if touched:
                for listener in listeners:
                    organisation = listener.actor.organisation_id
                    if organisation not in concerned:
                        concerned[organisation] = touched.concerns(session, listener.actor)
        heard = [
            (listener, touched.block)
            for listener in listeners
            if concerned.get(listener.actor.organisation_id) and listener.token in good
        ]
        return heard, [listener for listener in listeners if listener.token not in good]


def _event(name: str, block: int) -> str:
    return f"event: {name}\nid: {block}\ndata: {block}\n\n"


@router.get("/changes")
async def changes(request: Request) -> Response:
    """The stream, to whoever is signed in. 204 tells a browser not to come again."""
    hub: Changes = request.app.state.changes
    token = request.cookies.get(sessions.COOKIE)
    if hub.full:
        return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": RETRY_AFTER_S})
    found = await run_sync(hub.reader, token)
    if token is None or found is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(hub.follow(token, *found), media_type="text/event-stream", headers=headers)
