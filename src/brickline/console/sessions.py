"""Who is signed in: a cookie that the key signed, and a word in each form that only our own pages have."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from brickline.baseplate.pages import PageRequest
from brickline.console.keys import Key

_LIFETIME = 30 * 86400
_MOST_NOTES = 1000


@dataclass(frozen=True)
class Session:
    """One browser. `csrf` has to come back with whatever changes something."""

    name: str
    csrf: str


@dataclass(frozen=True)
class Note:
    """What the next page says first: that something was done, or why it was not."""

    text: str
    is_error: bool = False


class Sessions:
    """Signs browsers in and knows them again; keeps the notes for their next page."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self._notes: OrderedDict[str, Note] = OrderedDict()

    def begin(self, request: PageRequest) -> str:
        """The Set-Cookie header of a new session."""
        name = secrets.token_urlsafe(16)
        value = f"{name}.{self._key.sign('session', name)}"
        return f"{_cookie_name(request)}={value}; Path=/console; Max-Age={_LIFETIME}; HttpOnly; SameSite=Lax"

    def end(self, request: PageRequest) -> str:
        return f"{_cookie_name(request)}=; Path=/console; Max-Age=0; HttpOnly; SameSite=Lax"

    def find(self, request: PageRequest) -> Session | None:
        """The session that the request's cookie names; None for a stranger."""
        name, _, signature = cookies(request).get(_cookie_name(request), "").partition(".")
        if not name or not self._key.is_signed("session", name, signature):
            return None
        return Session(name, self._key.sign("csrf", name))

    def note(self, session: Session, note: Note) -> None:
        self._notes[session.name] = note
        while len(self._notes) > _MOST_NOTES:
            self._notes.popitem(last=False)

    def take_note(self, session: Session) -> Note | None:
        return self._notes.pop(session.name, None)


def cookies(request: PageRequest) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(request.headers.get("cookie")).items()}
    except CookieError:
        return {}


def _cookie_name(request: PageRequest) -> str:
    """With the port in it: browsers give a host's cookies to all of its ports, and each may be another server."""
    port = request.headers.get("host").rpartition(":")[2]
    return f"brickline-{port}" if port.isdigit() else "brickline"
