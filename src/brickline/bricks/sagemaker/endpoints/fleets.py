"""What an endpoint runs: fleets of variants of instances, as they are kept in its resource's `private`.

An endpoint in service has one fleet. While an update is deployed there are two, the old (blue) one first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Literal

from brickline.baseplate import naming
from brickline.baseplate.brick import Shape

DRAIN_SECONDS = 65.0
"""A leaving instance has this long to finish its requests, each of which may take 60 seconds."""

Stage = Literal["Provisioning", "Baking", "Terminating", "Restoring"]
"""Of a deployment: new instances start; a share of the traffic is with them; all of it is, and the old fleet is about
to go; it failed, and the old fleet is brought back to its size."""


@dataclass
class Instance:
    """A worker: the model's containers, each a sandbox of its own. `number` is unique in the endpoint."""

    number: int
    id: str
    """As in the names of log streams: `i-0123456789abcdef0`."""
    attempt: int = 0
    """How many before it, one after the other, ended soon after they were started."""
    not_before: float = 0.0
    """When it is started: later and later where it replaces one that keeps ending."""


@dataclass
class Variant:
    """A production variant with everything that its instances need, whatever becomes of its model and config."""

    name: str
    production: Shape
    """The ProductionVariant of the endpoint config."""
    model: Shape
    """The model's document, its containers resolved (`Containers`, in order)."""
    weight: float
    count: int
    """How many instances it is to have."""
    instances: list[Instance] = field(default_factory=list)

    @property
    def containers(self) -> list[Shape]:
        containers: list[Shape] = self.model["Containers"]
        return containers


@dataclass
class Fleet:
    config: str
    """The name of the endpoint config."""
    variants: list[Variant]
    capture: Shape | None = None
    since: float = 0.0
    """When it was ordered."""
    share: float = 0.0
    """Of the endpoint's traffic."""

    @property
    def instances(self) -> Iterator[tuple[Variant, Instance]]:
        return ((variant, instance) for variant in self.variants for instance in variant.instances)

    @property
    def size(self) -> int:
        return sum(variant.count for variant in self.variants)


@dataclass
class Deployment:
    """A change that is under way: of the fleet (an update), or of the one fleet's weights and counts (a scaling)."""

    started: float
    config: Shape = field(default_factory=dict)
    """The DeploymentConfig."""
    stage: Stage = "Provisioning"
    stage_began: float = 0.0
    step: int = 0
    until: float = 0.0
    """When the stage's wait is over."""
    desired: dict[str, Shape] | None = None
    """Of a scaling: the weight and count that each variant is to have (`weight`, `count`)."""

    def enter(self, stage: Stage, now: float, wait: float = 0.0) -> None:
        if self.stage != stage:
            self.stage, self.stage_began = stage, now
        self.until = now + wait


@dataclass
class Fleets:
    """All of it."""

    fleets: list[Fleet] = field(default_factory=list)
    deployment: Deployment | None = None
    leaving: dict[str, float] = field(default_factory=dict)
    """Instances (by number) that finish the requests they have, with the time by which they are ended anyway."""
    last_number: int = 0
    changer: int = 0
    """The pipeline execution that asked for the last update, to be woken when the status changes; 0 for none."""

    @staticmethod
    def read(private: Shape) -> Fleets:
        kept = private["fleets"]
        deployment = kept["deployment"]
        return Fleets(
            fleets=[_fleet(one) for one in kept["fleets"]],
            deployment=Deployment(**deployment) if deployment else None,
            leaving=dict(kept["leaving"]),
            last_number=kept["last_number"],
            changer=kept["changer"],
        )

    def write(self, private: Shape) -> None:
        private["fleets"] = asdict(self)

    @property
    def current(self) -> Fleet:
        """The fleet that serves: the old one while an update is deployed."""
        return self.fleets[0]

    @property
    def new(self) -> Fleet:
        """The fleet that is deployed, or the only one."""
        return self.fleets[-1]

    def new_instance(self, attempt: int = 0, not_before: float = 0.0) -> Instance:
        self.last_number += 1
        return Instance(self.last_number, f"i-0{naming.hex_id(16)}", attempt, not_before)

    def dismiss(
        self, instances: Iterable[tuple[Variant, Instance]], now: float, seconds: float = DRAIN_SECONDS
    ) -> None:
        """Instances get no more requests, and `seconds` to finish those that they have."""
        self.leaving |= {str(instance.number): now + seconds for _, instance in instances}

    def numbers(self) -> set[int]:
        """Of every instance that has to be there, leaving or not."""
        serving = {instance.number for fleet in self.fleets for _, instance in fleet.instances}
        return serving | {int(number) for number in self.leaving}


def _fleet(kept: Shape) -> Fleet:
    variants = [
        Variant(**{**one, "instances": [Instance(**instance) for instance in one["instances"]]})
        for one in kept["variants"]
    ]
    return Fleet(kept["config"], variants, kept["capture"], kept["since"], kept["share"])
