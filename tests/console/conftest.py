"""A browser's view of the console without the network: requests to it, and what came back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urlsplit

import pytest

from brickline.baseplate.bodies import BytesBody
from brickline.baseplate.house import Baseplate
from brickline.console.application import Console
from brickline.console.keys import key
from brickline.gateway.http import Headers, HttpRequest, HttpResponse

HOST = "127.0.0.1:4599"


@dataclass
class Page:
    """An answer of the console, as its reader sees it."""

    response: HttpResponse

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def html(self) -> str:
        body = self.response.body
        return body.decode() if isinstance(body, bytes) else body.read().decode()

    @property
    def text(self) -> str:
        """What stands in the page's main part, without markup, spaces made one."""
        main = self.html.partition("<main")[2].partition("</main>")[0].partition(">")[2]
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())

    @property
    def location(self) -> str:
        return self.header("Location")

    def header(self, name: str) -> str:
        return next((value for known, value in self.response.headers if known == name), "")


@dataclass
class Visitor:
    """Somebody with a browser; signed in by the key's token after `sign_in`."""

    console: Console
    token: str
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, address: str, **headers: str) -> Page:
        """GET of an address (`/console/why?name=x`); one redirection is not followed."""
        return self.request("GET", address, headers=headers)

    def post(self, address: str, form: dict[str, str] | None = None, csrf: str | None = None, **headers: str) -> Page:
        fields = {**(form or {}), "csrf": self.csrf if csrf is None else csrf}
        return self.request("POST", address, urlencode(fields).encode(), headers)

    def put(self, address: str, data: bytes) -> Page:
        return self.request("PUT", address, data, {"x-csrf": self.csrf})

    def request(self, method: str, address: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Page:
        url = urlsplit(address)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given = {"host": HOST, "accept": "text/html", "cookie": cookie, **self.headers, **(headers or {})}
        request = HttpRequest(method, url.path, url.query, Headers(given.items()), BytesBody(body))
        page = Page(self.console.answer(request))
        for name, value in page.response.headers:
            if name == "Set-Cookie":
                cookie_name, _, cookie_value = value.partition(";")[0].partition("=")
                self.cookies[cookie_name] = cookie_value
        return page

    def sign_in(self) -> Visitor:
        self.get(f"/console/login?token={self.token}")
        name = next(value for cookie, value in self.cookies.items() if cookie == "brickline-4599")
        self.csrf = self.console._key.sign("csrf", name.partition(".")[0])
        return self


@pytest.fixture
def make_visitor(baseplate: Baseplate) -> Callable[[], Visitor]:
    """Visitors of a console on every brick; nothing is driven until a test calls `baseplate.start()`."""
    console = Console(baseplate)
    return lambda: Visitor(console, key(baseplate.data).token)


@pytest.fixture
def stranger(make_visitor: Callable[[], Visitor]) -> Visitor:
    return make_visitor()


@pytest.fixture
def visitor(make_visitor: Callable[[], Visitor]) -> Visitor:
    return make_visitor().sign_in()
