"""Packages of the job's environment, which this one's own environment need not have."""

from __future__ import annotations

import importlib
from typing import Any


def library(name: str) -> Any:
    """The module `name`, imported where it is first used: most jobs need few of them."""
    return importlib.import_module(name)
