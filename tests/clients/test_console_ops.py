"""The console's pages of storage, functions, logs and events in a real browser, on real data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.clients.browser import PHONE, Reader
from tests.clients.harness import PROGRAMS, Server, client

NAME = "console-ops"
HOSTILE = '<img src=x onerror="alert(1)">'
_PUT = """
import boto3, json, sys
entry = {"Source": sys.argv[1], "DetailType": sys.argv[2], "Detail": json.dumps({"number": 21})}
assert not boto3.client("events").put_events(Entries=[entry])["FailedEntryCount"]
"""


@pytest.fixture(scope="module", autouse=True)
def system(server: Server) -> None:
    server.run([str(client("data") / "python"), str(PROGRAMS / "console_ops.py"), NAME])


def _put_event(server: Server, detail_type: str) -> None:
    server.run([str(client("data") / "python"), "-c", _PUT, NAME, detail_type])


def test_a_file_is_uploaded_looked_at_and_downloaded(reader: Reader, tmp_path: Path) -> None:
    file = tmp_path / "my days#1.csv"
    file.write_text("day,late\n2013-12-15,17\n")
    page = reader.open(f"/console/s3/{NAME}")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("link", name="my days#1.csv").click()
    expect(page.get_by_role("cell", name="2013-12-15")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "my days#1.csv"
    assert download.value.path().read_text() == file.read_text()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile(f"/console/s3/{NAME}$"))


def test_a_hostile_file_is_text(reader: Reader) -> None:
    page = reader.open(f"/console/s3/{NAME}/days/")
    page.get_by_role("link", name=f"{HOSTILE}.csv").click()
    expect(page.get_by_role("cell", name=HOSTILE)).to_be_visible()
    assert page.locator("img[onerror]").count() == 0


def test_an_event_comes_and_shows_what_it_started(reader: Reader, server: Server) -> None:
    page = reader.open(f"/console/events?search={NAME}")
    _put_event(server, "It comes by itself")
    page.get_by_role("link", name="It comes by itself").click()
    expect(page.locator("#event").get_by_role("link", name=NAME, exact=True).first).to_be_visible()
    expect(page.locator("#event")).to_contain_text("Succeeded")
    # On to the tester, with this event.
    page.get_by_role("link", name="Try patterns on it").click()
    page.locator("textarea[name=pattern]").fill('{"source": [{"prefix": "console-"}]}')
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("status").first).to_have_text("The pattern matches the event.")
    expect(page.get_by_role("rowheader", name=NAME)).to_be_visible()
    page.locator("textarea[name=pattern]").fill('{"source": "no list"}')
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("alert")).to_contain_text("InvalidEventPatternException")
    expect(page.locator("textarea[name=pattern]")).to_have_value('{"source": "no list"}')
    reader.complaints[:] = [text for text in reader.complaints if "400" not in text]


def test_a_function_is_tried_and_its_log_is_followed(reader: Reader) -> None:
    page = reader.open(f"/console/functions/{NAME}")
    page.get_by_label("Event").fill('{"number": 21}')
    page.get_by_role("button", name="Invoke").click()
    expect(page.get_by_role("log", name="Answer")).to_contain_text('"double": 42')
    page.get_by_label("Event").fill('{"nothing": 1}')
    page.get_by_role("button", name="Invoke").click()
    expect(page.get_by_role("log", name="Answer")).to_contain_text("KeyError")
    page = reader.open(f"/console/logs?group=/aws/lambda/{NAME}&pattern=KeyError")
    expect(page.locator("pre")).to_contain_text("KeyError")
    assert page.locator("img[onerror]").count() == 0


def test_a_rule_and_a_schedule_are_switched_off_and_on(reader: Reader) -> None:
    for address in (f"/console/events/rules/default/{NAME}", f"/console/schedules/default/{NAME}"):
        page = reader.open(address)
        page.get_by_role("button", name="Disable").click()
        expect(page.locator(".head .badge")).to_have_text("DISABLED")
        page.get_by_role("button", name="Enable").click()
        expect(page.locator(".head .badge")).to_have_text("ENABLED")


def test_an_archive_is_played_again(reader: Reader, server: Server) -> None:
    _put_event(server, "To be played again")
    page = reader.open("/console/events/archives")
    page.get_by_label("From").fill("2020-01-01T00:00")
    page.get_by_label("Until").fill("2099-01-01T00:00")
    page.get_by_role("button", name="Play again").click()
    expect(page.get_by_text("COMPLETED")).to_be_visible(timeout=20_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_fit_a_phone_and_have_no_serious_barriers(reader: Reader, theme: str) -> None:
    reader.page.set_viewport_size(PHONE)
    reader.open(f"/console/preferences?theme={theme}&back=/console")
    addresses = [
        "/console/s3",
        f"/console/s3/{NAME}",
        f"/console/s3/{NAME}/model.bin",
        "/console/functions",
        f"/console/functions/{NAME}",
        "/console/logs",
        f"/console/logs?group=/aws/lambda/{NAME}",
        "/console/events",
        "/console/events/rules",
        f"/console/events/rules/default/{NAME}",
        "/console/events/tester",
        "/console/events/archives",
        "/console/events/undelivered",
        "/console/schedules",
        f"/console/schedules/default/{NAME}",
    ]
    for address in addresses:
        page = reader.open(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        assert reader.barriers() == [], address
