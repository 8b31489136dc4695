"""`run-pipeline` and `get-pipeline-definition`: what builds and people run. `--help` tells the rest."""

import argparse
import importlib
import json
import logging
import os
import sys
import time
import warnings
from pathlib import Path

import boto3

from pipelines.sdk import execution_role, pipeline_session

ROLE = "SAGEMAKER_PIPELINE_ROLE_ARN"
"""The variable that names the role of pipelines in a build, whose own role SageMaker may not take."""

_PAUSE = 0.5
"""Seconds between two looks at an execution."""


def run_pipeline():
    """Make the pipeline (or change it), start it, and wait; exit code 1 and the reason where it fails."""
    parser = _parser(run_pipeline.__doc__)
    parser.add_argument(
        "--parameter", "-p", action="append", default=[], metavar="NAME=VALUE", help="a parameter of this execution"
    )
    parser.add_argument("--tags", type=json.loads, default=[], help='JSON: [{"Key": "team", "Value": "flights"}]')
    parser.add_argument("--definition", type=Path, metavar="FILE", help="write the pipeline's definition there, too")
    parser.add_argument("--no-wait", action="store_true", help="start it and leave")
    arguments = parser.parse_args()
    config = _config(arguments)
    pipeline, role = _pipeline(config, arguments.role_arn)
    if arguments.definition:
        arguments.definition.write_text(_definition(pipeline))
    answer = pipeline.upsert(role_arn=role, tags=arguments.tags)
    print(f"pipeline   {answer['PipelineArn']}", flush=True)
    given = {**config.get("Parameters", {}), **dict(one.split("=", 1) for one in arguments.parameter)}
    execution = _start(config["Pipeline"], given)
    print(f"execution  {execution}", flush=True)
    if not arguments.no_wait:
        sys.exit(_follow(execution))


def get_pipeline_definition():
    """Print the pipeline's definition (JSON), without making anything."""
    parser = _parser(get_pipeline_definition.__doc__)
    parser.add_argument("--output", type=Path, help="write it to a file instead")
    arguments = parser.parse_args()
    pipeline, _role = _pipeline(_config(arguments), arguments.role_arn)
    if arguments.output:
        arguments.output.write_text(_definition(pipeline))
    else:
        print(_definition(pipeline))


def _parser(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--config", type=Path, default=Path("config.json"), help="the configuration (config.json)")
    parser.add_argument("--module-name", help="has get_pipeline (default: the configuration's Module)")
    parser.add_argument(
        "--role-arn", default=os.environ.get(ROLE), help=f"the role of the pipeline (default: ${ROLE}, or the caller's)"
    )
    return parser


def _config(arguments):
    config = json.loads(arguments.config.read_text())
    if arguments.module_name:
        config["Module"] = arguments.module_name
    missing = [name for name in ("Module", "Pipeline") if name not in config]
    if missing:
        sys.exit(f"{arguments.config}: {', '.join(missing)} is missing")
    return config


def _pipeline(config, role):
    _quieten()
    session = pipeline_session()
    role = role or execution_role(session)
    module = importlib.import_module(config["Module"])
    return module.get_pipeline(session, role, session.default_bucket(), config), role


def _definition(pipeline):
    return json.dumps(json.loads(pipeline.definition()), indent=2)


def _quieten():
    """What the SDK says of itself hides what a build is about."""
    warnings.filterwarnings("ignore")
    for name in ("botocore", "boto3", "sagemaker"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _start(name, parameters):
    given = [{"Name": key, "Value": str(value)} for key, value in parameters.items()]
    client = boto3.client("sagemaker")
    return client.start_pipeline_execution(PipelineName=name, PipelineParameters=given)["PipelineExecutionArn"]


def _follow(execution):
    """Print each step's states as they change; 0 where the execution succeeds."""
    client = boto3.client("sagemaker")
    told = {}
    while True:
        found = client.describe_pipeline_execution(PipelineExecutionArn=execution)
        pages = client.get_paginator("list_pipeline_execution_steps").paginate(
            PipelineExecutionArn=execution, SortOrder="Ascending"
        )
        for step in (one for page in pages for one in page["PipelineExecutionSteps"]):
            if told.get(step["StepName"]) != step["StepStatus"]:
                told[step["StepName"]] = step["StepStatus"]
                reason = f": {step['FailureReason']}" if step.get("FailureReason") else ""
                print(f"  {step['StepName']:<24} {step['StepStatus']}{reason}", flush=True)
        status = found["PipelineExecutionStatus"]
        if status in ("Succeeded", "Failed", "Stopped"):
            print(f"{status}: {found.get('FailureReason', execution)}", flush=True)
            return 0 if status == "Succeeded" else 1
        time.sleep(_PAUSE)


if __name__ == "__main__":
    run_pipeline()
