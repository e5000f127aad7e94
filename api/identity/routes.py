"""`/auth`, `/me` and `/participants`."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends
from fastapi.security import OAuth2PasswordRequestForm

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.identity import service, standing, tokens
from api.identity.schemas import Me, ParticipantAdmit, Participants, Token
from api.operations.schemas import OperationRead
from api.pagination import PageDep
from api.schemas import Account, NoBody, ReasonGiven

router = APIRouter()

Nothing = Annotated[NoBody | None, Body()]


@router.post("/auth/token", tags=["identity"])
def issue_token(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], session: SessionDep, services: ServicesDep
) -> Token:
    """Log in (OAuth 2.0 password grant). Send the token as `Authorization: Bearer …`."""
    token, life_s = tokens.log_in(session, services.settings, services.token_key, form.username, form.password)
    return Token(access_token=token, expires_in=life_s)


@router.get("/me", tags=["identity"])
def get_me(session: SessionDep, actor: ActorDep) -> Me:
    """Who you are."""
    return service.me(session, actor)


@router.get("/participants", tags=["participants"])
def list_participants(session: SessionDep, services: ServicesDep, actor: ActorDep, page: PageDep) -> Participants:
    """Every organisation, and whether the network has admitted it."""
    return standing.list_participants(session, services, actor, page)


@router.post("/participants", status_code=202, tags=["participants"])
def admit(body: ParticipantAdmit, command: CommandDep) -> OperationRead:
    """Admit a registered organisation to the network. Operator only."""
    return service.admit(command, body)


@router.post("/participants/{account}/suspend", status_code=202, tags=["participants"])
def suspend(account: Account, body: ReasonGiven, command: CommandDep) -> OperationRead:
    """Bar an organisation from acting; its cash is set aside until it is reinstated (I9). Operator only."""
    return standing.suspend(command, account, body)


@router.post("/participants/{account}/reinstate", status_code=202, tags=["participants"])
def reinstate(account: Account, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Lift a suspension. Operator only."""
    return standing.reinstate(command, account)


@router.post("/participants/{account}/close", status_code=202, tags=["participants"])
def close(account: Account, body: ReasonGiven, command: CommandDep) -> OperationRead:
    """End an organisation's membership; what it holds stays its own. Operator only."""
    return standing.close(command, account, body)


@router.post("/participants/{account}/readmit", status_code=202, tags=["participants"])
def readmit(account: Account, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Take an organisation back that had left, under its old account. Operator only."""
    return standing.readmit(command, account)
