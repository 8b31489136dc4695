"""Bricks get places of their own, near what they are joined to."""

from __future__ import annotations

from brickline.console.architecture.grid import place


def test_a_chain_stands_in_one_row() -> None:
    places = place([["a"], ["b"], ["c"]], [("a", "b"), ("b", "c")])
    assert places == {"a": (0, 0), "b": (1, 0), "c": (2, 0)}


def test_two_chains_keep_apart_whatever_the_order() -> None:
    places = place([["a", "x"], ["y", "b"], ["c", "z"]], [("a", "b"), ("b", "c"), ("x", "y"), ("y", "z")])
    assert places["a"][1] == places["b"][1] == places["c"][1] != places["x"][1]
    assert places["x"][1] == places["y"][1] == places["z"][1]


def test_no_two_bricks_share_a_place_and_no_row_is_empty() -> None:
    columns = [[f"{column}{row}" for row in range(6)] for column in "abcd"]
    joints = [(one, other) for one in columns[0] for other in columns[1]] + [("d5", "a0"), ("d0", "b5")]
    places = place(columns, joints)
    assert len(set(places.values())) == 24
    rows = {row for _, row in places.values()}
    assert rows == set(range(len(rows)))


def test_nothing_has_no_places() -> None:
    assert place([], []) == {}
