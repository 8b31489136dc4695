"""Follows an execution: a live table of steps on a terminal, a line per change in a pipe."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

Step = dict[str, Any]

FINAL = ("Succeeded", "Failed", "Stopped", "CompletedWithFailures")
_MARKS = {"Succeeded": "[green]●[/]", "Failed": "[red]●[/]", "Executing": "[yellow]◐[/]", "Starting": "[dim]○[/]"}
_INTERVAL = 0.2


def follow(console: Console, sagemaker: Any, execution_arn: str) -> str:
    """Show the execution until it ends; gives its final status."""
    looks = _looks(sagemaker, execution_arn)
    return _follow_live(console, looks) if console.is_terminal else _follow_plain(console, looks)


def steps_of(sagemaker: Any, execution_arn: str) -> list[Step]:
    """The steps of an execution, in the order in which they started."""
    answer = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution_arn, SortOrder="Ascending")
    steps: list[Step] = answer["PipelineExecutionSteps"]
    return steps


def outcome(step: Step) -> str:
    """One line that says what came of a step."""
    if reason := step.get("FailureReason"):
        return str(reason).splitlines()[0]
    if "CacheHitResult" in step:
        return "answered from cache"
    metadata = step.get("Metadata", {})
    if condition := metadata.get("Condition"):
        return f"condition is {condition['Outcome']}" if "Outcome" in condition else ""
    arns = [part["Arn"] for part in metadata.values() if "Arn" in part]
    return arns[0].split(":", 5)[5] if arns else ""


def _looks(sagemaker: Any, execution_arn: str) -> Iterator[tuple[str, list[Step]]]:
    while True:
        status = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution_arn)["PipelineExecutionStatus"]
        yield status, steps_of(sagemaker, execution_arn)
        if status in FINAL:
            return
        time.sleep(_INTERVAL)


def _follow_live(console: Console, looks: Iterator[tuple[str, list[Step]]]) -> str:
    last = ""
    with Live(console=console, refresh_per_second=10) as live:
        for status, steps in looks:
            live.update(_table(steps))
            last = status
    return last


def _follow_plain(console: Console, looks: Iterator[tuple[str, list[Step]]]) -> str:
    last = ""
    shown: dict[str, str] = {}
    for status, steps in looks:
        last = status
        for step in steps:
            if shown.get(step["StepName"]) != step["StepStatus"]:
                shown[step["StepName"]] = step["StepStatus"]
                console.print(f"  {step['StepName']:<16} {step['StepStatus']:<10} {outcome(step)}", soft_wrap=True)
    return last


def _table(steps: list[Step]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 2), header_style="dim")
    for title, options in (("", {}), ("step", {}), ("type", {}), ("status", {}), ("time", {"justify": "right"})):
        table.add_column(title, **options)  # type: ignore[arg-type]
    table.add_column("outcome", overflow="fold")
    for step in steps:
        mark = _MARKS.get(step["StepStatus"], "○")
        row = (mark, step["StepName"], _type(step), step["StepStatus"], _seconds(step), outcome(step))
        table.add_row(*row)
    return table


def _type(step: Step) -> str:
    return next(iter(step.get("Metadata", {})), "")


def _seconds(step: Step) -> str:
    if "StartTime" not in step:
        return ""
    end = step.get("EndTime") or datetime.now(UTC)
    seconds = max(0.0, (end - step["StartTime"]).total_seconds())
    return f"{seconds:.1f} s"
