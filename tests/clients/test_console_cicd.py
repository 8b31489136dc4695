"""The console's CI/CD pages in a real browser, on real pushes, pipelines and builds."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.clients.browser import PHONE, Reader
from tests.clients.harness import PROGRAMS, Server, client

NAME = "console-cicd"


@pytest.fixture(scope="module")
def commit(server: Server) -> str:
    """The first commit of what programs/console_cicd.py makes: its pipeline waits for an approval, then it builds."""
    return server.run([str(client("data") / "python"), str(PROGRAMS / "console_cicd.py"), NAME]).stdout.strip()


def test_a_change_is_approved_and_its_build_shows_the_command_that_failed(reader: Reader, commit: str) -> None:
    page = reader.open(f"/console/codepipelines/{NAME}")
    page.get_by_label("Comment").fill("looks <b>good</b>")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    # Nobody loads the page again: it follows the build to its failure.
    failed = page.locator("section.stage", has=page.get_by_role("heading", name="Build"))
    expect(failed.get_by_role("button", name="Retry what failed")).to_be_visible(timeout=60_000)
    expect(page.locator("main")).to_contain_text("looks <b>good</b>")
    failed.get_by_role("link", name="What it uses").click()
    expect(page).to_have_url(re.compile(f"/console/builds/{NAME}/"))
    expect(page.locator(".note.bad")).to_contain_text("python check.py")
    marked = page.locator(".output mark")
    expect(marked.first).to_contain_text("Running command python check.py")
    assert reader.barriers() == []


def test_a_stage_is_retried_and_its_way_in_is_closed(reader: Reader, commit: str) -> None:
    page = reader.open(f"/console/codepipelines/{NAME}")
    executions = page.locator("#executions")
    page.get_by_role("button", name="Retry what failed").click()
    expect(executions.get_by_text("InProgress")).to_be_visible()
    expect(page.get_by_role("button", name="Retry what failed")).to_be_visible(timeout=60_000)
    way = page.locator(".way").last
    way.locator("summary").click()
    way.get_by_label("Reason to close it").fill("holidays")
    way.get_by_role("button").click()
    expect(page.locator(".way.closed")).to_contain_text("holidays")
    page.get_by_role("button", name="Open it").click()
    expect(page.locator(".way.closed")).to_have_count(0)


def test_a_commit_is_read_as_text(reader: Reader, commit: str) -> None:
    page = reader.open(f"/console/repositories/{NAME}/commits/{commit}")
    expect(page.locator(".diff .add").filter(has_text="<script>alert(1)</script>")).to_be_visible()
    page.get_by_role("link", name="The files as they were then").click()
    page.get_by_role("link", name="hostile <i>.html").click()
    expect(page.locator("pre.output")).to_contain_text("<script>alert(1)</script>")


def test_a_pull_request_is_discussed_and_merged(reader: Reader, commit: str) -> None:
    page = reader.open(f"/console/repositories/{NAME}/pull-requests")
    page.get_by_role("link", name="Another greeting").click()
    page.get_by_label("Comment").fill("yes")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".said").filter(has_text="yes")).to_be_visible()
    page.get_by_role("button", name="Merge by fast-forward").click()
    expect(page.locator(".badge").filter(has_text="Merged")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_fit_a_phone_and_have_no_serious_barriers(reader: Reader, commit: str, theme: str) -> None:
    reader.page.set_viewport_size(PHONE)
    reader.open(f"/console/preferences?theme={theme}&back=/console")
    addresses = [
        "/console/codepipelines",
        f"/console/codepipelines/{NAME}",
        "/console/builds",
        f"/console/builds/{NAME}",
        "/console/repositories",
        f"/console/repositories/{NAME}",
        f"/console/repositories/{NAME}/commits",
        f"/console/repositories/{NAME}/commits/{commit}",
        f"/console/repositories/{NAME}/pull-requests?status=CLOSED",
    ]
    for address in addresses:
        page = reader.open(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        assert reader.barriers() == [], address
    page = reader.open(f"/console/codepipelines/{NAME}")
    page.locator("#executions a[href*='/executions/']").first.click()
    expect(page.locator("main")).to_contain_text("Build")
    assert reader.barriers() == []
