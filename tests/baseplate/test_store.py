from __future__ import annotations

import threading

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, update

from brickline.baseplate import schema
from brickline.baseplate.store import LayoutTooNew, Store


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
