"""The console's door and walls: sign-in, forms from elsewhere, hostile text, errors."""

from __future__ import annotations

import pytest
from tests.console.conftest import HOST, Visitor

from brickline.baseplate.house import Baseplate


def test_a_stranger_is_led_to_the_sign_in_and_then_to_where_it_wanted(stranger: Visitor) -> None:
    sent = stranger.get("/console/why?name=x")
    assert (sent.status, sent.location) == (303, "/console/login?next=%2Fconsole%2Fwhy%3Fname%3Dx")
    assert stranger.get(sent.location).status == 200
    entered = stranger.get(f"{sent.location}&token={stranger.token}")
    assert (entered.status, entered.location) == (303, "/console/why?name=x")
    assert stranger.get("/console").status == 200


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(stranger: Visitor) -> None:
    cookie = stranger.get(f"/console/login?token={stranger.token}").header("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_wrong_token_does_not_open(stranger: Visitor) -> None:
    page = stranger.get("/console/login?token=wrong")
    assert page.status == 403
    assert "not the one of this server" in page.text
    stranger.cookies["brickline-4599"] = "me." + "0" * 64
    assert stranger.get("/console").status == 303


@pytest.mark.parametrize("target", ["https://elsewhere.example", "//elsewhere.example", "/", "/consoles"])
def test_the_sign_in_leads_nowhere_else(stranger: Visitor, target: str) -> None:
    assert stranger.get(f"/console/login?token={stranger.token}&next={target}").location == "/console"


def test_live_and_actions_are_not_for_strangers(stranger: Visitor) -> None:
    assert stranger.get("/console/live", accept="text/event-stream").status == 401
    assert stranger.post("/console/anything", csrf="").status == 401


def test_a_stream_tells_at_once_what_its_page_has_not_seen(visitor: Visitor, baseplate: Baseplate) -> None:
    html = visitor.get("/console/events").html
    seen = html.partition('data-seen="')[2].partition('"')[0]
    baseplate.context().emit("my.app", "It happened", [], {})
    body = visitor.get(f"/console/live?seen={seen}", accept="text/event-stream").response.body
    assert not isinstance(body, bytes)
    assert body.read().startswith(b"retry:")
    assert body.read() == b"data: %d\n\n" % baseplate.store.commits.count
    body.close()


def test_a_form_needs_the_word_of_its_session_and_the_right_origin(visitor: Visitor) -> None:
    assert visitor.post("/console/logout/x").status == 404
    assert visitor.get("/console/no/such/page").status == 404


def test_each_page_allows_only_its_own_scripts(visitor: Visitor) -> None:
    page = visitor.get("/console")
    policy = page.header("Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in page.html
    assert "style=" not in page.html


def test_names_from_outside_are_shown_as_text(visitor: Visitor) -> None:
    page = visitor.get("/console/why?name=%3Cscript%3Ealert(1)%3C/script%3E")
    assert page.status == 404
    assert "<script>alert" not in page.html
    assert "&lt;script&gt;alert(1)" in page.html


def test_static_files_are_only_those_of_the_folder(stranger: Visitor) -> None:
    assert stranger.get("/console/static/console.css").status == 200
    for name in ("../keys.py", "..%2Fkeys.py", "nothing.css", "__init__.py"):
        assert stranger.get(f"/console/static/{name}").status == 404


def test_korean_for_who_wants_it(visitor: Visitor) -> None:
    assert 'lang="ko"' in visitor.get("/console", **{"accept-language": "ko-KR,ko;q=0.9,en;q=0.5"}).html
    chosen = visitor.get("/console/preferences?language=ko&theme=dark&back=/console/why")
    assert chosen.location == "/console/why"
    page = visitor.get("/console")
    assert 'lang="ko"' in page.html
    assert 'data-theme="dark"' in page.html
    assert visitor.get("/console/preferences?back=//elsewhere.example").location == "/console"


def test_an_empty_cause_page_says_what_to_do(visitor: Visitor) -> None:
    assert "Paste the ARN" in visitor.get("/console/why").text


def test_the_cause_of_a_group_is_who_made_it(visitor: Visitor, baseplate: Baseplate) -> None:
    baseplate.context().call("sagemaker", "CreateModelPackageGroup", ModelPackageGroupName="flights")
    arn = baseplate.context().arn("sagemaker", "model-package-group/flights")
    page = visitor.get(f"/console/why?name={arn}")
    assert page.status == 200
    assert "principal root" in page.text
    assert 'href="/console/registry/flights"' in page.html


def test_the_host_is_part_of_the_origin_check(visitor: Visitor) -> None:
    assert HOST.endswith(":4599")
    refused = visitor.post("/console/why", origin="http://elsewhere.example")
    assert refused.status in (403, 404)
