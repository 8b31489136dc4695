"""From a definition to a graph: what waits for what, where it stands, how it looks."""

from __future__ import annotations

import itertools
import json
import re

from brickline.console.definitions import steps_of
from brickline.console.layers import arrange, reduced
from brickline.console.step_graph import State, draw

DEFINITION = json.dumps(
    {
        "Steps": [
            {"Name": "Prepare", "Type": "Processing", "Arguments": {}},
            {"Name": "Train", "Type": "Training", "Arguments": {"Uri": {"Get": "Steps.Prepare.Outputs['a'].S3Uri"}}},
            {
                "Name": "Good",
                "Type": "Condition",
                "DependsOn": [{"Step": "Prepare", "Trigger": "Any"}],
                "Arguments": {
                    "Conditions": [
                        {"LeftValue": {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Train.PropertyFiles.R"}}}}
                    ],
                    "IfSteps": [
                        {
                            "Name": "Register",
                            "Type": "RegisterModel",
                            "Arguments": {"Model": {"Get": "Steps.Train.Model"}},
                        }
                    ],
                    "ElseSteps": [{"Name": "<Weak>", "Type": "Fail", "Arguments": {}}],
                },
            },
        ]
    }
)


def test_steps_wait_for_what_they_name_read_and_belong_to() -> None:
    steps = {step.name: step for step in steps_of(DEFINITION)}
    assert {name: step.needs for name, step in steps.items()} == {
        "Prepare": (),
        "Train": ("Prepare",),
        "Good": ("Prepare", "Train"),
        "Register": ("Train", "Good"),
        "<Weak>": ("Good",),
    }
    assert (steps["Register"].branch, steps["<Weak>"].branch) == ("true", "false")
    assert "IfSteps" not in steps["Good"].arguments


def test_needless_edges_are_left_out() -> None:
    assert reduced({"a": (), "b": ("a",), "c": ("a", "b"), "d": ("a", "c")}) == {
        "a": [],
        "b": ["a"],
        "c": ["b"],
        "d": ["c"],
    }


def test_nodes_lie_below_what_they_need_and_apart_from_each_other() -> None:
    needs = {"a": (), "b": ("a",), "c": ("a",), "d": ("b",), "e": ("d", "c"), "f": ()}
    layout = arrange(needs)
    for name, above in needs.items():
        assert all(layout.places[one][1] < layout.places[name][1] for one in above)
    for layer in range(layout.depth):
        columns = sorted(column for column, own in layout.places.values() if own == layer)
        assert all(right - left >= 0.999 for left, right in itertools.pairwise(columns))


def test_an_edge_past_a_layer_has_a_way_of_its_own() -> None:
    layout = arrange({"a": (), "b": ("a",), "c": ("b",), "x": ("a",), "z": ("c", "x")})
    path = next(path for path in layout.paths if path[0][0] == "x" and path[-1][0] == "z")
    assert [layer for _, _, layer in path] == [1, 2, 3]


def test_a_graph_of_nothing_and_of_a_hundred_steps() -> None:
    assert arrange({}).depth == 0
    chain = {f"s{index}": (f"s{index - 1}",) if index else () for index in range(100)}
    assert arrange(chain).depth == 100


def test_the_graph_shows_each_step_with_its_status_and_names_as_text() -> None:
    steps = steps_of(DEFINITION)
    drawn = draw(steps, {"Train": State("Failed", "3.40 s", "/console/x?a=1&b=2", is_chosen=True)}, "p")
    assert re.search(
        '<a class="step bad chosen" href="/console/x\\?a=1&amp;b=2" aria-label="Train, Training, Failed', drawn
    )
    assert "&lt;Weak&gt;" in drawn
    assert "<Weak>" not in drawn
    assert drawn.count("<path") == 4
