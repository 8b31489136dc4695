from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from brickline.baseplate import listing
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Kind, Listing
from brickline.baseplate.resources import Resources, resource_by_arn

JOB = Kind(
    service="sagemaker",
    name="training-job",
    name_member="TrainingJobName",
    arn_member="TrainingJobArn",
    arn="training-job/{name}",
    missing=("ValidationException", "Requested resource {name} not found."),
    taken=("ResourceInUse", "Job name {arn} must be unique."),
    status_member="TrainingJobStatus",
    modified_member="LastModifiedTime",
    ignores_case=True,
    listing=Listing("TrainingJobSummaries", filters={"Tag": lambda job, value: job.tags.get("t") == value}),
)


@pytest.fixture
def jobs(make_baseplate: Callable[..., Baseplate]) -> Resources:
    return Resources(make_baseplate({}), JOB)


@pytest.fixture
def context(jobs: Resources) -> Context:
    return jobs._baseplate.context()


def _names(answer: dict[str, Any]) -> list[str]:
    return [job["TrainingJobName"] for job in answer["TrainingJobSummaries"]]


def test_create_writes_name_arn_and_times_into_the_document(jobs: Resources, context: Context) -> None:
    made = jobs.create(context, "Train", {"TrainingJobStatus": "InProgress"}, tags={"a": "b"})
    found = jobs.get(context, "train")
    assert found == made
    assert found.document["TrainingJobArn"] == "arn:aws:sagemaker:us-east-1:123456789012:training-job/Train"
    assert found.document["CreationTime"] == found.document["LastModifiedTime"] == found.created
    assert (found.status, found.tags) == ("InProgress", {"a": "b"})


def test_a_taken_name_is_refused_with_the_kinds_error(jobs: Resources, context: Context) -> None:
    jobs.create(context, "train", {})
    with pytest.raises(Refused, match="training-job/TRAIN must be unique") as refused:
        jobs.create(context, "TRAIN", {})
    assert refused.value.code == "ResourceInUse"


def test_a_missing_name_is_refused_with_the_kinds_error(jobs: Resources, context: Context) -> None:
    with pytest.raises(Refused, match="Requested resource x not found"):
        jobs.get(context, "x")


def test_accounts_and_regions_are_kept_apart(jobs: Resources, context: Context) -> None:
    jobs.create(context, "a", {})
    assert jobs.find(jobs._baseplate.context(account="210987654321"), "a") is None
    assert jobs.find(jobs._baseplate.context(region="eu-west-1"), "a") is None


def test_arns_are_found_whatever_their_case(jobs: Resources, context: Context) -> None:
    made = jobs.create(context, "Train", {})
    assert jobs.by_arn(made.arn.lower()) == made
    assert resource_by_arn(jobs._baseplate.store, made.arn.upper()) == made


def test_a_change_that_raises_is_not_saved(jobs: Resources, context: Context) -> None:
    jobs.create(context, "a", {"TrainingJobStatus": "InProgress"})

    def fail_midway() -> None:
        with jobs.change(context, "a") as job:
            job.document["TrainingJobStatus"] = "Failed"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_midway()
    assert jobs.get(context, "a").status == "InProgress"


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
@pytest.mark.parametrize("sort", ["Name", "CreationTime", "Status"])
def test_pages_follow_each_other_without_gap_or_repetition(
    jobs: Resources, context: Context, sort: str, order: str
) -> None:
    for number in range(25):
        jobs.create(context, f"job-{number:02}", {"TrainingJobStatus": "Failed" if number % 3 else "Completed"})
    request: dict[str, Any] = {"SortBy": sort, "SortOrder": order, "MaxResults": 7}
    seen: list[str] = []
    while True:
        answer = jobs.page(context, request)
        assert len(answer["TrainingJobSummaries"]) <= 7
        seen += _names(answer)
        if "NextToken" not in answer:
            break
        request["NextToken"] = answer["NextToken"]
    assert sorted(seen) == [f"job-{number:02}" for number in range(25)]
    if sort != "Status":
        assert seen == sorted(seen, reverse=order == "Descending")


def test_filters_of_a_list_go_together(jobs: Resources, context: Context) -> None:
    for number in range(30):
        status = "Failed" if number % 2 else "Completed"
        jobs.create(context, f"job-{number:02}", {"TrainingJobStatus": status}, tags={"t": str(number % 5)})
    request = {"NameContains": "JOB-1", "StatusEquals": "Failed", "Tag": "3", "MaxResults": 5}
    assert _names(jobs.page(context, request)) == ["job-13"]
    middle = jobs.get(context, "job-15").created
    assert len(_names(jobs.page(context, {"CreationTimeAfter": middle, "MaxResults": 100}))) == 14


@pytest.mark.parametrize("rare", [0, 3, 100])
def test_a_status_that_few_or_many_have_gives_the_same_pages(
    jobs: Resources, context: Context, monkeypatch: pytest.MonkeyPatch, rare: int
) -> None:
    monkeypatch.setattr(listing, "_RARE", rare)
    for number in range(20):
        status = "Failed" if number in (3, 7, 11) else "Completed"
        jobs.create(context, f"job-{number:02}", {"TrainingJobStatus": status})
    request = {"StatusEquals": "Failed", "SortBy": "Name", "SortOrder": "Descending", "MaxResults": 2}
    first = jobs.page(context, request)
    assert _names(first) == ["job-11", "job-07"]
    assert _names(jobs.page(context, {**request, "NextToken": first["NextToken"]})) == ["job-03"]
    assert _names(jobs.page(context, {**request, "StatusEquals": "Stopped"})) == []


