"""SageMaker: jobs, pipelines, models, endpoints, the registry, experiments, lineage and search."""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.controllers import Controller
from brickline.baseplate.house import Baseplate
from brickline.bricks.sagemaker import endpoints, kinds, pipelines
from brickline.bricks.sagemaker.experiments.components import TrialComponents
from brickline.bricks.sagemaker.experiments.experiments import Experiments
from brickline.bricks.sagemaker.experiments.trials import Trials
from brickline.bricks.sagemaker.jobs.life import JobLife
from brickline.bricks.sagemaker.jobs.operations import ProcessingJobOperations, TrainingJobOperations
from brickline.bricks.sagemaker.jobs.processing import ProcessingJobs
from brickline.bricks.sagemaker.jobs.training import TrainingJobs
from brickline.bricks.sagemaker.lineage.associations import Associations
from brickline.bricks.sagemaker.lineage.entities import Actions, Artifacts, Contexts
from brickline.bricks.sagemaker.lineage.query import QueryLineage
from brickline.bricks.sagemaker.models import Models
from brickline.bricks.sagemaker.registry.groups import ModelPackageGroups
from brickline.bricks.sagemaker.registry.packages import ModelPackages
from brickline.bricks.sagemaker.search.operation import Search
from brickline.bricks.sagemaker.serving.containers import Containers
from brickline.bricks.sagemaker.tags import Tags
from brickline.bricks.sagemaker.transform.life import TransformLife
from brickline.bricks.sagemaker.transform.operations import TransformJobs
from brickline.images.environments import Environments
from brickline.runtimes import SandboxRuntime


def brick(baseplate: Baseplate) -> Brick:
    environments = Environments.of_server(baseplate.settings)
    runtime = SandboxRuntime.of_server(baseplate.settings)
    containers = Containers(baseplate, environments, runtime)
    serving = endpoints.Serving(baseplate, environments, runtime, containers)
    parts = (
        TrainingJobOperations(baseplate, environments),
        ProcessingJobOperations(baseplate, environments),
        Models(baseplate),
        ModelPackageGroups(baseplate),
        ModelPackages(baseplate),
        Experiments(baseplate),
        Trials(baseplate),
        TrialComponents(baseplate),
        Artifacts(baseplate),
        Actions(baseplate),
        Contexts(baseplate),
        Associations(baseplate),
        QueryLineage(baseplate),
        Search(baseplate),
        Tags(baseplate),
        TransformJobs(baseplate),
        *pipelines.parts(baseplate),
        *serving.parts,
    )
    jobs: dict[str, Controller] = {
        kind.kind.key: JobLife(baseplate, kind, environments, runtime) for kind in (TrainingJobs(), ProcessingJobs())
    }
    transform = TransformLife(baseplate, containers, runtime)
    jobs[kinds.TRANSFORM_JOB.key] = transform

    def close() -> None:
        transform.close()
        serving.close()
        runtime.close()

    return Brick(
        "sagemaker",
        parts,
        {**jobs, **pipelines.controllers(baseplate), **serving.controllers},
        close,
        pipelines.TARGETS,
        family={"sagemaker-runtime": serving.runtime_parts},
    )
