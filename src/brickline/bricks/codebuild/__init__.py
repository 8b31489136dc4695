"""CodeBuild: projects, and builds that run their buildspec."""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.house import Baseplate
from brickline.bricks.codebuild.builds import Builds
from brickline.bricks.codebuild.images import Images
from brickline.bricks.codebuild.kinds import BUILD
from brickline.bricks.codebuild.life import BuildLife
from brickline.bricks.codebuild.policies import ResourcePolicies
from brickline.bricks.codebuild.projects import Projects
from brickline.bricks.codebuild.reports.operations import ReportGroups, Reports
from brickline.bricks.codebuild.sources.credentials import SourceCredentials
from brickline.images.catalogue import Catalogue
from brickline.images.environments import Environments
from brickline.runtimes import SandboxRuntime


def brick(baseplate: Baseplate) -> Brick:
    settings = baseplate.settings
    catalogue = Catalogue.load(settings.data / "images.toml")
    environments = Environments(settings.environments, catalogue, exact=settings.exact_images)
    builds = Builds(baseplate)
    runtime = SandboxRuntime.of_server(settings)
    life = BuildLife(baseplate, environments, runtime)
    parts = (
        Projects(baseplate),
        builds,
        Images(),
        ReportGroups(baseplate),
        Reports(baseplate),
        SourceCredentials(baseplate),
        ResourcePolicies(baseplate),
    )
    return Brick("codebuild", parts, {BUILD.key: life}, runtime.close, targets={"project/": builds.start_by_event})
