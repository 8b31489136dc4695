"""Executions of pipelines: started, described, listed, stopped and retried. What drives them is in `execution`."""

from __future__ import annotations

from typing import Any

from brickline.baseplate import clock, naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.listing import decode_token, encode_token
from brickline.bricks.sagemaker.names import user_context
from brickline.bricks.sagemaker.pipelines import kinds
from brickline.bricks.sagemaker.pipelines.checks import checked_definition
from brickline.bricks.sagemaker.pipelines.definition import Definition
from brickline.bricks.sagemaker.pipelines.events import emit_execution_change
from brickline.bricks.sagemaker.pipelines.expressions import as_text, evaluate
from brickline.bricks.sagemaker.pipelines.graph import dependencies, kept_on_retry
from brickline.bricks.sagemaker.pipelines.parameters import BadParameter, effective_parameters
from brickline.bricks.sagemaker.pipelines.records import Records, given_parallelism, state_of
from brickline.bricks.sagemaker.pipelines.run import execution_edges
from brickline.bricks.sagemaker.pipelines.scope import ExecutionScope, execution_variables
from brickline.bricks.sagemaker.pipelines.selective import BadSelection, check_selection, reused_steps, selected_names
from brickline.bricks.sagemaker.pipelines.versions import aliases_of, find_version, version_with_alias
from brickline.bricks.sagemaker.refusals import invalid


class PipelineExecutions:
    """Start, describe, list, update, stop and retry executions; their steps and parameters."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._records = Records(baseplate)

    def start_pipeline_execution(self, context: Context, request: Shape) -> Shape:
        token = request.get("ClientRequestToken")
        return self._baseplate.once(context, "StartPipelineExecution", token, lambda: self._start(context, request))

    def describe_pipeline_execution(self, context: Context, request: Shape) -> Shape:
        execution = self._records.execution(context, request["PipelineExecutionArn"])
        return {**execution.document, **self._aliases(context, execution)}

    def describe_pipeline_definition_for_execution(self, context: Context, request: Shape) -> Shape:
        execution = self._records.execution(context, request["PipelineExecutionArn"])
        text = self._records.definition_text(context, execution)
        return {"PipelineDefinition": text, "CreationTime": execution.created}

    def list_pipeline_executions(self, context: Context, request: Shape) -> Shape:
        pipeline = self._records.pipeline(context, request["PipelineName"])
        if alias := request.get("PipelineVersionAlias"):
            version = version_with_alias(self._records, context, pipeline, alias)
            request = {**request, "PipelineVersionId": version.document["PipelineVersionId"]}
        page = self._records.executions.page(context, request, pipeline.name)
        page["PipelineExecutionSummaries"] = [_summary(each) for each in page["PipelineExecutionSummaries"]]
        return page

    def list_pipeline_execution_steps(self, context: Context, request: Shape) -> Shape:
        execution = self._records.execution(context, _required(request, "PipelineExecutionArn"))
        return self._records.steps.page(context, request, execution.arn)

    def list_pipeline_parameters_for_execution(self, context: Context, request: Shape) -> Shape:
        """All effective parameters: those given and the defaults of the others."""
        execution = self._records.execution(context, request["PipelineExecutionArn"])
        parameters = [
            {"Name": name, "Value": as_text(value)} for name, value in execution.private["parameters"].items()
        ]
        begin = decode_token(request["NextToken"], 1)[0] if request.get("NextToken") else 0
        end = begin + request.get("MaxResults", len(parameters))
        more = {"NextToken": encode_token([end])} if end < len(parameters) else {}
        return {"PipelineParameters": parameters[begin:end], **more}

    def update_pipeline_execution(self, context: Context, request: Shape) -> Shape:
        execution = self._records.execution(context, request["PipelineExecutionArn"])
        with self._records.executions.change_id(execution.id) as changed:
            for member in ("PipelineExecutionDescription", "PipelineExecutionDisplayName"):
                if member in request:
                    changed.document[member] = request[member]
            changed.document |= given_parallelism(request)
            changed.document["LastModifiedBy"] = user_context(context)
        return {"PipelineExecutionArn": execution.arn}

    def stop_pipeline_execution(self, context: Context, request: Shape) -> Shape:
        token = request.get("ClientRequestToken")
        return self._baseplate.once(context, "StopPipelineExecution", token, lambda: self._stop(context, request))

    def retry_pipeline_execution(self, context: Context, request: Shape) -> Shape:
        token = request.get("ClientRequestToken")
        return self._baseplate.once(context, "RetryPipelineExecution", token, lambda: self._retry(context, request))

    def _start(self, context: Context, request: Shape) -> Shape:
        pipeline = self._records.pipeline(context, request["PipelineName"])
        if "RoleArn" in request:
            raise invalid("RoleArn: only for pipelines that AWS manages; this one runs as its own role")
        version = find_version(self._records, context, pipeline, request)
        definition = checked_definition(version.private["definition"])
        parameters = _parameters(definition, request)
        selection = self._selection(context, pipeline, definition, request)
        name = naming.lower_id(12)
        arn = kinds.EXECUTION.arn_of(context, name, pipeline.name)
        variables = execution_variables(pipeline.document, name, arn, clock.now())
        scope = ExecutionScope(context, definition, parameters, variables)
        document = {
            **_described(context, pipeline, version, request),
            **selection,
            **_configurations(definition, scope, request),
        }
        private = {
            "parameters": parameters,
            "variables": variables,
            "role": pipeline.document["RoleArn"],
            "tags": pipeline.tags,
        }
        with self._records.store.write():
            execution = self._records.executions.create(
                context, name, document, parent=pipeline.name, arn=arn, private=private, unfinished=True
            )
            with self._records.versions.change(context, version.name, pipeline.name) as used:
                used.document["LastExecutionPipelineExecutionArn"] = arn
            emit_execution_change(context, execution, None)
        return {"PipelineExecutionArn": arn}

    def _selection(self, context: Context, pipeline: Resource, definition: Definition, request: Shape) -> Shape:
        """The request's SelectiveExecutionConfig. Refused where its steps cannot be run like that."""
        config = request.get("SelectiveExecutionConfig")
        if not config:
            return {}
        edges, selected = dependencies(definition), selected_names(config)
        source_arn = config.get("SourcePipelineExecutionArn")
        try:
            check_selection(definition, edges, selected, has_source=source_arn is not None)
        except BadSelection as error:
            raise invalid(f"SelectiveExecutionConfig.{error}") from None
        if source_arn is not None:
            self._check_source(context, pipeline, source_arn, reused_steps(edges, selected))
        return {"SelectiveExecutionConfig": config}

    def _check_source(self, context: Context, pipeline: Resource, arn: str, reused: list[str]) -> None:
        member = "SelectiveExecutionConfig.SourcePipelineExecutionArn"
        source = self._records.execution(context, arn)
        if source.parent != pipeline.name:
            raise invalid(f"{member}: {arn} is not an execution of pipeline '{pipeline.name}'")
        if source.unfinished:
            raise invalid(f"{member}: {arn} is still {source.status}; it has to be over")
        steps = self._records.steps_of(context, source.arn)
        for name in reused:
            if name not in steps or steps[name].status != "Succeeded":
                raise invalid(f"{member}: step '{name}' did not succeed in {arn}, and a selected step depends on it")

    def _stop(self, context: Context, request: Shape) -> Shape:
        with self._records.store.write():
            execution = self._records.execution(context, request["PipelineExecutionArn"])
            if execution.status == "Executing":
                self._records.move_execution(context, execution, "Stopping")
            elif execution.status != "Stopping":
                raise Refused(
                    "ConflictException",
                    f"Pipeline execution {execution.arn} is {execution.status}; only a running one can be stopped",
                )
        return {"PipelineExecutionArn": execution.arn}

    def _retry(self, context: Context, request: Shape) -> Shape:
        """Steps that succeeded stay; everything else runs again, in the same execution."""
        with self._records.store.write():
            execution = self._records.execution(context, request["PipelineExecutionArn"])
            if execution.status not in ("Failed", "Stopped", "CompletedWithFailures"):
                raise Refused(
                    "ConflictException",
                    f"Pipeline execution {execution.arn} is {execution.status}; only a Failed or Stopped one "
                    "can be retried",
                )
            definition = checked_definition(self._records.definition_text(context, execution))
            edges, _ = execution_edges(definition, execution)
            steps = self._records.steps_of(context, execution.arn)
            kept = kept_on_retry(edges, {name: state_of(step) for name, step in steps.items()})
            for name, step in steps.items():
                if name not in kept:
                    self._records.steps.delete(step)
            execution.document |= given_parallelism(request)
            self._records.move_execution(context, execution, "Executing")
        return {"PipelineExecutionArn": execution.arn}

    def _aliases(self, context: Context, execution: Resource) -> Shape:
        version = self._records.versions.find(context, str(execution.document["PipelineVersionId"]), execution.parent)
        return {"PipelineVersionAliases": aliases_of(version)} if version else {}


