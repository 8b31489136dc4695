"""Experiments, trials and trial components, by hand and by jobs."""

from __future__ import annotations

from typing import Any

import pytest

from brickline.baseplate.errors import Refused


def refusal(account: Any, operation: str, **request: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        account(operation, **request)
    return refused.value


@pytest.fixture
def tracked(account: Any) -> Any:
    """An account with an experiment `e`, its trial `t`, and a component `c` in it."""
    account("CreateExperiment", ExperimentName="e")
    account("CreateTrial", TrialName="t", ExperimentName="e")
    account("CreateTrialComponent", TrialComponentName="c", Parameters={"depth": {"NumberValue": 3}})
    account("AssociateTrialComponent", TrialComponentName="c", TrialName="t")
    return account


def test_names_are_told_apart_by_error_codes(tracked: Any) -> None:
    for operation, member in (
        ("DescribeExperiment", "ExperimentName"),
        ("DescribeTrial", "TrialName"),
        ("DescribeTrialComponent", "TrialComponentName"),
    ):
        assert refusal(tracked, operation, **{member: "nothing"}).code == "ResourceNotFound"
    taken = refusal(tracked, "CreateExperiment", ExperimentName="E")
    assert (taken.code, "already exists" in taken.message) == ("ValidationException", True)


def test_components_are_listed_by_trial_experiment_and_source(tracked: Any) -> None:
    tracked("CreateTrialComponent", TrialComponentName="alone")

    def names(**request: Any) -> list[str]:
        listed = tracked("ListTrialComponents", **request)["TrialComponentSummaries"]
        return [one["TrialComponentName"] for one in listed]

    assert names(TrialName="t") == names(ExperimentName="e") == ["c"]
    assert names() == ["alone", "c"]
    assert names(SourceArn="arn:aws:sagemaker:us-east-1:123456789012:training-job/x") == []
    listed = tracked("ListTrials", TrialComponentName="c")["TrialSummaries"]
    assert [one["TrialName"] for one in listed] == ["t"]


def test_updating_merges_the_maps(tracked: Any) -> None:
    tracked(
        "UpdateTrialComponent",
        TrialComponentName="c",
        Parameters={"rate": {"StringValue": "slow"}},
        ParametersToRemove=["depth"],
        Status={"PrimaryStatus": "Completed"},
    )
    found = tracked("DescribeTrialComponent", TrialComponentName="c")
    assert found["Parameters"] == {"rate": {"StringValue": "slow"}}
    assert found["Status"] == {"PrimaryStatus": "Completed"}


def test_what_still_holds_something_is_not_deleted(tracked: Any) -> None:
    assert "trial 't'" in refusal(tracked, "DeleteExperiment", ExperimentName="e").message
    assert "trial component 'c'" in refusal(tracked, "DeleteTrial", TrialName="t").message
    assert "disassociate" in refusal(tracked, "DeleteTrialComponent", TrialComponentName="c").message
    tracked("DisassociateTrialComponent", TrialComponentName="c", TrialName="t")
    tracked("DeleteTrialComponent", TrialComponentName="c")
    tracked("DeleteTrial", TrialName="t")
    tracked("DeleteExperiment", ExperimentName="e")
    assert tracked("ListExperiments")["ExperimentSummaries"] == []


def test_metrics_of_a_run_are_summed_up(tracked: Any) -> None:
    data = [{"MetricName": "loss", "Timestamp": 1000 + n, "Step": n, "Value": v} for n, v in enumerate([4.0, 1.0, 2.0])]
    metrics = {"TrialComponentName": "c", "MetricData": data}
    assert tracked.context.call("sagemaker-metrics", "BatchPutMetrics", **metrics) == {"Errors": []}
    (summary,) = tracked("DescribeTrialComponent", TrialComponentName="c")["Metrics"]
    shown = {name: summary[name] for name in ("MetricName", "Count", "Min", "Max", "Last", "TimeStamp")}
    assert shown == {"MetricName": "loss", "Count": 3, "Min": 1.0, "Max": 4.0, "Last": 2.0, "TimeStamp": 1002}
    query = {
        "MetricName": "loss",
        "ResourceArn": tracked("DescribeTrialComponent", TrialComponentName="c")["TrialComponentArn"],
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }
    answer = tracked.context.call("sagemaker-metrics", "BatchGetMetrics", MetricQueries=[query])
    assert answer["MetricQueryResults"] == [
        {"Status": "Complete", "XAxisValues": [0, 1, 2], "MetricValues": [4.0, 1.0, 2.0]}
    ]


def test_a_job_writes_its_own_component_and_lineage(tracked: Any) -> None:
    tracked.put("data/a", "x")
    job = tracked.train(
        run="print('loss=3'); print('loss=1')",
        InputDataConfig=[tracked.channel("train", "s3://bucket/data")],
        HyperParameters={"depth": "5"},
        AlgorithmSpecification={"MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}]},
        ExperimentConfig={"ExperimentName": "e", "TrialName": "t", "TrialComponentDisplayName": "my-run"},
    )
    found = tracked("DescribeTrialComponent", TrialComponentName="job-aws-training-job")
    assert found["DisplayName"] == "my-run"
    assert found["Source"] == {"SourceArn": job["TrainingJobArn"], "SourceType": "SageMakerTrainingJob"}
    assert found["Status"] == {"PrimaryStatus": "Completed"}
    assert found["Parameters"]["depth"] == {"NumberValue": 5.0}
    assert found["Parameters"]["SageMaker.InstanceType"] == {"StringValue": "ml.m5.xlarge"}
    assert found["InputArtifacts"]["train"] == {"Value": "s3://bucket/data"}
    assert found["OutputArtifacts"]["SageMaker.ModelArtifact"]["Value"].endswith("model.tar.gz")
    assert [(one["MetricName"], one["Count"], one["Last"]) for one in found["Metrics"]] == [("loss", 2, 1.0)]
    listed = tracked("ListTrialComponents", TrialName="t")["TrialComponentSummaries"]
    assert {one["TrialComponentName"] for one in listed} == {"c", "job-aws-training-job"}
    model = tracked("ListArtifacts", SourceUri=job["ModelArtifacts"]["S3ModelArtifacts"])["ArtifactSummaries"][0]
    answer = tracked("QueryLineage", StartArns=[model["ArtifactArn"]], Direction="Ascendants", IncludeEdges=True)
    assert {(one["LineageType"], one["Type"]) for one in answer["Vertices"]} == {
        ("TrialComponent", "SageMakerTrainingJob"),
        ("Artifact", "DataSet"),
        ("Artifact", "Image"),
    }


def test_a_job_of_an_experiment_that_is_not_there_is_refused(account: Any) -> None:
    request = account.training_request(run="pass", ExperimentConfig={"ExperimentName": "none"})
    assert refusal(account, "CreateTrainingJob", **request).code == "ResourceNotFound"
