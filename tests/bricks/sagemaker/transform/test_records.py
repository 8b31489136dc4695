"""Records: cut, packed, filtered, joined and put together."""

from __future__ import annotations

from typing import Any

import pytest

from brickline.bricks.sagemaker.transform import json_path
from brickline.bricks.sagemaker.transform.records import (
    Processing,
    RecordError,
    Request,
    assembled,
    filtered_input,
    packed,
    processed,
    split_lines,
)

RECORD = {"id": 7, "features": [1, 2, 3], "more": {"a": 1, "b": 2}}


@pytest.mark.parametrize(
    ("path", "value", "selected"),
    [
        ("$", RECORD, RECORD),
        ("$.id", RECORD, 7),
        ("$['id']", RECORD, 7),
        ('$["id"]', RECORD, 7),
        ("$['id','features']", RECORD, {"id": 7, "features": [1, 2, 3]}),
        ("$.more.b", RECORD, 2),
        ("$.more.*", RECORD, [1, 2]),
        ("$.features[0]", RECORD, 1),
        ("$.features[-1]", RECORD, 3),
        ("$[0, 2]", [1, 2, 3], [1, 3]),
        ("$[1:]", [1, 2, 3], [2, 3]),
        ("$[:2]", [1, 2, 3], [1, 2]),
        ("$[1:-1]", [1, 2, 3], [2]),
        ("$[*]", [1, 2, 3], [1, 2, 3]),
    ],
)
def test_a_path_selects(path: str, value: Any, selected: Any) -> None:
    assert json_path.select(value, json_path.parse(path)) == selected


@pytest.mark.parametrize("path", ["", "id", "$..id", "$[?(@.a)]", "$[", "$.", "$[a]", "$['a' 'b']"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(json_path.BadPath):
        json_path.parse(path)


@pytest.mark.parametrize(
    ("path", "value"), [("$.x", RECORD), ("$[9]", [1]), ("$.x", [1]), ("$[0]", "text"), ("$[1:]", 1)]
)
def test_what_is_not_there_is_told(path: str, value: Any) -> None:
    with pytest.raises(json_path.Absent):
        json_path.select(value, json_path.parse(path))


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ([b"a\nb\n"], [b"a", b"b"]),
        ([b"a\r\n\r\nb"], [b"a", b"b"]),
        ([b"a", b"b\nc", b"\n"], [b"ab", b"c"]),
        ([], []),
        ([b"\n\n"], []),
    ],
)
def test_lines_are_cut_wherever_the_pieces_end(pieces: list[bytes], lines: list[bytes]) -> None:
    assert [*split_lines(pieces, 10)] == lines


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(RecordError, match="a line of more than 10 bytes"):
        [*split_lines(iter([b"x" * 8, b"x" * 8]), 10)]


def processing(content_type: str = "text/csv", accept: str = "text/csv", **data_processing: str) -> Processing:
    return Processing.of(
        {
            "TransformInput": {"ContentType": content_type},
            "TransformOutput": {"Accept": accept},
            "DataProcessing": data_processing,
        }
    )


@pytest.mark.parametrize(
    ("several", "most", "bodies"),
    [(True, 100, [b"a\nb\nc"]), (True, 4, [b"a\nb", b"c"]), (False, 100, [b"a", b"b", b"c"])],
)
def test_records_are_packed(several: bool, most: int, bodies: list[bytes]) -> None:
    requests = [*packed([b"a", b"b", b"c"], most, several=several, processing=processing())]
    assert [request.body for request in requests] == bodies
    assert [record for request in requests for record in request.records] == [b"a", b"b", b"c"]


def test_a_record_that_is_too_large_is_refused() -> None:
    with pytest.raises(RecordError, match="max payload size"):
        [*packed([b"abcdef"], 5, several=True, processing=processing())]


def test_input_filters_shape_what_is_sent() -> None:
    assert filtered_input(b'7,"a,b",2', processing(InputFilter="$[1:]")) == b'"a,b",2'
    json_type = processing("application/json", InputFilter="$.features")
    assert filtered_input(b'{"id": 7, "features": [1]}', json_type) == b"[1]"
    with pytest.raises(RecordError, match="InputFilter"):
        filtered_input(b"[1]", json_type)
    with pytest.raises(RecordError, match="no JSON"):
        filtered_input(b"{", json_type)


@pytest.mark.parametrize(
    ("how", "records", "answer", "out"),
    [
        (processing(), [b"1", b"2"], b"0.1\n0.2\n", b"0.1\n0.2\n"),
        (processing(JoinSource="Input"), [b"1,2", b"3,4"], b"0.1\n0.2\n", b"1,2,0.1\n3,4,0.2"),
        (processing(JoinSource="Input", OutputFilter="$[0,-1]"), [b"1,2"], b"0.1\n", b"1,0.1"),
        (processing(OutputFilter="$[0]"), [b"1"], b"0.1,0.9", b"0.1"),
        (
            processing("application/json", "application/json", JoinSource="Input"),
            [b'{"id": 1}'],
            b'{"score": 2}',
            b'{"id": 1, "SageMakerOutput": {"score": 2}}',
        ),
        (
            processing(
                "application/jsonlines", "application/jsonlines", JoinSource="Input", OutputFilter="$.SageMakerOutput"
            ),
            [b"[1]", b"[2]"],
            b"3\n4\n",
            b"3\n4",
        ),
        (
            processing("application/json", "application/json", JoinSource="Input"),
            [b"[1, 2]"],
            b"[3]",
            b'{"SageMakerInput": [1, 2], "SageMakerOutput": [3]}',
        ),
    ],
)
def test_answers_are_joined_and_filtered(how: Processing, records: list[bytes], answer: bytes, out: bytes) -> None:
    assert processed(answer, Request(b"", tuple(records)), how) == out


def test_answers_that_do_not_fit_the_records_are_refused() -> None:
    with pytest.raises(RecordError, match="2 records were sent, and 1 came back"):
        processed(b"0.1,0.2", Request(b"", (b"1", b"2")), processing(JoinSource="Input"))


def test_answers_are_assembled() -> None:
    assert assembled(b"a", by_line=True) == assembled(b"a\n", by_line=True) == b"a\n"
    assert assembled(b"a", by_line=False) == b"a"
