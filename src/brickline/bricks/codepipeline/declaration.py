"""A pipeline's declaration, as the rest of the brick reads it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from brickline.baseplate.brick import Shape


@dataclass(frozen=True)
class Action:
    """An action, with the defaults of what its declaration leaves out."""

    stage: str
    declared: Shape

    @property
    def name(self) -> str:
        return str(self.declared["name"])

    @property
    def run_order(self) -> int:
        return int(self.declared.get("runOrder", 1))

    @property
    def type_id(self) -> Shape:
        type_id: Shape = self.declared["actionTypeId"]
        return type_id

    @property
    def category(self) -> str:
        return str(self.type_id["category"])

    @property
    def provider(self) -> str:
        return str(self.type_id["provider"])

    @property
    def namespace(self) -> str:
        return str(self.declared.get("namespace", ""))

    @property
    def configuration(self) -> Mapping[str, str]:
        return self.declared.get("configuration") or {}

    @property
    def inputs(self) -> list[str]:
        return [one["name"] for one in self.declared.get("inputArtifacts") or ()]

    @property
    def outputs(self) -> list[str]:
        return [one["name"] for one in self.declared.get("outputArtifacts") or ()]


@dataclass(frozen=True)
class Stage:
    declared: Shape
    actions: tuple[Action, ...]

    @property
    def name(self) -> str:
        return str(self.declared["name"])

    def action(self, name: str) -> Action | None:
        return next((action for action in self.actions if action.name == name), None)


@dataclass(frozen=True)
class Declaration:
    """A whole pipeline."""

    declared: Shape
    stages: tuple[Stage, ...]

    @staticmethod
    def of(declared: Shape) -> Declaration:
        return Declaration(
            declared,
            tuple(
                Stage(stage, tuple(Action(stage["name"], action) for action in stage["actions"]))
                for stage in declared["stages"]
            ),
        )

    @property
    def name(self) -> str:
        return str(self.declared["name"])

    @property
    def type(self) -> str:
        return str(self.declared.get("pipelineType", "V1"))

    @property
    def mode(self) -> str:
        return str(self.declared.get("executionMode", "SUPERSEDED"))

    @property
    def actions(self) -> Iterator[Action]:
        for stage in self.stages:
            yield from stage.actions

    @property
    def sources(self) -> tuple[Action, ...]:
        return self.stages[0].actions

    def stage(self, name: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.name == name), None)

    def bucket(self, region: str) -> str:
        """The bucket of the artifact store for actions in a region."""
        stores = self.declared.get("artifactStores") or {}
        store = stores.get(region) or self.declared.get("artifactStore") or next(iter(stores.values()))
        return str(store["location"])
