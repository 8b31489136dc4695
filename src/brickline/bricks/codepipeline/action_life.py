"""What drives actions: each begins its work, is looked at until that has ended, and fails when it takes too long."""

from __future__ import annotations

from dataclasses import replace

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import resource_by_id
from brickline.bricks.codepipeline.action_types import MINUTE
from brickline.bricks.codepipeline.actions import PROVIDERS
from brickline.bricks.codepipeline.actions.work import Outcome, Provider, Work, failed
from brickline.bricks.codepipeline.declaration import Action
from brickline.bricks.codepipeline.records import Records, owned, role_principal


class ActionController:
    """A `Controller` of action executions."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def reconcile(self, resource: Resource) -> float | None:
        if problem := resource.private.get("problem"):
            self._finish(resource.id, failed("InvalidVariableReference", problem))
            return None
        left: float = resource.created + resource.private["minutes"] * MINUTE - clock.now()
        if left <= 0:
            self._finish(resource.id, _timed_out(resource))
            return None
        pause: float = resource.private.get("begin_at", 0.0) - clock.now()
        if pause > 0:
            return min(left, pause)
        outcome = self._do(resource)
        if not isinstance(outcome, Outcome):
            return left if outcome is None else min(left, outcome)
        self._finish(resource.id, outcome)
        return None

    def fail(self, resource: Resource, error: Exception) -> None:
        self._finish(resource.id, failed("JobFailed", f"The action could not be carried out: {error}"))

    def _do(self, resource: Resource) -> Outcome | float | None:
        work = self.work(resource)
        if work is None:
            return None
        provider = PROVIDERS[work.action.category, work.action.provider]
        try:
            if resource.private["has_begun"]:
                return provider.look(work)
            return provider.begin(work) if provider.is_long else self._begin_once(provider, work)
        except Refused as refused:
            return failed("JobFailed", f"{provider.says(work)}{refused.message} ({refused.code})")

    def _begin_once(self, provider: Provider, work: Work) -> Outcome | float | None:
        """What is begun, and that it was, are kept in one transaction: whatever is killed, it is begun once."""
        with self._records.store.write():
            fresh = resource_by_id(self._records.store, work.resource.id)
            if fresh is None or not fresh.unfinished:
                return None
            outcome = provider.begin(replace(work, resource=fresh))
            fresh.private["has_begun"] = True
            fresh.document["output"] = {"executionResult": fresh.private["kept"].get("shown", {})}
            self._records.actions.save(fresh)
            # An approval may have its result already: its token is shown from the start.
            return 0.0 if "result" in fresh.private["kept"] else outcome

    def work(self, resource: Resource) -> Work | None:
        execution = resource_by_id(self._records.store, resource.owner)
        if execution is None:
            return None
        context = self._records.context_of(execution)
        declaration = self._records.declaration(context, execution.parent, execution.document["pipelineVersion"])
        stage = declaration.stage(resource.document["stageName"])
        action = stage.action(resource.document["actionName"]) if stage else None
        assert action is not None, "an action of its execution's version"
        return Work(
            context=_as_role(owned(context, resource), action, resource),
            resource=resource,
            action=action,
            execution=execution,
            role=action.declared.get("roleArn") or declaration.declared["roleArn"],
        )

    def _finish(self, action_id: int, outcome: Outcome) -> None:
        with self._records.store.write():
            action = resource_by_id(self._records.store, action_id)
            if action is None or not action.unfinished:
                return
            execution = resource_by_id(self._records.store, action.owner)
            if execution is None:
                action.unfinished = False
                self._records.actions.save(action)
                return
            action.private["made"] = made = _made(action, outcome)
            self._records.move_action(
                self._records.context_of(execution), action, outcome.status, _output(outcome, made)
            )
            if outcome.revision:
                self._note_revision(execution, action, outcome.revision)

    def _note_revision(self, execution: Resource, action: Resource, revision: Shape) -> None:
        """What a source has brought, as the execution shows it."""
        document = execution.document
        name = next(iter(action.private["outputs"]), "")
        document["artifactRevisions"] = [
            *(one for one in document.get("artifactRevisions", ()) if one["name"] != name),
            {"name": name, "created": clock.now(), **revision},
        ]
        shown = {
            member: revision[member]
            for member in ("revisionId", "revisionSummary", "revisionUrl")
            if member in revision
        }
        document["sourceRevisions"] = [
            *(one for one in document.get("sourceRevisions", ()) if one["actionName"] != action.document["actionName"]),
            {"actionName": action.document["actionName"], **shown},
        ]
        self._records.executions.save(execution)


def _as_role(context: Context, action: Action, resource: Resource) -> Context:
    """In the action's region; one with a role of its own acts as that."""
    context = replace(context, region=resource.document["input"]["region"])
    role = action.declared.get("roleArn")
    return replace(context, principal=role_principal(role, resource.name)) if role else context


def _made(action: Resource, outcome: Outcome) -> Shape:
    """The artifacts of an action that went well, by name, with the revision that they are made of."""
    if outcome.status != "Succeeded":
        return {}
    revision = (outcome.revision or {}).get("revisionId", "")
    inherited = next((one["revision"] for one in action.private["inputs"].values()), "")
    return {
        name: {"location": location, "revision": revision or inherited, "clone": outcome.clone}
        for name, location in action.private["outputs"].items()
    }


def _output(outcome: Outcome, made: Shape) -> Shape:
    return {
        "outputArtifacts": [{"name": name, "s3location": one["location"]} for name, one in made.items()],
        "executionResult": outcome.result,
        "outputVariables": dict(outcome.variables),
    }


def _timed_out(action: Resource) -> Outcome:
    minutes = action.private["minutes"]
    return failed("JobFailed", f"The action did not complete within {minutes} minutes, so it has failed")
