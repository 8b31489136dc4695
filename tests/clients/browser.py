"""The console in a real browser: Debian's Chromium, driven by Playwright, and axe-core to look for barriers.

The fixtures are for all modules of `tests/clients` (its conftest has them): one that imported them itself would have a
second browser, and Playwright lets a process have one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from tests.clients.harness import Server, brickline

DESKTOP, PHONE = ViewportSize(width=1400, height=900), ViewportSize(width=390, height=844)

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Reader:
    """Somebody who is signed in to a server's console. What their pages complain of is kept."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        """Open an address below `/console`."""
        self.page.goto(f"{self.url}{address}", wait_until="load")
        return self.page

    def barriers(self) -> list[str]:
        """What axe-core finds serious or critical on the page as it is, each with the elements that have it."""
        # By the driver and not by a <script>, which the console's policy rightly refuses.
        self.page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text())
        found = self.page.evaluate("axe.run()")["violations"]
        return [
            f"{one['id']}: {one['help']}: {[node['html'][:150] for node in one['nodes'][:5]]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine: install Debian's package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def reader(chromium: Browser, server: Server) -> Iterator[Reader]:
    """Signed in on a desktop's screen. The test fails where a page of it raised an error or broke the policy."""
    context = chromium.new_context(viewport=DESKTOP, locale="en-US")
    page = context.new_page()
    reader = Reader(page, server.url)
    page.on("pageerror", lambda error: reader.complaints.append(str(error)))
    page.on("console", lambda message: message.type == "error" and reader.complaints.append(message.text))
    page.goto(brickline("console", "--data", str(server.data)).strip())
    yield reader
    context.close()
    assert reader.complaints == []
