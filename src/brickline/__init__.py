"""Brickline: an MLOps system that runs for real on one machine, brick by brick."""

__version__ = "0.1.0"
