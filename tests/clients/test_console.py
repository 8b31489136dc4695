"""The console's frame in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.clients.browser import PHONE, Reader
from tests.clients.harness import Server, client

_MAKE_GROUP = """
import boto3, sys
made = boto3.client("sagemaker").create_model_package_group(ModelPackageGroupName=sys.argv[1])
print(made["ModelPackageGroupArn"])
"""


def _make_group(server: Server, name: str) -> str:
    return server.run([str(client("data") / "python"), "-c", _MAKE_GROUP, name]).stdout.strip()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/console", "/console/why", "/console/why?name=nothing"])
def test_pages_have_no_serious_barriers(reader: Reader, theme: str, address: str) -> None:
    reader.open(f"/console/preferences?theme={theme}&back={address}")
    assert reader.barriers() == []
    reader.complaints[:] = [text for text in reader.complaints if "404" not in text]


def test_a_page_fits_a_phone(reader: Reader) -> None:
    reader.page.set_viewport_size(PHONE)
    page = reader.open("/console/why")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_language_and_theme_are_kept(reader: Reader) -> None:
    page = reader.open("/console/why")
    page.get_by_label("Language").select_option("ko")
    expect(page.get_by_role("heading", level=1)).to_have_text("왜 실행됐을까요?")
    page.get_by_label("테마").select_option("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_url(re.compile("/console/why$"))


def test_a_page_follows_what_happens_and_keeps_what_its_reader_has_typed(reader: Reader, server: Server) -> None:
    arn = _make_group(server, "console-follows")
    page = reader.open(f"/console/why?name={arn}")
    expect(page.locator("main")).to_contain_text("console-follows")
    box = page.get_by_role("searchbox")
    box.fill("being typed")
    with page.expect_response(lambda response: "x-live" in response.request.headers):
        _make_group(server, "console-follows-too")
    expect(box).to_have_value("being typed")


def test_the_architecture_grows_while_somebody_looks(reader: Reader, server: Server) -> None:
    page = reader.open("/console")
    _make_group(server, "console-grows")
    brick = page.get_by_role("link", name="console-grows, Model package group")
    expect(brick).to_be_visible()
    brick.click()
    expect(page).to_have_url(re.compile("/console/registry/console-grows$"))


def test_all_that_the_browser_loads_is_small(reader: Reader) -> None:
    page = reader.open("/console")
    sizes = page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".map(entry => entry.decodedBodySize)"
    )
    assert len(sizes) > 4
    assert sum(sizes) < 150_000
