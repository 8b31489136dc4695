"""Endpoints over real processes: created, updated, rolled back, deleted, taken up again."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.endpoints import instances

SAYS = "def answer(path, headers, body):\n    return 200, {{'Content-Type': 'text/plain'}}, b'{}'\n"
FAILS = "raise ValueError('no such model')"
CRASHES = "def answer(path, headers, body):\n    import os\n    os._exit(3)\n"


def says(text: str) -> str:
    return SAYS.format(text)


def test_an_endpoint_is_created_answers_and_is_deleted(account: Any) -> None:
    config = account.config(account.model(says("one")))
    account("CreateEndpoint", EndpointName="e", EndpointConfigName=config, Tags=[{"Key": "a", "Value": "b"}])
    assert account.describe()["EndpointStatus"] == "Creating"
    described = account.settled()
    assert described["EndpointStatus"] == "InService"
    assert "PendingDeploymentSummary" not in described
    [variant] = described["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (1, 1)
    answer = account.invoke(b"x", ContentType="text/csv")
    assert (answer["Body"], answer["ContentType"], answer["InvokedProductionVariant"]) == (b"one", "text/plain", "v0")
    account("DeleteEndpoint", EndpointName="e")
    account.wait(lambda: not account("ListEndpoints")["Endpoints"])
    assert "Could not find endpoint" in account.refused(account.describe).message
    assert account.statuses() == ["CREATING", "IN_SERVICE", "DELETING"]
    missing = account.refused(account.invoke)
    assert (missing.code, missing.message) == ("ValidationError", "Endpoint e of account 123456789012 not found.")


def test_an_endpoint_whose_container_ends_has_failed_and_says_why(account: Any) -> None:
    described = account.endpoint(account.config(account.model(FAILS)))
    assert described["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in described["FailureReason"]
    assert "ValueError: no such model" in described["FailureReason"]
    [(stream, lines)] = account.log().items()
    assert stream.startswith("v0/i-0")
    assert lines[-1] == "ValueError: no such model"
    assert "not found" in account.refused(account.invoke).message


def test_an_update_replaces_every_instance_and_loses_no_request(account: Any) -> None:
    account.endpoint(account.config(account.model(says("old")), variants=[{"InitialInstanceCount": 2}]))
    with Load(account) as load:
        described = account.update(account.config(account.model(says("new"))))
        load.wait_for("new")
    assert described["EndpointStatus"] == "InService"
    assert load.failures == []
    assert account.said() == "new"
    assert account.statuses() == ["CREATING", "IN_SERVICE", "UPDATING", "IN_SERVICE"]
    account.wait(lambda: not account.private()["fleets"]["leaving"])


def test_an_update_whose_instance_fails_is_rolled_back_while_the_old_one_serves(account: Any) -> None:
    before = account.endpoint(account.config(account.model(says("old"))))
    with Load(account) as load:
        described = account.update(account.config(account.model(FAILS)))
    assert described["EndpointStatus"] == "InService"
    assert described["EndpointConfigName"] == before["EndpointConfigName"]
    assert "no such model" in described["FailureReason"]
    assert set(load.answers) == {"old"}
    assert load.failures == []
    assert account.statuses()[-3:] == ["UPDATING", "ROLLING_BACK", "IN_SERVICE"]


def test_a_canary_that_crashes_while_it_bakes_is_rolled_back(account: Any) -> None:
    account.endpoint(account.config(account.model(says("old"))))
    routing = {"Type": "CANARY", "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50}, "WaitIntervalInSeconds": 600}
    policy = {"TrafficRoutingConfiguration": routing}
    account(
        "UpdateEndpoint",
        EndpointName="e",
        EndpointConfigName=account.config(account.model(CRASHES)),
        DeploymentConfig={"BlueGreenUpdatePolicy": policy},
    )
    account.wait(lambda: _stage(account) == "Baking")
    with pytest.raises(Refused, match="ModelError"):
        all(account.said() == "old" for _ in range(1000))
    described = account.settled()
    assert (described["EndpointStatus"], account.said()) == ("InService", "old")
    assert "The job exited with code 3." in described["FailureReason"]
    assert described["LastDeploymentConfig"] == {"BlueGreenUpdatePolicy": policy}


def test_a_rolling_update_goes_batch_by_batch(account: Any) -> None:
    account.endpoint(account.config(account.model(says("old")), variants=[{"InitialInstanceCount": 2}]))
    rolling = {"MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1}, "WaitIntervalInSeconds": 1}
    config = account.config(account.model(says("new")), variants=[{"InitialInstanceCount": 2}])
    with Load(account) as load:
        described = account.update(config, DeploymentConfig={"RollingUpdatePolicy": rolling})
        load.wait_for("new")
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert load.failures == []
    assert {"old", "new"} == set(load.answers)


def test_weights_and_counts_change_without_a_new_config(account: Any) -> None:
    account.endpoint(account.config(account.model(says("a")), account.model(says("b"))))
    changes = [
        {"VariantName": "v0", "DesiredWeight": 0.0},
        {"VariantName": "v1", "DesiredInstanceCount": 2},
    ]
    account("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=changes)
    first, second = account.settled()["ProductionVariants"]
    assert (first["CurrentWeight"], second["CurrentInstanceCount"]) == (0.0, 2)
    assert {account.said() for _ in range(20)} == {"b"}
    assert account.said(TargetVariant="v0") == "a"
    zero = [{"VariantName": name, "DesiredWeight": 0.0} for name in ("v0", "v1")]
    refused = account.refused(
        lambda: account("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=zero)
    )
    assert "weights of all variants are 0" in refused.message


def test_an_instance_that_ends_is_replaced(account: Any) -> None:
    account.endpoint(account.config(account.model(CRASHES)))
    error = account.refused(account.invoke)
    assert (error.code, error.status, error.members["OriginalStatusCode"]) == ("ModelError", 424, 0)
    account.wait(lambda: account.private()["fleets"]["last_number"] == 2)
    assert account.refused(account.invoke).code == "ModelError"  # answered (by its end) by the second one
    assert account.describe()["EndpointStatus"] == "InService"


def test_instances_outlive_the_server_and_are_taken_up_again(start: Callable[[], Any]) -> None:
    account = start()
    account.endpoint(account.config(account.model("import os\n" + says("one"))))
    number = account.private()["fleets"]["last_number"]
    account.baseplate.close()
    account = start()
    assert account.said() == "one"
    assert account.private()["fleets"]["last_number"] == number
    assert account.describe()["EndpointStatus"] == "InService"


def test_instances_that_ended_while_the_server_was_away_are_started_anew(start: Callable[[], Any]) -> None:
    account = start()
    account.endpoint(account.config(account.model(says("one"))))
    account.baseplate.close()
    from brickline.runtimes import SandboxRuntime

    for folder in (account.baseplate.data / "jobs").iterdir():
        if pid := SandboxRuntime().supervisor_pid(folder):
            os.kill(pid, signal.SIGKILL)
    account = start()
    assert account.said() == "one"
    assert account.describe()["EndpointStatus"] == "InService"


def test_a_deletion_that_the_servers_end_cut_off_goes_on(start: Callable[[], Any]) -> None:
    account = start()
    account.endpoint(account.config(account.model(says("one")), variants=[{"InitialInstanceCount": 2}]))
    account("DeleteEndpoint", EndpointName="e")
    account.baseplate.close()
    account = start()
    account.wait(lambda: not account("ListEndpoints")["Endpoints"])
    account.wait(lambda: not [*(account.baseplate.data / "jobs").iterdir()])


def test_a_container_that_is_not_healthy_in_time_fails_its_endpoint(
    account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instances, "_STARTUP_SECONDS", 0.3)
    described = account.endpoint(account.config(account.model("PING = 503")))
    assert described["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in described["FailureReason"]
    assert "It had 0 seconds for that." in described["FailureReason"]


def test_a_container_that_cannot_be_started_fails_its_endpoint(account: Any) -> None:
    model = account.model("", containers=[{"Environment": {"UNSTARTABLE": "no such data"}}])
    described = account.endpoint(account.config(model))
    assert (described["EndpointStatus"], described["FailureReason"]) == ("Failed", "no such data")


def _stage(account: Any) -> str:
    pending = account.describe().get("PendingDeploymentSummary")
    return str(pending["ProductionVariants"][0]["VariantStatus"][0]["Status"]) if pending else ""


class Load:
    """Requests, one after the other from a few threads, until it is left."""

    def __init__(self, account: Any, threads: int = 3) -> None:
        self._account = account
        self._done = threading.Event()
        self.answers: list[str] = []
        self.failures: list[Exception] = []
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, text: str) -> None:
        self._account.wait(lambda: text in self.answers)

    def _run(self) -> None:
        while not self._done.is_set():
            try:
                self.answers.append(self._account.said())
            except Exception as error:
                self.failures.append(error)