def test_name_contains_takes_wildcards_literally(jobs: Resources, context: Context) -> None:
    jobs.create(context, "a_b", {})
    jobs.create(context, "axb", {})
    assert _names(jobs.page(context, {"NameContains": "a_b"})) == ["a_b"]


def test_name_contains_minds_the_case_where_names_do(
    make_baseplate: Callable[..., Baseplate], context: Context
) -> None:
    exact = Resources(make_baseplate({}), replace(JOB, ignores_case=False))
    exact.create(context, "Train", {})
    assert _names(exact.page(context, {"NameContains": "train"})) == []
    assert _names(exact.page(context, {"NameContains": "rain"})) == ["Train"]


def test_a_test_that_few_rows_pass_ends_a_page_early_with_a_token(
    jobs: Resources, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_MOST_LOOKED_AT", 20)
    for number in range(50):
        jobs.create(context, f"job-{number:02}", {}, tags={"t": "rare"} if number in (0, 45) else {})
    request: dict[str, Any] = {"Tag": "rare", "SortBy": "Name", "SortOrder": "Ascending"}
    pages = []
    while True:
        answer = jobs.page(context, request)
        pages.append(_names(answer))
        if "NextToken" not in answer:
            break
        request["NextToken"] = answer["NextToken"]
    assert pages == [["job-00"], [], ["job-45"]]


def test_a_token_of_another_order_is_refused(jobs: Resources, context: Context) -> None:
    for number in range(3):
        jobs.create(context, f"job-{number}", {})
    token = jobs.page(context, {"SortBy": "Name", "MaxResults": 1})["NextToken"]
    with pytest.raises(Refused, match="another order"):
        jobs.page(context, {"SortBy": "CreationTime", "NextToken": token})


def test_lists_are_answered_from_an_index_without_sorting(jobs: Resources, context: Context) -> None:
    """What makes page 1 of a million rows cost what page 1 of a hundred costs."""
    for number in range(3):
        jobs.create(context, f"job-{number}", {"TrainingJobStatus": "Failed"})
    store = jobs._baseplate.store
    asked: list[tuple[str, Any]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    for sort in ("Name", "CreationTime", "Status"):
        for order in ("Ascending", "Descending"):
            request = {"SortBy": sort, "SortOrder": order, "MaxResults": 1}
            jobs.page(context, {**request, "NextToken": jobs.page(context, request)["NextToken"]})
    jobs.page(context, {"StatusEquals": "Failed", "SortBy": "CreationTime"})
    for statement, values in asked.copy():
        with store.read() as connection:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert len(plan) == 1, plan
        assert plan[0].startswith("SEARCH resources USING INDEX"), plan


def test_lists_over_every_parent_sort_an_index_and_not_the_rows(jobs: Resources, context: Context) -> None:
    for number in range(3):
        jobs.create(context, f"job-{number}", {}, parent=f"parent-{number % 2}")
    store = jobs._baseplate.store
    asked: list[tuple[str, Any]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    request: dict[str, Any] = {"SortBy": "CreationTime", "SortOrder": "Ascending", "MaxResults": 2}
    first = jobs.page(context, request, None)
    second = jobs.page(context, {**request, "NextToken": first["NextToken"]}, None)
    assert [*_names(first), *_names(second)] == ["job-0", "job-1", "job-2"]
    assert "NextToken" not in second
    for statement, values in asked.copy():
        with store.read() as connection:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        looked_up = [step for step in plan if "SEARCH resources" in step]
        assert ["COVERING INDEX" in step or "PRIMARY KEY" in step for step in looked_up] == [True, True], plan


def test_saving_leaves_identity_alone_and_an_arn_can_change(jobs: Resources, context: Context) -> None:
    made = jobs.create(context, "a", {})
    with jobs.change(context, "a") as job:
        job.arn = "arn:aws:iam::1:user/path/A"
        job.name = "never written"
    found = jobs.by_arn("arn:aws:iam::1:user/path/a")
    assert found is not None
    assert (found.id, found.name) == (made.id, "a")


def test_a_foreign_token_is_refused(jobs: Resources, context: Context) -> None:
    with pytest.raises(Refused, match="NextToken"):
        jobs.page(context, {"NextToken": "nonsense"})


def test_once_gives_the_same_answer_for_the_same_token(jobs: Resources, context: Context) -> None:
    baseplate, calls = jobs._baseplate, []

    def make() -> dict[str, Any]:
        calls.append(1)
        return {"Number": len(calls)}

    assert baseplate.once(context, "Start", "t1", make) == {"Number": 1}
    assert baseplate.once(context, "Start", "t1", make) == {"Number": 1}
    assert baseplate.once(context, "Start", "t2", make) == {"Number": 2}
    assert baseplate.once(context, "Start", None, make) == {"Number": 3}
