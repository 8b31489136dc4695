"""Endpoints: time to InService, what an invocation costs beside the model's own time, and how many go through.

The same model is served bare, by gunicorn (as in the sandbox) and by uvicorn, and by `mlflow models serve`.
"""

from __future__ import annotations

import http.client
import io
import os
import statistics
import subprocess
import tarfile
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.measures import Row, interleaved, milliseconds, timed
from bench.pipelines import IMAGE, ROLE, python_of_image
from bench.servers import Server, free_port, peer, wait_for

SCRIPTS = Path(__file__).parent / "scripts"
BODY = b"1,2,3,4\n5,6,7,8\n"
CLIENTS = 4
WORKERS = 2
_BARE = "bare_model"
_LIBRARIES = ("scikit-learn==1.2.1", "numpy<1.25", "scipy<1.11")


def measure(server: Server, full: bool) -> list[Row]:
    endpoint = Endpoint(server)
    calls = 2000 if full else 400
    starts = [endpoint.start() for _ in range(10 if full else 3)]
    with ExitStack() as stack:
        asks = {
            "Brickline": lambda: endpoint.connection(),
            "gunicorn": stack.enter_context(bare_gunicorn()),
            "uvicorn": stack.enter_context(bare_uvicorn()),
            "mlflow models serve": stack.enter_context(mlflow()),
        }
        taken = interleaved(calls, {name: connect() for name, connect in asks.items()}, warm_up=50)
        rates = {name: f"{throughput(connect):.0f}/s" for name, connect in asks.items()}
    model = statistics.median(model_alone(calls))
    beside = {name: [max(one - model, 0.0) for one in found] for name, found in taken.items()}
    boto3 = [timed(endpoint.invoke) for _ in range(calls)]
    endpoint.remove()
    return [
        Row("CreateEndpoint to InService", {"Brickline": f"{statistics.median(starts):.2f} s"}, "< 2 s"),
        Row("an invocation", {name: milliseconds(found) for name, found in taken.items()}),
        Row(
            f"less the model's own {model * 1e3:.2f} ms",
            {name: milliseconds(found) for name, found in beside.items()},
            "p50 < 2 ms",
        ),
        Row("an invocation by boto3", {"Brickline": milliseconds(boto3)}),
        Row(f"throughput, {CLIENTS} clients, {WORKERS} workers", rates),
    ]


Ask = Callable[[], None]


