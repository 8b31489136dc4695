"""The console as a page of the gateway: sign-in, guards, views, and what goes wrong in them."""

from __future__ import annotations

import logging
import re
from importlib import resources
from urllib.parse import parse_qsl, quote, urlsplit

from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.pages import PageRequest, PageResponse
from brickline.console import START, live
from brickline.console.keys import key
from brickline.console.preferences import Preferences, preferences, set_preferences
from brickline.console.rendering import Rendering
from brickline.console.routing import Routes
from brickline.console.sessions import Note, Session, Sessions
from brickline.console.views import ROUTES
from brickline.console.visit import Html, Redirect, Visit

log = logging.getLogger(__name__)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_GUARDS = [
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
]
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_LARGEST_FORM = 1 << 20
_SAYS_ABSENT = re.compile("not exist|[Nn]ot find|not found")
"""Where the code says only that something is wrong, as SageMaker's ValidationException does."""


class Console:
    """Answers everything at and below `/console`."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._key = key(baseplate.data)
        self._sessions = Sessions(self._key)
        self._routes = Routes(ROUTES)
        self._rendering = Rendering(baseplate.settings)

    def answer(self, request: PageRequest) -> PageResponse:
        path = request.path.removeprefix(START) or "/"
        if path.startswith("/static/"):
            return _static(path.removeprefix("/static/"))
        wishes = preferences(request)
        try:
            return self._guarded(self._answer(request, path, wishes))
        except Refused as refused:
            return self._guarded(self._failed(request, wishes, refused.code, refused.message, _status(refused)))
        except Exception:
            log.exception("the console could not answer %s %s", request.method, request.path)
            told = "The server's log has the whole of it (server.log in the data folder)."
            return self._guarded(self._failed(request, wishes, "InternalError", told, 500))

    def _answer(self, request: PageRequest, path: str, wishes: Preferences) -> PageResponse:
        if path == "/login":
            return self._login(request, wishes)
        session = self._sessions.find(request)
        if session is None:
            return self._stranger(request, wishes)
        if path == "/live":
            return live.stream(self._baseplate.store.commits, request)
        if path == "/preferences":
            return set_preferences(request)
        if path == "/logout" and request.method == "POST":
            return PageResponse(303, [("Location", f"{START}/login"), ("Set-Cookie", self._sessions.end(request))])
        return self._view(request, path, session, wishes)

    def _view(self, request: PageRequest, path: str, session: Session, wishes: Preferences) -> PageResponse:
        method = "GET" if request.method == "HEAD" else request.method
        found = self._routes.find(method, path if path == "/" else path.rstrip("/"))
        if found is None:
            raise Refused("PageNotFound", f"There is no page at {request.path}", 404)
        view, place = found
        seen = self._baseplate.store.commits.count
        form = _form(request) if method == "POST" else {}
        visit = Visit(
            context=self._baseplate.context(),
            path=path,
            place=place,
            query=request.parameter,
            form=form,
            body=request.body if method == "PUT" else None,
            language=wishes.language,
        )
        if method == "GET":
            return self._respond(request, session, wishes, view(visit), seen)
        _check_origin(request, session, form)
        try:
            return self._respond(request, session, wishes, view(visit), seen)
        except Refused as refused:
            if method == "PUT":
                raise
            self._sessions.note(session, Note(f"{refused.code}: {refused.message}", is_error=True))
            return _see_other(_back(request))

    def _respond(
        self,
        request: PageRequest,
        session: Session,
        wishes: Preferences,
        answer: Html | Redirect | PageResponse,
        seen: int,
    ) -> PageResponse:
        if isinstance(answer, PageResponse):
            return answer
        if isinstance(answer, Redirect):
            if answer.note:
                self._sessions.note(session, Note(answer.note))
            return _see_other(answer.address)
        note = None if "x-live" in _names(request) else self._sessions.take_note(session)
        return self._rendering.page(request, answer, wishes, session, note, seen)

    def _login(self, request: PageRequest, wishes: Preferences) -> PageResponse:
        given = (_form(request) if request.method == "POST" else request.parameter).get("token", "")
        if given and self._key.is_token(given):
            target = request.parameter.get("next", "")
            is_ours = target == START or target.startswith((f"{START}/", f"{START}?"))
            where = target if is_ours else START
            return PageResponse(303, [("Location", where), ("Set-Cookie", self._sessions.begin(request))])
        return self._rendering.page(
            request, Html("login.html", {"is_wrong": bool(given)}, 403 if given else 200), wishes
        )

    def _stranger(self, request: PageRequest, wishes: Preferences) -> PageResponse:
        if request.method == "GET" and "text/html" in request.headers.get("accept"):
            asked = f"{request.path}?{request.query}" if request.query else request.path
            return _see_other(f"{START}/login?next={quote(asked, safe='')}")
        return self._rendering.page(request, Html("login.html", {"is_wrong": False}, 401), wishes)

    def _failed(self, request: PageRequest, wishes: Preferences, code: str, message: str, status: int) -> PageResponse:
        values = {"code": code, "message": message, "status": status}
        session = self._sessions.find(request)
        return self._rendering.page(request, Html("error.html", values, status), wishes, session)

    def _guarded(self, response: PageResponse) -> PageResponse:
        known = {name.lower() for name, _ in response.headers}
        guards = [(name, value) for name, value in _GUARDS if name.lower() not in known]
        return PageResponse(response.status, [*response.headers, *guards], response.body)


def _static(name: str) -> PageResponse:
    file = resources.files(__package__) / "static" / name
    kind = _TYPES.get(name.rpartition(".")[2])
    if "/" in name or kind is None or not file.is_file():
        return PageResponse(404, [], b"")
    headers = [("Content-Type", f"{kind}; charset=utf-8"), ("Cache-Control", "public, max-age=31536000, immutable")]
    return PageResponse(200, headers, file.read_bytes())


def _form(request: PageRequest) -> dict[str, str]:
    text = request.body.read(_LARGEST_FORM + 1)
    while piece := request.body.read(_LARGEST_FORM):
        text += piece
        if len(text) > _LARGEST_FORM:
            raise Refused("FormTooLarge", f"A form may have {_LARGEST_FORM} bytes", 413)
    return dict(parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True))


def _check_origin(request: PageRequest, session: Session, form: dict[str, str]) -> None:
    """Only our own pages may change things: they know the session's word, and the browser says where they are from."""
    origin = request.headers.get("origin")
    is_other = origin not in ("", "null") and urlsplit(origin).netloc != request.headers.get("host")
    given = form.get("csrf") or request.headers.get("x-csrf")
    if is_other or given != session.csrf:
        raise Refused("NotFromThisPage", "This form is not from this console, or too old: load the page again", 403)


def _status(refused: Refused) -> int:
    """404 for what is not there: most services say so by the code alone."""
    is_missing = refused.code.endswith(("NotFound", "NotFoundException", "DoesNotExistException"))
    is_absent = is_missing or refused.code.startswith("NoSuch") or _SAYS_ABSENT.search(refused.message)
    return 404 if refused.status == 400 and is_absent else refused.status


def _see_other(address: str) -> PageResponse:
    return PageResponse(303, [("Location", address)])


def _back(request: PageRequest) -> str:
    """The page that the form was on."""
    came_from = urlsplit(request.headers.get("referer"))
    is_ours = came_from.netloc == request.headers.get("host") and came_from.path.startswith(START)
    return f"{came_from.path}?{came_from.query}" if is_ours else START


def _names(request: PageRequest) -> set[str]:
    return {"x-live"} if request.headers.get("x-live") else set()
