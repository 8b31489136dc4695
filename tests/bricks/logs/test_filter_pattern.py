from __future__ import annotations

import pytest

from brickline.bricks.logs.filter_pattern import PatternError, compile_pattern

PLAIN = "[ERROR] 400 BAD REQUEST: access denied"
JSON = (
    '{"level": "ERROR", "status": 404, "user": {"id": 7, "tags": ["a", "b"]}, "ok": false, "note": null, "a-b": "x y"}'
)

CASES = [
    ("", PLAIN, True),
    ("ERROR", PLAIN, True),
    ("error", PLAIN, False),
    ("ERROR REQUEST", PLAIN, True),
    ("ERROR missing", PLAIN, False),
    ('"access denied"', PLAIN, True),
    ('"denied access"', PLAIN, False),
    ('"say \\"hi\\""', 'they say "hi"', True),
    ("ERROR -400", PLAIN, False),
    ('ERROR -"not there"', PLAIN, True),
    ("?WARN ?ERROR", PLAIN, True),
    ("?WARN ?INFO", PLAIN, False),
    ("REQUEST ?WARN", PLAIN, True),
    (r"%4\d\d%", PLAIN, True),
    (r"%5\d\d%", PLAIN, False),
    ('{ $.level = "ERROR" }', JSON, True),
    ("{ $.level = ERROR }", JSON, True),
    ('{ $.level != "ERROR" }', JSON, False),
    ("{ $.absent != 1 }", JSON, False),
    ("{ $.level = ERR* }", JSON, True),
    ("{ $.status = 404 }", JSON, True),
    ("{ $.status = 4* }", JSON, True),
    ("{ $.status >= 400 && $.status < 500 }", JSON, True),
    ("{ $.status > 4.1e2 }", JSON, False),
    ("{ $.user.id = 7 }", JSON, True),
    ("{ $.user.tags[1] = b }", JSON, True),
    ("{ $.user.tags[2] = b }", JSON, False),
    ("{ $.['a-b'] = \"x y\" }", JSON, True),
    ("{ $.ok IS FALSE }", JSON, True),
    ("{ $.ok IS TRUE }", JSON, False),
    ("{ $.note IS NULL }", JSON, True),
    ("{ $.absent IS NULL }", JSON, False),
    ("{ $.absent NOT EXISTS }", JSON, True),
    ("{ $.level NOT EXISTS }", JSON, False),
    ("{ $.status = 1 || ($.ok IS FALSE && $.level = ERROR) }", JSON, True),
    ("{ $.status = 1 && $.ok IS FALSE || $.level = ERROR }", JSON, True),
    ("{ $.level = %^ERR% }", JSON, True),
    ('{ $.level = "ERROR" }', "not JSON", False),
]


@pytest.mark.parametrize(("pattern", "message", "expected"), CASES)
def test_a_pattern_matches_as_the_user_guide_says(pattern: str, message: str, expected: bool) -> None:
    assert compile_pattern(pattern)(message) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        '"open',
        "{ $.a = 1",
        "{ a = 1 }",
        "{ $.a IS MAYBE }",
        "{ $.a < x }",
        "{ $.a = 1 } b",
        "%(%",
        "{ $.a = %(% }",
        "[a]",
    ],
)
def test_a_text_that_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)
