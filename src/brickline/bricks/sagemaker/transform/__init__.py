"""Batch transform: a model's containers, and every object of a prefix sent through them."""
