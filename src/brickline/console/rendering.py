"""Templates to HTML: an environment per language, the filters that pages share, and what every page shows."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from brickline.baseplate.clock import iso
from brickline.baseplate.pages import PageRequest, PageResponse
from brickline.baseplate.settings import Settings
from brickline.console import START, addresses
from brickline.console.charts import number
from brickline.console.navigation import AREAS, area_of
from brickline.console.preferences import LANGUAGES, THEMES, Preferences
from brickline.console.sessions import Note, Session
from brickline.console.visit import Html
from brickline.version import VERSION

_NAMES = re.compile(r'(arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d*:[\w+=,.@/:*-]*\w|s3://[^\s"\\<>]*[^\s"\\<>.,;:)])')
_KIND = re.compile(r"^[a-z-]+[/:]")
_UUID = re.compile(r"\b([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_WITHOUT_KIND = ("codecommit", "codepipeline", "s3")
"""Services whose ARNs have no kind of resource in front of the name."""
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


class Rendering:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def page(
        self,
        request: PageRequest,
        html: Html,
        wishes: Preferences,
        session: Session | None = None,
        note: Note | None = None,
        seen: int = 0,
    ) -> PageResponse:
        """A whole page. Templates see the view's values and, beside them, what `base.html` needs.

        `seen` is the number of commits that the view could see.
        """
        here = f"{request.path}?{request.query}" if request.query else request.path
        values = {
            "here": here,
            "area": area_of(request.path),
            "areas": AREAS,
            "csrf": session.csrf if session else "",
            "is_signed_in": session is not None,
            "note": note,
            "seen": seen,
            "language": wishes.language,
            "languages": LANGUAGES,
            "theme": wishes.theme,
            "themes": THEMES,
            "account": self._settings.account,
            "region": self._settings.region,
            "version": VERSION,
            "query": request.parameter,
        }
        text = _environment(wishes.language).get_template(html.template).render({**values, **html.values})
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
        return PageResponse(html.status, headers, text.encode())


@cache
def catalogue(language: str) -> dict[str, str]:
    """English phrases and what they are in a language; empty for English."""
    file = resources.files(__package__) / "languages" / f"{language}.json"
    found: dict[str, str] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return found


def phrase(language: str, text: str) -> str:
    """An English phrase that Python puts into a page, in the reader's language."""
    return catalogue(language).get(text, text)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__ or "", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    known = catalogue(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: known.get(text, text),
        lambda one, many, count: known.get(one, one if count == 1 else many),
        newstyle=True,
    )
    environment.filters.update(
        clock=clock_time,
        duration=duration,
        json=pretty_json,
        linked=linked,
        number=number,
        segment=segment,
        short=short,
        short_uri=addresses.short_uri,
        size=size,
        time=time,
        when=when,
    )
    environment.globals.update(
        address_of=addresses.of_arn,
        console=START,
        static=static,
        status_class=status_class,
        uri_address=addresses.of_uri,
    )
    return environment


def static(name: str) -> str:
    """The address of a file of `static`, which changes with its content: browsers may keep it for ever."""
    return f"{START}/static/{name}?{_digest(name)}"


@cache
def _digest(name: str) -> str:
    return sha256((resources.files(__package__) / "static" / name).read_bytes()).hexdigest()[:12]


def time(seconds: float | None) -> Markup:
    """An absolute time in the machine's time zone; the tooltip has it in UTC."""
    if not seconds:
        return Markup("–")
    utc = iso(seconds)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(utc, utc, when(seconds))


def when(seconds: float) -> str:
    """`2026-01-02 03:04:05`, in the machine's time zone."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def clock_time(seconds: float) -> Markup:
    """`03:04:05.678`, in the machine's time zone; the tooltip has the date."""
    moment = datetime.fromtimestamp(seconds).astimezone()
    return Markup('<span title="{}">{}</span>').format(when(seconds), moment.strftime("%H:%M:%S.%f")[:-3])


def duration(seconds: float | None) -> str:
    """`0.25 s`, `12.3 s`, `4 min 5 s`, `3 h 2 min`."""
    if seconds is None or seconds < 0:
        return "–"
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def size(count: float | None) -> str:
    """Bytes with a unit: `12 B`, `3.4 MiB`."""
    if count is None:
        return "–"
    for unit in _UNITS:
        if count < 1024 or unit == _UNITS[-1]:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError("the last unit takes everything")


def linked(text: str | None) -> Markup:
    """A text in which ARNs and S3 URIs are links, by their short names."""
    pieces = _NAMES.split(text or "")
    shown = (_link(piece) if index % 2 else escape(piece) for index, piece in enumerate(pieces))
    return Markup("").join(shown)


def _link(name: str) -> Markup:
    is_arn = name.startswith("arn:")
    address = addresses.of_arn(name) if is_arn else addresses.of_uri(name)
    text = short(name) if is_arn else addresses.short_uri(name)
    return Markup('<a href="{}" title="{}">{}</a>').format(address, name, text)


def pretty_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def segment(name: str) -> str:
    """A name as one segment of an address."""
    return quote(name, safe="")


def short(arn: str) -> str:
    """What an ARN names, without its kind, and of a UUID the first part: enough to know it by."""
    if not arn.startswith("arn:"):
        return arn
    _, _, service, _, _, resource = arn.split(":", 5)
    return _UUID.sub(r"\1", resource if service in _WITHOUT_KIND else _KIND.sub("", resource))


_STATUSES = {
    "good": "succeeded completed inservice active approved enabled available merged passed",
    "bad": "failed fault rejected timed_out client_error outofservice rollingbackfailed dead completedwithfailures",
    "busy": (
        "executing inprogress in_progress pending starting creating updating stopping deleting rollingback "
        "systemupdating pendingmanualapproval waiting queued"
    ),
}
_CLASSES = {status: name for name, statuses in _STATUSES.items() for status in statuses.split()}


def status_class(status: str) -> str:
    """good, bad, busy or calm: the colour and the sign of a status."""
    return _CLASSES.get(status.replace(" ", "").lower(), "calm")