def _parameters(definition: Definition, request: Shape) -> dict[str, Any]:
    given = [(parameter["Name"], parameter["Value"]) for parameter in request.get("PipelineParameters") or ()]
    try:
        return effective_parameters(definition.parameters, given)
    except BadParameter as error:
        raise invalid(f"PipelineParameters: {error}") from None


def _described(context: Context, pipeline: Resource, version: Resource, request: Shape) -> Shape:
    """What Describe shows of an execution from its start."""
    user = user_context(context)
    optional = ("PipelineExecutionDescription",)
    return {
        "PipelineArn": pipeline.arn,
        "PipelineExecutionDisplayName": f"execution-{int(clock.now() * 1000)}",
        **{
            member: pipeline.document[member] for member in ("ParallelismConfiguration",) if member in pipeline.document
        },
        **given_parallelism(request),
        **{member: request[member] for member in (*optional, "PipelineExecutionDisplayName") if member in request},
        "PipelineExecutionStatus": "Executing",
        "PipelineVersionId": version.document["PipelineVersionId"],
        "CreatedBy": user,
        "LastModifiedBy": user,
    }


def _configurations(definition: Definition, scope: ExecutionScope, request: Shape) -> Shape:
    """The execution's experiment and MLflow configuration, resolved."""
    found: Shape = {}
    if definition.experiment is not None:
        found["PipelineExperimentConfig"] = evaluate(definition.experiment, scope)
    if definition.mlflow is not None:
        found["MLflowConfig"] = evaluate(definition.mlflow, scope)
    if name := request.get("MlflowExperimentName"):
        found["MLflowConfig"] = {**found.get("MLflowConfig", {}), "MlflowExperimentName": name}
    return found


def _summary(document: Shape) -> Shape:
    reason = document.get("FailureReason")
    more = {"PipelineExecutionFailureReason": reason} if reason else {}
    return {**document, "StartTime": document["CreationTime"], **more}


def _required(request: Shape, member: str) -> str:
    value: str | None = request.get(member)
    if value is None:
        raise invalid(f"{member}: a value is needed")
    return value
