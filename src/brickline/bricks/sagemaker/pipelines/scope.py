"""Where the expressions of an execution get their values from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker.pipelines.definition import Definition
from brickline.bricks.sagemaker.pipelines.expressions import Reference, Undefined
from brickline.bricks.sagemaker.pipelines.objects import read_text
from brickline.bricks.sagemaker.pipelines.paths import Missing, walk
from brickline.bricks.sagemaker.s3_uris import s3_location


def execution_variables(pipeline: Shape, execution_id: str, execution_arn: str, started: float) -> Shape:
    """What `Execution.<name>` gives, but for those that change from step to step."""
    return {
        "StartDateTime": clock.iso(started),
        "PipelineName": pipeline["PipelineName"],
        "PipelineArn": pipeline["PipelineArn"],
        "PipelineExecutionId": execution_id,
        "PipelineExecutionArn": execution_arn,
    }


@dataclass(frozen=True)
class ExecutionScope:
    """The scope of one step's expressions (see `expressions.Scope`)."""

    context: Context
    definition: Definition
    parameters: Mapping[str, Any]
    variables: Mapping[str, Any]
    experiment: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, Resource] = field(default_factory=dict)
    job_name: str = ""

    def value(self, reference: Reference) -> Any:
        match reference.root:
            case "Parameters":
                return self.parameters[reference.name]
            case "Execution":
                return self._variable(reference.name)
            case "PipelineExperimentConfig":
                return self.experiment[reference.name]
            case "Steps":
                return self._property(reference)

    def property_file_uri(self, reference: Reference) -> str:
        assert reference.property_file is not None
        file = self.definition.steps[reference.name].property_files[reference.property_file]
        path = ("ProcessingOutputConfig", "Outputs", file.output_name, "S3Output", "S3Uri")
        folder = self._property(Reference("Steps", reference.name, path))
        return f"{folder.rstrip('/')}/{file.file_path}"

    def read_json(self, uri: str) -> Any:
        try:
            location = s3_location(uri)
            return json.loads(read_text(self.context, location.bucket, location.key))
        except Refused as error:
            raise Undefined(f"{uri} cannot be read: {error.message}") from None
        except ValueError as error:
            raise Undefined(f"{uri} is not a JSON document: {error}") from None

    def _variable(self, name: str) -> Any:
        if name == "CurrentDateTime":
            return clock.iso(clock.now())
        return self.job_name if name.endswith("JobName") else self.variables[name]

    def _property(self, reference: Reference) -> Any:
        step = self.steps.get(reference.name)
        try:
            return walk(step.private["properties"] if step else {}, reference.path)
        except Missing:
            raise Undefined(f"{{'Get': '{reference}'}} is undefined.") from None
