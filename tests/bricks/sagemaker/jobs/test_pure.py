"""The pure cores of jobs, by tables of cases."""

from __future__ import annotations

import gzip
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from brickline.bricks.sagemaker.jobs import layout
from brickline.bricks.sagemaker.jobs.archive import write_archive
from brickline.bricks.sagemaker.jobs.builtin_metrics import metric_definitions
from brickline.bricks.sagemaker.jobs.endings import Remains, ending_of
from brickline.bricks.sagemaker.jobs.metrics import MetricFinder
from brickline.bricks.sagemaker.jobs.reasons import algorithm_error, explaining_line
from brickline.bricks.sagemaker.jobs.sources import (
    InputError,
    Item,
    check_no_conflicts,
    manifest_items,
    relative_path,
    share,
)
from brickline.runtimes import JobState


@pytest.mark.parametrize(
    ("prefix", "key", "path"),
    [
        ("data/", "data/a/b.csv", "a/b.csv"),
        ("data", "data/a/b.csv", "a/b.csv"),
        ("base/input/code", "base/input/code/train.py", "train.py"),
        ("dir/fi", "dir/file1", "file1"),
        ("dir/fi", "dir/files/x", "files/x"),
        ("data/a.csv", "data/a.csv", "a.csv"),
        ("", "a/b", "a/b"),
        ("data/", "data/", None),
        ("data/", "data/folder/", None),
    ],
)
def test_where_an_object_lies(prefix: str, key: str, path: str | None) -> None:
    assert relative_path(prefix, key) == path


@pytest.mark.parametrize("key", ["x/../../etc/passwd", "x/./y", "x//y", "x/" + 256 * "n", "x/a\0b"])
def test_hostile_keys_are_refused(key: str) -> None:
    with pytest.raises(InputError):
        relative_path("x/", key)


def test_a_file_cannot_be_a_folder_too() -> None:
    with pytest.raises(InputError, match="needs a folder"):
        check_no_conflicts([Item("b", "x/a", "a"), Item("b", "x/a/b", "a/b")])


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ('[{"prefix": "s3://b/x/"}, "a", "c/d"]', [("s3://b/x/a", "a"), ("s3://b/x/c/d", "c/d")]),
        ('["s3://b/x/a"]', [("s3://b/x/a", "a")]),
    ],
)
def test_manifests(text: str, items: list[tuple[str, str]]) -> None:
    assert manifest_items(text, "s3://b/m") == items


@pytest.mark.parametrize(
    "text", ["{}", "nothing", "[]", '[{"prefix": "s3://b/"}, 3]', '[{"prefix": "s3://b/"}, "../x"]']
)
def test_bad_manifests(text: str) -> None:
    with pytest.raises(InputError):
        manifest_items(text, "s3://b/m")


def test_shares_are_whole_and_do_not_overlap() -> None:
    shares = [share(range(7), index, 3) for index in range(3)]
    assert shares == [[0, 3, 6], [1, 4], [2, 5]]


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["Traceback (most recent call last):", '  File "a.py"', "ValueError: no", "", "bye"], "ValueError: no"),
        (["pkg.errors.BadThing", "pandas.errors.EmptyDataError: none"], "pandas.errors.EmptyDataError: none"),
        (["segfault"], "segfault"),
        ([], ""),
    ],
)
def test_the_line_that_explains(lines: list[str], line: str) -> None:
    assert explaining_line(lines) == line


@pytest.mark.parametrize(
    ("failure", "lines", "extra", "reason"),
    [
        ("it broke\n", ["x"], "", "AlgorithmError: it broke, exit code: 1"),
        ("", ["KeyError: 1"], "", "AlgorithmError: KeyError: 1, exit code: 1"),
        ("", [], "", "AlgorithmError: See job logs for more information, exit code: 1"),
        ("", [], "Out of memory", "AlgorithmError: Out of memory, exit code: 1"),
        ("", ["python train.py"], "Out of memory", "AlgorithmError: Out of memory, exit code: 1"),
        ("", ["MemoryError", "bye"], "Out of memory", "AlgorithmError: Out of memory. MemoryError, exit code: 1"),
        ("ClientError: no archive", ["x"], "", "ClientError: no archive"),
        (
            "subprocess.CalledProcessError: train.py",
            ["KeyError: 1", "subprocess.CalledProcessError: train.py"],
            "",
            "AlgorithmError: KeyError: 1\nsubprocess.CalledProcessError: train.py, exit code: 1",
        ),
        ("x" * 3000, [], "", f"AlgorithmError: {'x' * 994}, exit code: 1"),
    ],
)
def test_failure_reasons(failure: str, lines: list[str], extra: str, reason: str) -> None:
    assert algorithm_error(failure, 1, lines, extra) == reason


def ended(**members: Any) -> JobState:
    return JobState("ended", **members)


