"""Steps answered from the cache, and the plain answer to why one was not."""

from __future__ import annotations

from typing import Any

from tests.bricks.sagemaker.pipelines.builders import definition, function, get, parameter, training

from brickline.baseplate import clock
from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker.pipelines.cache import cache_miss

CACHED = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P1D"}}
MODEL = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")


def pipeline(**step: Any) -> str:
    epochs = parameter("epochs", "Integer", 3)
    first = training("Train", {"epochs": get("Parameters.epochs")}, **{**CACHED, **step})
    return definition(first, training("Next", {"model": MODEL}, **CACHED), parameters=[epochs])


def run_both(world: Any, **given: str) -> str:
    arn = str(world.start(given=given))
    world.train("s3://bucket/first")
    world.train("s3://bucket/second")
    world.wait(arn)
    return arn


def why(world: Any, arn: str, step: str) -> Any:
    return cache_miss(world.baseplate, world.context, arn, step)


def test_unchanged_steps_are_answered_from_the_cache_with_their_properties(world: Any) -> None:
    world.create(pipeline())
    first = run_both(world)
    second = world.start()
    assert world.wait(second)["PipelineExecutionStatus"] == "Succeeded"
    before, after = world.steps(first), world.steps(second)
    for name in ("Train", "Next"):
        assert after[name]["CacheHitResult"] == {"SourcePipelineExecutionArn": first}
        assert after[name]["Metadata"] == before[name]["Metadata"]
        assert why(world, second, name) is None
    hits = [event["detail"] for event in world.events("Step Status Change") if "cacheHitResult" in event["detail"]]
    assert [(hit["stepName"], hit["currentStepStatus"]) for hit in hits] == [
        ("Train", "Succeeded"),
        ("Next", "Succeeded"),
    ]
    assert hits[0]["cacheHitResult"] == {"sourcePipelineExecutionArn": first}


def test_a_changed_argument_misses_and_is_named(world: Any) -> None:
    world.create(pipeline())
    first = run_both(world)
    second = world.start(given={"epochs": "4"})
    world.train("s3://bucket/first")
    world.wait(second)
    assert "CacheHitResult" not in world.steps(second)["Train"]
    assert world.steps(second)["Next"]["CacheHitResult"] == {"SourcePipelineExecutionArn": first}
    miss = why(world, second, "Train")
    assert [tuple(change) for change in miss.changes] == [("HyperParameters.epochs", "3", "4")]
    assert miss.compared_with == first
    line = (
        f'Step \'Train\' is not answered from the cache: since {first} HyperParameters.epochs changed from "3" to "4"'
    )
    assert line in world.log(second.rpartition("/")[2])
    assert "no execution has run it successfully before" in why(world, first, "Train").text


def test_what_is_not_in_the_key_does_not_matter(world: Any) -> None:
    world.create(pipeline())
    run_both(world)
    machine = {"ResourceConfig": {"InstanceType": "ml.m5.4xlarge", "InstanceCount": 2, "VolumeSizeInGB": 9}}
    world("UpdatePipeline", PipelineName="p", PipelineDefinition=pipeline(Arguments=machine))
    assert world.wait(world.start())["PipelineExecutionStatus"] == "Succeeded"


def test_an_old_result_has_expired(world: Any) -> None:
    world.create(pipeline())
    first = run_both(world)
    clock.move(2 * 86400)
    try:
        second = run_both(world)
    finally:
        clock.move(-2 * 86400)
    assert f"the result of {first} is 1728" in why(world, second, "Train").text


def test_without_caching_every_step_runs(world: Any) -> None:
    world.create(pipeline(CacheConfig={"Enabled": False}))
    run_both(world)
    arn = run_both_again(world)
    assert why(world, arn, "Train") is None


def run_both_again(world: Any) -> str:
    arn = str(world.start())
    world.train("s3://bucket/first")
    world.wait(arn)
    assert "CacheHitResult" in world.steps(arn)["Next"]
    return arn


def test_a_failed_run_is_no_answer(world: Any) -> None:
    world.create(pipeline())
    arn = world.start()
    world.finish(world.job(), "Failed", FailureReason="AlgorithmError: bug")
    world.wait(arn)
    run_both(world)


def test_a_function_is_cached_by_its_arguments_and_outputs(world: Any) -> None:
    def text(*outputs: str) -> str:
        return definition(function("Call", *outputs, arguments={"a": 1}, **CACHED))

    answer: Shape = {"Payload": b'{"x": 1, "y": 2}'}
    world.functions.answer = lambda event: answer
    world.create(text("x:Integer"))
    for _ in range(2):
        world.wait(world.start())
    assert world.functions.invoked.qsize() == 1
    world("UpdatePipeline", PipelineName="p", PipelineDefinition=text("x:Integer", "y:Integer"))
    arn = world.start()
    world.wait(arn)
    assert world.functions.invoked.qsize() == 2
    assert "OutputParameters[1] changed from nothing to" in why(world, arn, "Call").text
