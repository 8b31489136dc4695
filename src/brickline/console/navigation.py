"""The areas of the console, as its menu shows them."""

from __future__ import annotations

from dataclasses import dataclass

from brickline.console import START


@dataclass(frozen=True)
class Item:
    """A page of the menu. `title` is English, translated where it is shown; `icon` names a symbol of icons.svg."""

    title: str
    path: str
    icon: str
    starts: tuple[str, ...] = ()
    """Further addresses that belong to it, by their beginning."""

    @property
    def address(self) -> str:
        return f"{START}{self.path}"


@dataclass(frozen=True)
class Area:
    title: str
    items: tuple[Item, ...]


AREAS = (
    Area("", (Item("Architecture", "", "home"),)),
    Area(
        "Machine learning",
        (
            Item("Pipelines", "/pipelines", "pipeline", ("/executions",)),
            Item("Jobs", "/jobs", "job"),
            Item("Model registry", "/registry", "registry"),
            Item("Endpoints", "/endpoints", "endpoint"),
        ),
    ),
    Area(
        "CI/CD",
        (
            Item("Repositories", "/repositories", "repository"),
            Item("CodePipeline", "/codepipelines", "codepipeline"),
            Item("Builds", "/builds", "build"),
        ),
    ),
    Area(
        "Events",
        (
            Item("Events", "/events", "event"),
            Item("Schedules", "/schedules", "schedule"),
            Item("Why?", "/why", "why"),
        ),
    ),
    Area(
        "Resources",
        (
            Item("S3", "/s3", "bucket"),
            Item("Functions", "/functions", "function"),
            Item("Logs", "/logs", "log"),
        ),
    ),
)


def area_of(path: str) -> str:
    """The address of the menu's item that a path belongs to."""
    below = path.removeprefix(START)
    for item in (item for area in AREAS for item in area.items if item.path):
        if any(f"{below}/".startswith(f"{start}/") for start in (item.path, *item.starts)):
            return item.address
    return START
