"""Lambda: functions that run in sandboxes, and stay warm between calls."""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.controllers import Controller
from brickline.baseplate.house import Baseplate
from brickline.bricks.awslambda import target
from brickline.bricks.awslambda.aliases import Aliases
from brickline.bricks.awslambda.event_configs import EventConfigs
from brickline.bricks.awslambda.events import Events
from brickline.bricks.awslambda.execution.executor import Executor
from brickline.bricks.awslambda.execution.sandbox import Sandboxes
from brickline.bricks.awslambda.functions import Functions
from brickline.bricks.awslambda.invocations import Invocations
from brickline.bricks.awslambda.kinds import EVENT, FUNCTION
from brickline.bricks.awslambda.layers import Layers
from brickline.bricks.awslambda.lookup import Lookup
from brickline.bricks.awslambda.packages import Packages
from brickline.bricks.awslambda.permissions import Permissions
from brickline.bricks.awslambda.readiness import Readiness
from brickline.bricks.awslambda.tags import Tags
from brickline.bricks.awslambda.versions import Versions
from brickline.images.environments import Environments
from brickline.runtimes import SandboxRuntime


def brick(baseplate: Baseplate) -> Brick:
    environments = Environments.of_server(baseplate.settings)
    lookup, packages = Lookup(baseplate), Packages(baseplate)
    packages.sweep()
    runtime = SandboxRuntime.of_server(baseplate.settings)
    executor = Executor(baseplate, runtime, Sandboxes(baseplate, environments, packages))
    events = Events(baseplate, lookup, executor)
    parts = (
        Functions(baseplate, lookup, packages),
        Invocations(lookup, executor, events),
        Versions(baseplate, lookup),
        Aliases(baseplate, lookup),
        Permissions(baseplate, lookup),
        Layers(baseplate, packages),
        EventConfigs(lookup),
        Tags(baseplate, lookup),
    )
    controllers: dict[str, Controller] = {
        FUNCTION.key: Readiness(baseplate, environments, executor.pool),
        EVENT.key: events,
    }

    def close() -> None:
        events.close()
        executor.close()
        events.join()
        executor.join()
        runtime.close()

    return Brick("lambda", parts, controllers, close, targets={"function:": target.invoke})
