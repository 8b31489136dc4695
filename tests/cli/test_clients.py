"""env, exec, logs, doctor, images: what a person does with a running server."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Done, call

WHO = """
import botocore.session
session = botocore.session.Session()
print(session.create_client("sts").get_caller_identity()["Arn"])
"""


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_env_points_a_shell_at_the_server_and_back(brickline: Callable[..., Done], shell: str) -> None:
    lines = brickline("env", "--shell", "bash").stdout
    back = call("env", "--unset", "--shell", "bash").stdout
    script = f"""
export AWS_PROFILE=mine
eval {shlex.quote(lines)}
test -z "$AWS_PROFILE" || exit 9
{shlex.quote(sys.executable)} -c {shlex.quote(WHO)} || exit 8
eval {shlex.quote(back)}
env | grep -c -E '^(AWS_ENDPOINT_URL|HTTPS_PROXY|BRICKLINE_DATA)='
"""
    done = subprocess.run([shell, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == [
        "arn:aws:sts::123456789012:assumed-role/SageMakerExecutionRole/brickline",
        "0",
    ], done.stderr


def test_env_speaks_fish_and_needs_a_server(brickline: Callable[..., Done], tmp_path: Path) -> None:
    assert "set -gx AWS_ENDPOINT_URL http://127.0.0.1:" in brickline("env", "--shell", "fish").stdout
    done = call("env", "--data", str(tmp_path))
    assert done.returncode == 1
    assert f"brickline up --detach --data {tmp_path}" in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [(["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -TERM $$"], -15), (["no-such-command"], 127), (["/"], 126)],
)
def test_exec_passes_the_command_s_own_end_through(brickline: Callable[..., Done], words: list[str], code: int) -> None:
    done = brickline("exec", "--", *words)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_exec_gives_the_command_the_server_s_environment(brickline: Callable[..., Done]) -> None:
    done = brickline("exec", "--", sys.executable, "-c", WHO)
    assert done.stdout.endswith("assumed-role/SageMakerExecutionRole/brickline\n"), done.stderr


def test_logs_of_nothing_say_what_was_looked_for(brickline: Callable[..., Done]) -> None:
    done = brickline("logs", "no-such-thing")
    assert done.returncode == 1
    assert "no job, endpoint, function, build, project, pipeline or execution is called 'no-such-thing'" in done.stderr


def test_logs_show_a_function_s_output(brickline: Callable[..., Done]) -> None:
    function = """
import botocore.session, io, zipfile
client = botocore.session.Session().create_client("lambda")
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w") as archive:
    archive.writestr("f.py", "def handler(event, context):\\n    print('hello from', event)\\n")
role = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
client.create_function(FunctionName="hello", Runtime="python3.11", Role=role, Handler="f.handler",
                       Code={"ZipFile": packed.getvalue()})
client.get_waiter("function_active_v2").wait(FunctionName="hello")
client.invoke(FunctionName="hello", Payload=b'"me"', LogType="Tail")
"""
    made = brickline("exec", "--", sys.executable, "-c", function)
    assert made.returncode == 0, made.stderr
    lines = brickline("logs", "hello").stdout.splitlines()
    assert any("hello from me" in line for line in lines), lines


def test_logs_show_what_a_transform_job_and_an_endpoint_printed(brickline: Callable[..., Done]) -> None:
    made = """
import botocore.session, io, tarfile
session = botocore.session.Session()
s3, sagemaker = session.create_client("s3"), session.create_client("sagemaker")
script = b"print('loaded')\\ndef model_fn(folder): return 1\\ndef predict_fn(data, model): return data"
packed = io.BytesIO()
with tarfile.open(fileobj=packed, mode="w:gz") as archive:
    member = tarfile.TarInfo("code/inference.py")
    member.size = len(script)
    archive.addfile(member, io.BytesIO(script))
s3.create_bucket(Bucket="printed")
s3.put_object(Bucket="printed", Key="model.tar.gz", Body=packed.getvalue())
s3.put_object(Bucket="printed", Key="in/a", Body=b"[1]")
container = {"Image": "python:3.11-slim", "ModelDataUrl": "s3://printed/model.tar.gz"}
role = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
sagemaker.create_model(ModelName="printed", PrimaryContainer=container, ExecutionRoleArn=role)
machines = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
source = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://printed/in"}}}
sagemaker.create_transform_job(TransformJobName="printing", ModelName="printed", TransformInput=source,
                               TransformOutput={"S3OutputPath": "s3://printed/out"}, TransformResources=machines)
variant = {"VariantName": "v", "ModelName": "printed", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
sagemaker.create_endpoint_config(EndpointConfigName="served", ProductionVariants=[variant])
sagemaker.create_endpoint(EndpointName="served", EndpointConfigName="served")
sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="served")
"""
    done = brickline("exec", "--", sys.executable, "-c", made)
    assert done.returncode == 0, done.stderr
    assert "loaded" in brickline("logs", "printing", "--follow").stdout.splitlines()
    assert "loaded" in brickline("logs", "served").stdout.splitlines()


def test_logs_follow_a_project_s_latest_build(brickline: Callable[..., Done]) -> None:
    build = """
import botocore.session
client = botocore.session.Session().create_client("codebuild")
spec = "version: 0.2\\nphases: {build: {commands: [echo built]}}\\n"
client.create_project(
    name="hello-build", source={"type": "NO_SOURCE", "buildspec": spec}, artifacts={"type": "NO_ARTIFACTS"},
    environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0",
                 "computeType": "BUILD_GENERAL1_SMALL"},
    serviceRole="arn:aws:iam::123456789012:role/MLOps-CodeBuildRole")
print(client.start_build(projectName="hello-build")["build"]["arn"])
"""
    made = brickline("exec", "--", sys.executable, "-c", build)
    assert made.returncode == 0, made.stderr
    assert "built" in brickline("logs", "hello-build", "--follow").stdout.splitlines()
    assert "built" in brickline("logs", made.stdout.strip()).stdout.splitlines()


def test_doctor_lists_what_would_have_left_the_machine(brickline: Callable[..., Done]) -> None:
    public = WHO.replace('"sts"', '"sts", endpoint_url="https://sts.us-east-1.amazonaws.com"')
    assert brickline("exec", "--", sys.executable, "-c", public).returncode == 0
    report = json.loads(brickline("doctor", "--json").stdout)
    findings = {finding["what"]: finding for finding in report["findings"]}
    assert findings["sandbox"]["is_well"]
    assert findings["server"]["says"].startswith("answers at http://127.0.0.1:")
    told = brickline("doctor").stdout
    assert "sts.us-east-1.amazonaws.com  POST /" in told


def test_images_lists_what_stands_for_each(brickline: Callable[..., Done]) -> None:
    rows = json.loads(brickline("images", "--json").stdout)
    assert {"scikit-learn", "xgboost", "pytorch", "python"} <= {row["name"] for row in rows}
    done = call("images", "build")
    assert done.returncode == 2
    assert "name an image" in done.stderr


@pytest.mark.parametrize("command", ["up", "down", "status", "env", "exec", "logs", "doctor", "images"])
def test_every_command_explains_itself(command: str) -> None:
    done = call(command, "--help")
    assert done.returncode == 0
    assert "--data" in done.stdout
