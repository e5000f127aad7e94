"""Signing in and out; which language and which theme; and, in the demo alone, as whom one acts."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.console import sessions
from api.console import words as languages
from api.console.page import THEME_COOKIE, THEMES, FormDep, Page, PageDep, VisitDep
from api.console.problems import problem_of
from api.errors import NotYours, Unauthenticated

router = APIRouter()
_A_YEAR_S = 365 * 86_400


@router.get("/sign-in")
def show_sign_in(page: VisitDep) -> Response:
    """The form; whoever is signed in goes home."""
    if page.actor is not None:
        return page.go("/")
    return page.render("sign_in.html", login="")


@router.post("/sign-in")
def sign_in(page: VisitDep, form: FormDep) -> Response:
    """A new session, whatever there was before."""
    login = str(form.get("login", "")).strip()
    try:
        token = sessions.sign_in(page.services, login, str(form.get("password", "")))
    except Unauthenticated as error:
        problem = problem_of(error, "password")
        return page.render("sign_in.html", problem=problem, login=login)
    return entered(page, token)


@router.post("/act-as")
def act_as(page: PageDep, form: FormDep) -> Response:
    """Another login of the demo, without its password: for whoever is signed in with one already."""
    if not page.demo:
        raise NotYours("only the demo's logins change without a password")
    token = sessions.act_as(page.services, str(form.get("login", "")))
    sessions.sign_out(page.services, page.request.cookies.get(sessions.COOKIE))
    return entered(page, token, str(form.get("next", "/")))


def entered(page: Page, token: str, path: str = "/") -> RedirectResponse:
    """On to `path` with the new session's cookie."""
    response = page.go(ours(path))
    page.set_cookie(response, sessions.COOKIE, token, life_s=sessions.LIFE_S)
    return response


def ours(path: str) -> str:
    """A path of the console's, whatever a form says; its start page where it is none."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


@router.post("/sign-out")
def sign_out(page: VisitDep, _form: FormDep) -> Response:
    """The session ends here and on the server."""
    sessions.sign_out(page.services, page.request.cookies.get(sessions.COOKIE))
    response = page.go("/sign-in")
    response.delete_cookie(sessions.COOKIE, path="/")
    return response


@router.post("/preferences")
def prefer(page: VisitDep, form: FormDep) -> Response:
    """Language or theme, kept in this browser."""
    response = page.go(ours(str(form.get("next", "/"))))
    language, theme = form.get("language"), form.get("theme")
    if language in languages.LANGUAGES:
        page.set_cookie(response, languages.COOKIE, str(language), life_s=_A_YEAR_S)
    if theme in THEMES:
        page.set_cookie(response, THEME_COOKIE, str(theme), life_s=_A_YEAR_S)
    return response
