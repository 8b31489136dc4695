"""Lineage: artifacts, actions and contexts, and the associations between them (and with trial components)."""
