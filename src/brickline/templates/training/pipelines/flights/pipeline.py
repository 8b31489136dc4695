"""The pipeline, for the generation of the SageMaker SDK that is installed."""

from pipelines.sdk import GENERATION

if GENERATION >= 3:
    from pipelines.flights.pipeline_v3 import get_pipeline
else:
    from pipelines.flights.pipeline_v2 import get_pipeline

__all__ = ["get_pipeline"]
