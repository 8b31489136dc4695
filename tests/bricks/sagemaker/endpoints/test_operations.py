"""What the operations refuse and keep, before anything runs."""

from __future__ import annotations

from typing import Any

import pytest

VARIANT = {"VariantName": "v", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"ProductionVariants": [{**VARIANT, "ModelName": "none"}]}, "Could not find model"),
        ({"ProductionVariants": [VARIANT]}, "ProductionVariants[0].ModelName: it is needed"),
        ({"ProductionVariants": [{"VariantName": "v", "ModelName": "m"}]}, "InstanceType: it is needed"),
        ({"ProductionVariants": [{**VARIANT, "ModelName": "m"}] * 2}, "'v' is given 2 times"),
        (
            {"ProductionVariants": [{**VARIANT, "ModelName": "m", "InitialVariantWeight": 0.0}]},
            "weights of all variants are 0",
        ),
        (
            {
                "ProductionVariants": [
                    {**VARIANT, "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1}}
                ]
            },
            "serverless endpoints are not there",
        ),
        (
            {"AsyncInferenceConfig": {"OutputConfig": {}}, "ProductionVariants": [{**VARIANT, "ModelName": "m"}]},
            "asynchronous endpoints are not there",
        ),
        (
            {
                "ProductionVariants": [{**VARIANT, "ModelName": "m"}],
                "DataCaptureConfig": {
                    "InitialSamplingPercentage": 1,
                    "DestinationS3Uri": "s3://nowhere/x",
                    "CaptureOptions": [{"CaptureMode": "Input"}],
                },
            },
            "bucket 'nowhere' does not exist",
        ),
    ],
)
def test_a_config_that_cannot_be_served_is_refused(account: Any, request_: Any, words: str) -> None:
    account("CreateModel", ModelName="m", PrimaryContainer={"Image": "python:3.11-slim"})
    error = account.refused(lambda: account("CreateEndpointConfig", EndpointConfigName="c", **request_))
    assert error.code == "ValidationException"
    assert words in error.message


def test_a_config_is_kept_told_listed_and_removed(account: Any) -> None:
    name = account.config(account.model())
    described = account("DescribeEndpointConfig", EndpointConfigName=name)
    assert described["ProductionVariants"][0]["InitialVariantWeight"] == 1.0
    assert described["EndpointConfigArn"].endswith(f":endpoint-config/{name}")
    listed = account("ListEndpointConfigs")["EndpointConfigs"]
    assert [one["EndpointConfigName"] for one in listed] == [name]
    taken = account.refused(lambda: account("CreateEndpointConfig", **_again(described)))
    assert "Cannot create already existing endpoint configuration" in taken.message
    account("DeleteEndpointConfig", EndpointConfigName=name)
    gone = account.refused(lambda: account("DescribeEndpointConfig", EndpointConfigName=name))
    assert "Could not find endpoint configuration" in gone.message
    events = [one["detail-type"] for one in account.baseplate.bus.events()]
    assert events.count("SageMaker Endpoint Config State Change") == 2


def test_an_endpoint_needs_a_config_whose_models_are_there(account: Any) -> None:
    def create(config: str) -> Any:
        return lambda: account("CreateEndpoint", EndpointName="e", EndpointConfigName=config)

    assert "Could not find endpoint configuration" in account.refused(create("none")).message
    model = account.model()
    config = account.config(model)
    account("DeleteModel", ModelName=model)
    assert "Could not find model" in account.refused(create(config)).message


def test_an_endpoint_in_progress_is_neither_updated_nor_deleted(account: Any) -> None:
    config, other = account.config(account.model()), account.config(account.model())
    account("CreateEndpoint", EndpointName="e", EndpointConfigName=config)
    for call in (
        lambda: account("DeleteEndpoint", EndpointName="e"),
        lambda: account("UpdateEndpoint", EndpointName="e", EndpointConfigName=other),
    ):
        assert "Cannot update in-progress endpoint" in account.refused(call).message
    account.settled()
    same = account.refused(lambda: account("UpdateEndpoint", EndpointName="E", EndpointConfigName=config))
    assert "same endpoint configuration" in same.message
    taken = account.refused(lambda: account("CreateEndpoint", EndpointName="E", EndpointConfigName=config))
    assert "Cannot create already existing endpoint" in taken.message


def test_an_update_retains_what_it_is_told_to(account: Any) -> None:
    account.endpoint(account.config(account.model(), variants=[{"InitialInstanceCount": 2}]))
    config = account.config(account.model(), variants=[{"InitialVariantWeight": 5.0}])
    excluded = [{"VariantPropertyType": "DesiredWeight"}]
    described = account.update(config, RetainAllVariantProperties=True, ExcludeRetainedVariantProperties=excluded)
    [variant] = described["ProductionVariants"]
    assert (variant["DesiredInstanceCount"], variant["DesiredWeight"]) == (2, 5.0)


def test_alarms_are_refused_where_nothing_can_tell_of_them(account: Any) -> None:
    account.endpoint(account.config(account.model()))
    alarms = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]}}
    other = account.config(account.model())
    refused = account.refused(
        lambda: account("UpdateEndpoint", EndpointName="e", EndpointConfigName=other, DeploymentConfig=alarms)
    )
    assert "alarms are not there" in refused.message


def _again(described: Any) -> Any:
    return {member: described[member] for member in ("EndpointConfigName", "ProductionVariants")}
