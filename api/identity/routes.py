"""`/auth`, `/me` and `/participants`."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.security import OAuth2PasswordRequestForm

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.identity import service, tokens
from api.identity.schemas import Me, ParticipantAdmit, Participants, Token
from api.operations.schemas import OperationRead
from api.pagination import PageDep

router = APIRouter()


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
def list_participants(session: SessionDep, services: ServicesDep, _actor: ActorDep, page: PageDep) -> Participants:
    """Every organisation, and whether the network has admitted it."""
    return service.list_participants(session, services, page)


@router.post("/participants", status_code=202, tags=["participants"])
def admit(body: ParticipantAdmit, command: CommandDep) -> OperationRead:
    """Admit a registered organisation to the network. Operator only."""
    return service.admit(command, body)
