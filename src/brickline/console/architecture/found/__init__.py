"""What exists, by the services' operations: a module for each part of the system."""

from __future__ import annotations

from brickline.baseplate.store import Store
from brickline.console.architecture.found import activity, cicd, events, learning, serving, sources
from brickline.console.architecture.model import Architecture, Ask, join


def find(ask: Ask, store: Store) -> Architecture:
    """All that exists, with the joints between; the newest of each kind where there is very much."""
    declared = join([part(ask) for part in (sources.find, events.find, cicd.find, learning.find, serving.find)])
    by_pattern = events.sources_of_rules(ask, declared.blocks)
    seen = activity.causes(ask, store, declared.blocks)
    whole = join([declared, by_pattern, seen])
    return Architecture(whole.blocks, whole.joints, whole.cut, activity.lit(store))