@pytest.mark.parametrize(
    ("states", "stopping", "verdict", "words"),
    [
        ([ended(exit_code=0), ended(exit_code=0)], False, "Completed", ""),
        ([ended(exit_code=0), ended(exit_code=2)], False, "Failed", "exit code: 2"),
        ([ended(exit_code=143, reason="stopped"), ended(exit_code=7)], False, "Failed", "exit code: 7"),
        ([ended(signal=15, reason="stopped")], True, "Stopped", ""),
        ([ended(exit_code=0)], True, "Stopped", ""),
        ([ended(signal=15, reason="timeout")], False, "Stopped", ""),
        ([ended(signal=11)], False, "Failed", "SIGSEGV (signal 11), exit code: 139"),
        (
            [ended(signal=9, reason="memory", message="Out of memory.")],
            False,
            "Failed",
            "Out of memory, exit code: 137",
        ),
        ([ended(reason="lost", message="gone")], False, "Failed", "InternalServerError: gone"),
    ],
)
def test_endings(states: list[JobState], stopping: bool, verdict: str, words: str) -> None:
    hosts = {f"algo-{number}": state for number, state in enumerate(states, 1)}
    ending = ending_of(hosts, {host: Remains() for host in hosts}, stopping)
    assert ending.verdict == verdict
    assert words in ending.reason
    assert ending.exceeded_runtime is (states[0].reason == "timeout")


def test_the_failure_file_of_any_host_counts() -> None:
    states = {"algo-1": ended(exit_code=1), "algo-2": ended(exit_code=1)}
    ending = ending_of(states, {"algo-1": Remains(), "algo-2": Remains(failure="disk of host 2")}, stopping=False)
    assert "disk of host 2" in ending.reason


@pytest.mark.parametrize(
    ("expression", "line", "found"),
    [
        (r"auc=([0-9.]+)", "auc=0.5 auc=0.7", [0.5]),
        (r".*\[[0-9]+\].*#011validation-auc:(\S+)", "[3]#011validation-auc:0.81", [0.81]),
        (r"loss:\t(\S+)", "loss:#0113e-2", [0.03]),
        (r"(\w+)=(\d+)", "a=1", []),
        (r"loss=(\S+)", "loss=none", []),
        (r"loss", "nothing", []),
    ],
)
def test_metrics_in_a_line(expression: str, line: str, found: list[float]) -> None:
    assert [value for _, value in MetricFinder([("m", expression)]).find(line)] == found


def test_the_built_in_algorithm_has_its_metrics() -> None:
    request: dict[str, Any] = {"AlgorithmSpecification": {"TrainingInputMode": "File"}}
    finder = MetricFinder((one["Name"], one["Regex"]) for one in metric_definitions("xgboost", request))
    line = "[3]#011train-auc:0.9#011validation-auc:8.1e-01#011validation-aucpr:0.5"
    assert dict(finder.find(line)) == {"train:auc": 0.9, "validation:auc": 0.81, "validation:aucpr": 0.5}
    assert metric_definitions("sklearn", request) == []
    assert metric_definitions("xgboost", {**request, "HyperParameters": {"sagemaker_program": "train.py"}}) == []


def test_archives_are_ordinary_and_merged(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one / "deep", two):
        folder.mkdir(parents=True)
    random = os.urandom(3 << 20)
    (one / "deep" / "big").write_bytes(random)
    (one / "same").write_text("first")
    (two / "same").write_text("second")
    (two / "link").symlink_to("same")
    os.mkfifo(two / "pipe")
    target = tmp_path / "a.tar.gz"
    write_archive([one, two], target)
    assert gzip.decompress(target.read_bytes())
    with tarfile.open(target) as archive:
        assert archive.getnames() == ["deep", "deep/big", "link", "same"]
        assert archive.extractfile("deep/big").read() == random  # type: ignore[union-attr]
        assert archive.extractfile("same").read() == b"second"  # type: ignore[union-attr]
        assert archive.getmember("link").linkname == "same"


def test_an_empty_folder_makes_an_empty_archive(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_archive([tmp_path / "empty"], tmp_path / "a.tar.gz")
    with tarfile.open(tmp_path / "a.tar.gz") as archive:
        assert archive.getnames() == []


def test_addresses_of_hosts_are_unique_and_on_the_loopback() -> None:
    hosts = layout.host_names(100)
    addresses = [address for job in (1, 2, 131071, 10**6) for address in layout.host_addresses(job, hosts).values()]
    assert len(set(addresses)) == len(addresses)
    for address in addresses:
        first, *others = map(int, address.split("."))
        assert first == 127
        assert 16 <= others[0] <= 255
        assert all(0 <= part <= 255 for part in others)
    assert layout.host_addresses(7, ("algo-1",)) == {"algo-1": "127.0.0.1"}


def test_instance_groups_share_out_the_hosts() -> None:
    groups = [
        {"InstanceGroupName": "big", "InstanceType": "ml.p3.2xlarge", "InstanceCount": 1},
        {"InstanceGroupName": "small", "InstanceType": "ml.m5.large", "InstanceCount": 2},
    ]
    config = layout.resource_config({"InstanceGroups": groups}, "algo-3")
    assert config["hosts"] == ["algo-1", "algo-2", "algo-3"]
    assert (config["current_group_name"], config["current_instance_type"]) == ("small", "ml.m5.large")
    assert config["instance_groups"][1]["hosts"] == ["algo-2", "algo-3"]
