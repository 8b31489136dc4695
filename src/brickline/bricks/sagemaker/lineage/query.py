"""QueryLineage: what an entity came from, or what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.listing import decode_token, encode_token
from brickline.baseplate.resources import Resources, resource_by_arn
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.lineage.associations import entity_type, lineage_type

Edge = tuple[str, str, str]
"""Source ARN, destination ARN, association type."""

DEEPEST = 10
_PAGE = 20


def reach(edges: Iterable[Edge], starts: Iterable[str], direction: str, depth: int) -> tuple[list[str], list[Edge]]:
    """ARNs reached from `starts` in up to `depth` steps, nearest first, and the edges that led there. Pure.

    `direction` is `Ascendants` (against the edges), `Descendants` (along them) or `Both`: each of the two on its own,
    so that siblings are not reached.
    """
    known = list(edges)
    found: dict[str, None] = {}
    used: dict[Edge, None] = {}
    for way in ("Ascendants", "Descendants") if direction == "Both" else (direction,):
        seen = frontier = set(starts)
        for _ in range(depth):
            steps = [edge for edge in known if _near(edge, way) in frontier]
            used |= dict.fromkeys(steps)
            reached = dict.fromkeys(_far(edge, way) for edge in steps if _far(edge, way) not in seen)
            found |= reached
            frontier = set(reached)
            seen = seen | frontier
            if not frontier:
                break
    return list(found), list(used)


def _near(edge: Edge, direction: str) -> str:
    return edge[1] if direction == "Ascendants" else edge[0]


def _far(edge: Edge, direction: str) -> str:
    return edge[0] if direction == "Ascendants" else edge[1]


class QueryLineage:
    """The operation."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._associations = Resources(baseplate, kinds.ASSOCIATION)

    def query_lineage(self, context: Context, request: Shape) -> Shape:
        starts = request.get("StartArns") or []
        for arn in starts:
            if resource_by_arn(self._store, arn) is None:
                raise Refused("ResourceNotFound", f"StartArns: there is no entity {arn}.")
        depth = min(request.get("MaxDepth", DEEPEST), DEEPEST)
        edges = [_edge(association) for association in self._associations.all(context)]
        arns, used = reach(edges, starts, request.get("Direction", "Both"), depth)
        vertices = [_vertex(entity) for entity in self._entities(arns) if _passes(entity, request.get("Filters", {}))]
        return _page(vertices, used if request.get("IncludeEdges", True) else [], request)

    def _entities(self, arns: list[str]) -> Iterator[Resource]:
        return (entity for arn in arns if (entity := resource_by_arn(self._store, arn)) is not None)


def _edge(association: Resource) -> Edge:
    document = association.document
    return document["SourceArn"], document["DestinationArn"], document["AssociationType"]


def _vertex(entity: Resource) -> Shape:
    return {"Arn": entity.arn, "Type": entity_type(entity), "LineageType": lineage_type(entity)}


def _passes(entity: Resource, filters: Shape) -> bool:
    properties = entity.document.get("Properties", {})
    return (
        ("Types" not in filters or entity_type(entity) in filters["Types"])
        and ("LineageTypes" not in filters or lineage_type(entity) in filters["LineageTypes"])
        and entity.created < filters.get("CreatedBefore", float("inf"))
        and entity.created > filters.get("CreatedAfter", 0)
        and entity.modified < filters.get("ModifiedBefore", float("inf"))
        and entity.modified > filters.get("ModifiedAfter", 0)
        and all(properties.get(key) == value for key, value in filters.get("Properties", {}).items())
    )


def _page(vertices: list[Shape], edges: list[Edge], request: Shape) -> Shape:
    """A page of vertices, with the edges that touch them (and, on the first page, those of the start)."""
    start = decode_token(request["NextToken"], 1)[0] if request.get("NextToken") else 0
    end = start + request.get("MaxResults", _PAGE)
    shown = {vertex["Arn"] for vertex in vertices[start:end]}
    answer: Shape = {
        "Vertices": vertices[start:end],
        "Edges": [
            {"SourceArn": source, "DestinationArn": destination, "AssociationType": kind}
            for source, destination, kind in edges
            if source in shown or destination in shown
        ],
    }
    return answer | ({"NextToken": encode_token([end])} if end < len(vertices) else {})
