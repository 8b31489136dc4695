"""SageMaker Runtime: invocations of endpoints. SageMaker's own brick has the parts: both share what runs."""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.house import Baseplate

SERVICE = "sagemaker-runtime"


def brick(baseplate: Baseplate) -> Brick:
    sagemaker = baseplate.brick("sagemaker")
    return Brick(SERVICE, sagemaker.family[SERVICE] if sagemaker else ())
