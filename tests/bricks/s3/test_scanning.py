"""The object index against a model of plain dictionaries, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from brickline.baseplate.brick import Shape
from brickline.baseplate.kinds import Resource
from brickline.baseplate.store import Store
from brickline.bricks.s3 import index, schema
from brickline.bricks.s3.index import NULL, Entry
from brickline.bricks.s3.places import new_entry
from brickline.bricks.s3.scanning import Prefix, Range, after_key, common_prefix, from_key, scan, successor

_numbers = count(1)

KEYS = st.text(alphabet="ab/.é\ud7ff\ue000\uffff\U0001f600\U0010ffff", min_size=1, max_size=4)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), KEYS),
        st.tuples(st.just("mark"), KEYS),
        st.tuples(st.just("remove"), KEYS, st.integers(0, 3)),
        st.tuples(st.sampled_from(["Enabled", "Suspended"])),
    ),
    max_size=25,
)
Version = tuple[str, bool]
"""Its id, and whether it is a delete marker."""


def _bucket(status: str = "") -> Resource:
    documents: Shape = {"bucket_versioning": {"Status": status}} if status else {}
    empty: Shape = {}
    return Resource(
        id=next(_numbers),
        **dict.fromkeys(("kind", "account", "region", "parent", "name", "arn", "status", "cause"), ""),
        created=0.0,
        modified=0.0,
        unfinished=False,
        owner=0,
        document=empty,
        private={"documents": documents},
        tags={},
    )


@pytest.fixture
def index_store(store: Store) -> Store:
    store.add_tables(*schema.TABLES)
    return store


def _entry(key: str, file: str = "f", *, is_marker: bool = False) -> Entry:
    entry = new_entry(key, "" if is_marker else file, 0, "", {})
    return index.as_marker(entry) if is_marker else entry


class Model:
    """Versions of keys, newest first."""

    def __init__(self) -> None:
        self.versions: dict[str, list[Version]] = {}

    def add(self, key: str, version: str, is_marker: bool) -> None:
        others = [found for found in self.versions.get(key, []) if version != NULL or found[0] != NULL]
        self.versions[key] = [(version, is_marker), *others]

    def remove(self, key: str, version: str) -> None:
        self.versions[key] = [found for found in self.versions[key] if found[0] != version]

    def shown(self) -> list[str]:
        return sorted(key for key, found in self.versions.items() if found and not found[0][1])


def _apply(store: Store, bucket: Resource, model: Model, step: tuple[object, ...]) -> Resource:
    match step:
        case ("put" | "mark" as what, str(key)):
            with store.write() as connection:
                version, _ = index.add(connection, bucket, _entry(key, is_marker=what == "mark"))
            model.add(key, version, what == "mark")
        case ("remove", str(key), int(position)) if position < len(model.versions.get(key, [])):
            version, is_marker = model.versions[key][position]
            with store.write() as connection:
                assert index.remove(connection, bucket, key, version) == ([] if is_marker else ["f"])
            model.remove(key, version)
        case (str(status),):
            return replace(bucket, private={"documents": {"bucket_versioning": {"Status": status}}})
    return bucket


def _rolled_up(keys: list[str], prefix: str, delimiter: str, after: str) -> Iterator[str | Prefix]:
    seen = ""
    for key in keys:
        common = common_prefix(key, prefix, delimiter)
        if not key.startswith(prefix) or key <= after or (common and common in (seen, after)):
            continue
        seen = common
        yield Prefix(common) if common else key


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=STEPS,
    prefix=st.one_of(st.just(""), KEYS),
    delimiter=st.sampled_from(["", "/", "a/", "é"]),
    after=st.one_of(st.just(""), KEYS),
    size=st.integers(1, 4),
)
def test_what_is_listed_is_what_was_put(
    index_store: Store, steps: list[tuple[object, ...]], prefix: str, delimiter: str, after: str, size: int
) -> None:
    bucket, model = _bucket(), Model()
    for step in steps:
        bucket = _apply(index_store, bucket, model, step)
    wanted = Range(bucket.id, prefix, delimiter)
    found = [
        item if isinstance(item, Prefix) else item.key for item in scan(index_store, wanted, after_key(after), size)
    ]
    assert found == list(_rolled_up(model.shown(), prefix, delimiter, after))
    everything = scan(index_store, Range(bucket.id, all_versions=True), from_key(""), size)
    assert [
        (item.key, item.version, item.is_marker, item.is_latest) for item in everything if isinstance(item, Entry)
    ] == [
        (key, *version, version == versions[0])
        for key, versions in sorted(model.versions.items())
        for version in versions
    ]
    with index_store.read() as connection:
        for key, versions in model.versions.items():
            latest = index.latest(connection, bucket, key)
            assert (latest and (latest.version, latest.is_marker)) == (versions[0] if versions else None)


@given(KEYS, KEYS)
def test_the_successor_of_a_prefix_is_greater_than_all_that_begins_with_it_and_no_other(prefix: str, text: str) -> None:
    following = successor(prefix)
    if following is None:
        assert set(prefix) == {"\U0010ffff"}
    else:
        assert (prefix <= text < following) == text.startswith(prefix)


def test_a_list_with_a_delimiter_reads_few_of_the_rows_below_a_prefix(index_store: Store) -> None:
    bucket = _bucket()
    with index_store.write() as connection:
        for folder in range(20):
            for name in range(100):
                index.add(connection, bucket, _entry(f"{folder:02}/{name:03}"))
    read = []
    event.listen(index_store.engine, "before_cursor_execute", lambda *call: read.append(call[3]))
    found = list(scan(index_store, Range(bucket.id, delimiter="/"), after_key(""), 1001))
    assert found == [Prefix(f"{folder:02}/") for folder in range(20)]
    assert len(read) <= 21, "one look for each prefix"
