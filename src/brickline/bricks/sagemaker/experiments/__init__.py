"""Experiments, trials and trial components; jobs write their own components."""
