"""An execution at one look: what it is to do, and how its steps stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker.pipelines.checks import checked_definition
from brickline.bricks.sagemaker.pipelines.definition import Definition, Step
from brickline.bricks.sagemaker.pipelines.graph import FINAL, Dependencies, Progress, State, dependencies, progress
from brickline.bricks.sagemaker.pipelines.journal import Journal
from brickline.bricks.sagemaker.pipelines.records import Records, state_of
from brickline.bricks.sagemaker.pipelines.scope import ExecutionScope
from brickline.bricks.sagemaker.pipelines.selective import selected_dependencies, selected_names
from brickline.bricks.sagemaker.roles import job_principal

MOST_PARALLEL = 50
"""So many steps run at once where nobody says otherwise."""


@dataclass
class Run:
    """`steps` are those that have started, as they are stored; whoever changes one puts it back."""

    execution: Resource
    definition: Definition
    edges: Dependencies
    selected: frozenset[str] | None
    context: Context
    steps: dict[str, Resource]
    journal: Journal = field(default_factory=Journal)

    @property
    def is_stopping(self) -> bool:
        return self.execution.status == "Stopping"

    @property
    def states(self) -> dict[str, State]:
        return {name: state_of(step) for name, step in self.steps.items()}

    @property
    def running(self) -> list[Resource]:
        return [step for step in self.steps.values() if step.status not in FINAL]

    @property
    def next_attempt(self) -> float | None:
        """Seconds until a step that failed is to be tried again; None where none is."""
        times = [step.private["retry_at"] for step in self.running if "retry_at" in step.private]
        return max(min(times) - clock.now(), 0.0) if times else None

    def progress(self) -> Progress:
        return progress(self.edges, self.states, self.selected)

    @property
    def room(self) -> int:
        """So many more steps may be started now."""
        declared = self.execution.document.get("ParallelismConfiguration", {})
        most: int = declared.get("MaxParallelExecutionSteps", MOST_PARALLEL)
        return most - len(self.running)

    def step(self, row: Resource) -> Step:
        return self.definition.steps[row.name]

    def scope(self, job_name: str) -> ExecutionScope:
        return ExecutionScope(
            context=self.context,
            definition=self.definition,
            parameters=self.execution.private["parameters"],
            variables=self.execution.private["variables"],
            experiment=self.execution.document.get("PipelineExperimentConfig", {}),
            steps=self.steps,
            job_name=job_name,
        )


def load_run(baseplate: Baseplate, records: Records, execution: Resource) -> Run:
    principal = job_principal(execution.account, execution.private["role"])
    context = baseplate.context(execution.account, execution.region, principal, cause=execution.arn, owner=execution.id)
    definition = checked_definition(records.definition_text(context, execution))
    edges, selected = execution_edges(definition, execution)
    return Run(execution, definition, edges, selected, context, records.steps_of(context, execution.arn))


def execution_edges(definition: Definition, execution: Resource) -> tuple[Dependencies, frozenset[str] | None]:
    """What the steps wait for in this execution, and which are selected (None where all are)."""
    edges, config = dependencies(definition), execution.document.get("SelectiveExecutionConfig")
    if not config:
        return edges, None
    selected = selected_names(config)
    return selected_dependencies(edges, selected), frozenset(selected)
