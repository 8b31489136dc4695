"""boto3 over every wire protocol that CloudWatch has: put, read, list, and be refused."""

import datetime

import boto3
from botocore.exceptions import ClientError
from botocore.session import Session

NOW = datetime.datetime.now(datetime.UTC).replace(second=0, microsecond=0)
SPAN = {"StartTime": NOW - datetime.timedelta(minutes=10), "EndTime": NOW + datetime.timedelta(minutes=10)}


def client(protocol: str):
    """A client that speaks this protocol, however many others its model has."""
    session = Session()
    loader = session.get_component("data_loader")
    load = loader.load_service_model

    def load_with_protocol(service, kind, *arguments, **options):
        model = load(service, kind, *arguments, **options)
        if kind == "service-2":
            model = {**model, "metadata": {**model["metadata"], "protocol": protocol, "protocols": [protocol]}}
        return model

    loader.load_service_model = load_with_protocol
    return boto3.Session(botocore_session=session).client("cloudwatch")


for protocol in ("smithy-rpc-v2-cbor", "json", "query"):
    watch = client(protocol)
    assert watch.meta.service_model.resolved_protocol == protocol
    dimensions = [{"Name": "Protocol", "Value": protocol}]
    datum = {"MetricName": "latency", "Dimensions": dimensions, "Timestamp": NOW, "Unit": "Milliseconds"}
    watch.put_metric_data(
        Namespace="clients",
        MetricData=[{**datum, "Values": [1.0, 2.0, 4.0], "Counts": [1.0, 1.0, 2.0]}, {**datum, "Value": 9.5}],
    )
    metric = {"Namespace": "clients", "MetricName": "latency", "Dimensions": dimensions}
    asked = {**metric, **SPAN, "Period": 60}
    (point,) = watch.get_metric_statistics(**asked, Statistics=["Sum", "SampleCount", "Maximum"])["Datapoints"]
    assert (point["Timestamp"], point["Unit"]) == (NOW, "Milliseconds"), point
    assert (point["Sum"], point["SampleCount"], point["Maximum"]) == (20.5, 5.0, 9.5), point
    (point,) = watch.get_metric_statistics(**asked, ExtendedStatistics=["p50"])["Datapoints"]
    assert abs(point["ExtendedStatistics"]["p50"] - 4) < 0.05, point

    queries = [
        {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, "ReturnData": False},
        {"Id": "e", "Expression": "m * 2", "Label": "twice"},
    ]
    (result,) = watch.get_metric_data(MetricDataQueries=queries, **SPAN)["MetricDataResults"]
    assert (result["Label"], result["Values"], result["Timestamps"]) == ("twice", [41.0], [NOW]), result

    listed = watch.list_metrics(Namespace="clients", Dimensions=dimensions)["Metrics"]
    assert listed == [metric], listed
    try:
        watch.put_metric_data(Namespace="AWS/Mine", MetricData=[{"MetricName": "m", "Value": 1.0}])
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidParameterValue", error.response
        assert isinstance(error, watch.exceptions.InvalidParameterValueException), type(error)
    else:
        raise AssertionError("a refusal was expected")
print("done")
