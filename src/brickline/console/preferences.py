"""Language and theme: what the browser asks for, unless its user chose otherwise (in a cookie)."""

from __future__ import annotations

from dataclasses import dataclass

from brickline.baseplate.pages import PageRequest, PageResponse
from brickline.console import START
from brickline.console.sessions import cookies

LANGUAGES = {"en": "English", "ko": "한국어"}
THEMES = ("auto", "light", "dark")
_YEAR = 365 * 86400


@dataclass(frozen=True)
class Preferences:
    language: str = "en"
    theme: str = "auto"


def preferences(request: PageRequest) -> Preferences:
    known = cookies(request)
    language, theme = known.get("brickline-language", ""), known.get("brickline-theme", "")
    return Preferences(
        language if language in LANGUAGES else _accepted(request.headers.get("accept-language")),
        theme if theme in THEMES else "auto",
    )


def set_preferences(request: PageRequest) -> PageResponse:
    """`/console/preferences?language=ko&back=/console/…` keeps a choice and goes back."""
    given = request.parameter
    headers = [("Location", _inside(given.get("back", "")))]
    for name, allowed in (("language", tuple(LANGUAGES)), ("theme", THEMES)):
        if (value := given.get(name)) in allowed:
            headers.append(
                ("Set-Cookie", f"brickline-{name}={value}; Path={START}; Max-Age={_YEAR}; HttpOnly; SameSite=Lax")
            )
    return PageResponse(303, headers)


def _accepted(header: str) -> str:
    """The first of the browser's languages that is here."""
    wanted = (part.partition(";")[0].strip().partition("-")[0].lower() for part in header.split(","))
    return next((language for language in wanted if language in LANGUAGES), "en")


def _inside(address: str) -> str:
    return address if address == START or address.startswith((f"{START}/", f"{START}?")) else START
