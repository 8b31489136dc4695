"""Which generation of the SageMaker SDK is installed, and what differs between them for every pipeline."""

from importlib.metadata import version

GENERATION = int(version("sagemaker").partition(".")[0])


def pipeline_session():
    """A session in which jobs are written down as steps instead of being started."""
    if GENERATION >= 3:
        from sagemaker.core.workflow.pipeline_context import PipelineSession
    else:
        from sagemaker.workflow.pipeline_context import PipelineSession
    return PipelineSession()


def execution_role(session):
    """The role of this notebook or build: what it may do, the pipeline may do."""
    if GENERATION >= 3:
        from sagemaker.core.helper.session_helper import get_execution_role
    else:
        from sagemaker import get_execution_role
    return get_execution_role(session)
