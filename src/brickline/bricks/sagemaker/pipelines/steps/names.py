"""Names of what pipelines create. Pure, but for the random end."""

from __future__ import annotations

from brickline.baseplate.naming import mixed_id

_LONGEST = 63


def job_name(execution_id: str, step_name: str, prefix: str | None = None) -> str:
    """`pipelines-<execution>-<first 20 of the step's name>-<10 random>`.

    A step may bring its own `prefix` instead (`use_custom_job_prefix` of the SDKs): `<prefix>-<execution>-<random>`.
    """
    end = mixed_id(10)
    if prefix:
        room = _LONGEST - len(execution_id) - len(end) - 2
        return f"{prefix[:room].rstrip('-')}-{execution_id}-{end}"
    return f"pipelines-{execution_id}-{step_name[:20].replace('_', '-')}-{end}"
