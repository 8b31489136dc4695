"""`python -m bench [--full]`: measure, print, and write bench/RESULTS.md."""

from __future__ import annotations

import argparse
import os
import platform
from pathlib import Path

from bench import api, cicd, endpoints, events, lists, peers, pipelines, startup, storage
from bench.measures import Row, table
from bench.servers import brickline, moto

RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="more rounds, longer chains")
    full = parser.parse_args().full
    sections = {"Start": startup.measure(full)}
    with brickline() as ours, moto() as theirs:
        sections["API calls, one client"] = api.measure([ours, theirs], full)
        sections["S3"] = storage.measure([ours, theirs], full)
        sections["Events"] = events.measure([ours, theirs], full)
        sections["Pipelines"] = pipelines.measure(ours, full)
        sections["Pipelines beside others"] = peers.measure(ours, full)
        sections["CI/CD"] = cicd.measure(ours, full)
        sections["Endpoints"] = endpoints.measure(ours, full)
    sections["Lists"] = lists.measure(full)
    text = report(sections)
    print(text)
    RESULTS.write_text(text)


def report(sections: dict[str, list[Row]]) -> str:
    machine = f"{os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}"
    parts = [f"# Measurements\n\n{machine}. Contenders take turns, call by call, in one run; medians.\n"]
    parts += [f"\n## {title}\n{table(rows)}\n" for title, rows in sections.items()]
    parts.append(f"\n![Five scikit-learn steps]({peers.PLOT.name})\n")
    return "".join(parts)


if __name__ == "__main__":
    main()
