from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, event, func, insert, inspect, select, update
from sqlalchemy.exc import IntegrityError

from brickline.baseplate import schema
from brickline.baseplate.store import LayoutTooNew, Store, StoreFailed


def _add(store: Store, token: str) -> None:
    with store.write() as connection:
        connection.execute(
            insert(schema.tokens).values(account="1", region="r", operation="o", token=token, response="{}", created=0)
        )


def _count(store: Store) -> int:
    with store.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(schema.tokens)) or 0)


def test_a_transaction_that_raises_leaves_nothing_and_runs_no_action(store: Store) -> None:
    ran: list[str] = []

    def fail_midway() -> None:
        with store.write():
            store.after_commit(lambda: ran.append("x"))
            _add(store, "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_midway()
    assert _count(store) == 0
    assert ran == []


def test_actions_run_after_the_outermost_commit(store: Store) -> None:
    seen: list[int] = []
    with store.write():
        with store.write():
            store.after_commit(lambda: seen.append(_count(store)))
            _add(store, "a")
        _add(store, "b")
        assert seen == []
    assert seen == [2]


def test_a_part_that_raises_leaves_nothing_though_the_rest_is_committed(store: Store) -> None:
    notes = Table("notes_of_a_part", MetaData(), Column("id", Integer, primary_key=True))
    ran: list[str] = []

    def fail_midway() -> None:
        with store.write():
            store.add_tables(notes)
            store.after_commit(lambda: ran.append("part"))
            _add(store, "part")
            raise RuntimeError

    with store.write():
        _add(store, "before")
        store.after_commit(lambda: ran.append("before"))
        with pytest.raises(RuntimeError):
            fail_midway()
        _add(store, "after")
    assert _count(store) == 2
    assert ran == ["before"]
    with store.read() as connection:
        assert connection.execute(select(notes)).all() == [], "tables stay: their brick will not make them again"


def test_a_statement_that_fails_in_a_part_does_not_spoil_the_rest(store: Store) -> None:
    with store.write():
        _add(store, "a")
        with pytest.raises(IntegrityError), store.write():
            _add(store, "a")
        _add(store, "b")
    assert _count(store) == 2


def test_an_action_that_raises_keeps_neither_the_others_nor_the_caller(store: Store) -> None:
    ran: list[str] = []

    def explode() -> None:
        raise RuntimeError

    with store.write():
        _add(store, "a")
        store.after_commit(explode)
        store.after_commit(lambda: ran.append("x"))
    assert ran == ["x"]
    assert _count(store) == 1


def test_an_action_may_write(store: Store) -> None:
    with store.write():
        store.after_commit(lambda: _add(store, "b"))
        _add(store, "a")
    assert _count(store) == 2


def test_another_thread_writes_on_after_one_that_raised_deep_inside(store: Store) -> None:
    def explode() -> None:
        with store.write(), store.write(), store.read():
            _add(store, "a")
            raise RuntimeError

    def fail() -> None:
        with pytest.raises(RuntimeError):
            explode()

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    _add(store, "b")
    assert _count(store) == 1


@pytest.mark.parametrize(
    ("pragma", "says"),
    [("query_only = 1", "readonly.*give this user the right"), ("max_page_count = 1", "is full.*room")],
)
def test_a_store_that_cannot_be_written_says_why_and_what_to_do(tmp_path: Path, pragma: str, says: str) -> None:
    store = Store(f"sqlite:///{tmp_path / 'state.db'}")
    event.listen(store.engine, "begin", lambda connection: connection.exec_driver_sql(f"PRAGMA {pragma}"))
    with pytest.raises(StoreFailed, match=says):
        _add(store, "x" * 100_000)
    assert _count(store) == 0
    store.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql+psycopg://nobody@127.0.0.1:1/brickline", "refused.*is the server of --store running"),
        ("postgres//nonsense", "Could not parse.*write it as postgresql"),
        ("mysql://root@127.0.0.1/x", "a mysql database cannot be the store; write it as postgresql"),
        ("postgresql+nonsense://u@127.0.0.1/x", "nonsense.*write it as postgresql"),
        ("sqlite:////nowhere/at/all/state.db", "unable to open database file; is the data folder there"),
    ],
)
def test_a_store_that_cannot_be_reached_is_one_line_with_a_cure(url: str, says: str) -> None:
    with pytest.raises(StoreFailed, match=says) as failed:
        Store(url)
    assert "\n" not in str(failed.value)


def test_an_action_outside_of_a_transaction_runs_at_once(store: Store) -> None:
    seen: list[str] = []
    store.after_commit(lambda: seen.append("x"))
    assert seen == ["x"]


def test_a_reader_sees_its_own_threads_transaction_and_no_other(store: Store) -> None:
    counts: list[int] = []
    with store.write():
        _add(store, "a")
        assert _count(store) == 1
        other = threading.Thread(target=lambda: counts.append(_count(store)))
        other.start()
        other.join()
    assert counts == [0]
    assert _count(store) == 1


def test_writers_wait_for_each_other(store: Store) -> None:
    def add_many(name: str) -> None:
        for number in range(20):
            with store.write():
                before = _count(store)
                _add(store, f"{name}{number}")
                assert _count(store) == before + 1

    threads = [threading.Thread(target=add_many, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _count(store) == 80


def test_a_later_layout_is_refused(store: Store, store_url: str) -> None:
    with store.write() as connection:
        connection.execute(update(schema.layout).values(version=schema.VERSION + 1))
    with pytest.raises(LayoutTooNew, match="newer version"):
        Store(store_url)


def test_sqlite_is_durable_and_lets_readers_in(store: Store) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("pragmas are SQLite's")
    with store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_tables_added_in_a_transaction_that_fails_are_there_nevertheless(store: Store) -> None:
    notes = Table("late_notes", MetaData(), Column("id", Integer, primary_key=True))

    def fail_midway() -> None:
        with store.write():
            store.add_tables(notes)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_midway()
    with store.read() as connection:
        assert connection.execute(select(notes)).all() == []


def test_an_earlier_layout_is_upgraded(store: Store, store_url: str) -> None:
    with store.write() as connection:
        for index in ("resources_by_cause", "outbox_by_cause"):
            connection.exec_driver_sql(f"DROP INDEX {index}")
        for table, column in _added_in(2):
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute(update(schema.layout).values(version=1))
    store.close()
    upgraded = Store(store_url)
    found = inspect(upgraded.engine)
    for table, column in _added_in(2):
        assert column in {each["name"] for each in found.get_columns(table)}
    with upgraded.read() as connection:
        assert connection.scalar(select(schema.layout.c.version)) == schema.VERSION
    upgraded.close()


def _added_in(version: int) -> list[tuple[str, str]]:
    """The tables and columns that an upgrade adds."""
    words = [statement.split() for statement in schema.UPGRADES[version]]
    return [(word[2], word[5]) for word in words if word[:2] == ["ALTER", "TABLE"]]