class Endpoint:
    """An endpoint of the model, on one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._sagemaker, self._runtime = server.client("sagemaker"), server.client("sagemaker-runtime")
        self._name = f"bench-{uuid.uuid4().hex[:8]}"
        self._started: list[str] = []
        self._create_config()

    def start(self) -> float:
        """Seconds until one more endpoint is in service."""
        name = f"{self._name}-{len(self._started)}"
        self._started.append(name)
        return timed(lambda: self._start(name))

    def connection(self) -> Ask:
        """Asks by a connection that is kept, with a signature that is made once: what the server takes, no client."""
        headers = self._signed_headers()
        path = f"/endpoints/{self._started[0]}/invocations"
        return asks(http.client.HTTPConnection(self._server.url.split("//")[1]), path, headers)

    def invoke(self) -> None:
        self._runtime.invoke_endpoint(EndpointName=self._started[0], Body=BODY, ContentType="text/csv")["Body"].read()

    def remove(self) -> None:
        for name in self._started:
            self._sagemaker.delete_endpoint(EndpointName=name)
        for name in self._started:
            self._sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=name)

    def _start(self, name: str) -> None:
        self._sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=self._name)
        while (found := self._sagemaker.describe_endpoint(EndpointName=name))["EndpointStatus"] == "Creating":
            time.sleep(0.01)
        if found["EndpointStatus"] != "InService":
            raise SystemExit(f"{name}: {found}")

    def _create_config(self) -> None:
        s3 = self._server.client("s3")
        s3.create_bucket(Bucket=self._name)
        s3.put_object(Bucket=self._name, Key="model.tar.gz", Body=_archive())
        variables = {"SAGEMAKER_MODEL_SERVER_WORKERS": str(WORKERS)}
        data = f"s3://{self._name}/model.tar.gz"
        container = {"Image": IMAGE, "ModelDataUrl": data, "Environment": variables}
        self._sagemaker.create_model(ModelName=self._name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
        variant = {"VariantName": "v", "ModelName": self._name, "InstanceType": "ml.m5.large"}
        self._sagemaker.create_endpoint_config(
            EndpointConfigName=self._name, ProductionVariants=[{**variant, "InitialInstanceCount": 1}]
        )

    def _signed_headers(self) -> dict[str, str]:
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        keys = self._server.keys
        credentials = Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"], keys["aws_session_token"])
        url = f"{self._server.url}/endpoints/{self._started[0]}/invocations"
        request = AWSRequest("POST", url, data=BODY, headers={"Content-Type": "text/csv"})
        SigV4Auth(credentials, "sagemaker", "us-east-1").add_auth(request)
        return dict(request.headers)


def asks(connection: http.client.HTTPConnection, path: str, headers: dict[str, str], body: bytes = BODY) -> Ask:
    """What sends one request and reads its answer."""

    def ask() -> None:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        said = response.read()
        if response.status != 200:
            raise SystemExit(f"{path}: {response.status} {said!r}")

    return ask


def throughput(connect: Callable[[], Ask], seconds: float = 3.0) -> float:
    """Invocations a second, by several clients at once."""
    counts: list[int] = []
    until = time.perf_counter() + seconds

    def client(ask: Ask) -> None:
        count = 0
        while time.perf_counter() < until:
            ask()
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=client, args=(connect(),)) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def model_alone(calls: int) -> list[float]:
    """Seconds that the model itself takes, without any server."""
    command = [python_of_image(), SCRIPTS / f"{_BARE}.py", str(calls)]
    done = subprocess.run(command, input=BODY, capture_output=True, check=True)
    return [float(line) for line in done.stdout.split()]


def bare_gunicorn() -> Any:
    """With a connection for each request: its `sync` workers keep none."""
    options = ["--workers", str(WORKERS), "--preload", "--log-level", "error"]
    command = [python_of_image(), "-m", "gunicorn", f"{_BARE}:wsgi", *options]
    return _served(lambda port: [*command, "-b", f"127.0.0.1:{port}"])


def bare_uvicorn() -> Any:
    python = peer("uvicorn", "httptools", "uvloop", *_LIBRARIES) / "python"
    options = ["--workers", str(WORKERS), "--no-access-log", "--log-level", "error"]
    return _served(lambda port: [python, "-m", "uvicorn", f"{_BARE}:asgi", *options, "--port", str(port)])


@contextmanager
def mlflow() -> Iterator[Callable[[], Ask]]:
    """Its CSV has a line with the columns' names."""
    programs = peer("mlflow", *_LIBRARIES)
    with tempfile.TemporaryDirectory() as folder:
        save = f"import mlflow.sklearn, {_BARE}; mlflow.sklearn.save_model({_BARE}.model, {folder!r} + '/model')"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([programs / "python", "-c", save], cwd=SCRIPTS, check=True, **quiet)
        options = ["-m", f"{folder}/model", "--env-manager", "local", "--workers", str(WORKERS)]
        with _served(
            lambda port: [programs / "mlflow", "models", "serve", *options, "-p", str(port)],
            "/invocations",
            b"a,b,c,d\n" + BODY,
            env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
            **quiet,
        ) as connect:
            yield connect


@contextmanager
def _served(
    command: Callable[[int], list[Any]], path: str = "/", body: bytes = BODY, **options: Any
) -> Iterator[Callable[[], Ask]]:
    """A server while it runs; what it gives makes a client with a connection of its own."""
    port = free_port()
    process = subprocess.Popen(command(port), cwd=SCRIPTS, **options)
    headers = {"Content-Type": "text/csv"}
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        yield lambda: asks(http.client.HTTPConnection(f"127.0.0.1:{port}"), path, headers, body)
    finally:
        process.terminate()
        process.wait()


def _archive() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in ("inference.py", f"{_BARE}.py"):
            archive.add(SCRIPTS / name, f"code/{name}")
    return buffer.getvalue()
