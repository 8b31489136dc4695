"""Stage 2: the serving pipeline, an endpoint, and its predictions."""

from __future__ import annotations

import json
from pathlib import Path

from brickline.demo import flights
from brickline.demo.account import ENDPOINT, Account

TOMORROW = "2013-12-15"


def serve(account: Account) -> Path:
    """Version 1 goes live, by the pipeline of the serving repository; gives the repository."""
    account.title(f"Stage 2: the serving pipeline; version 1 is approved and goes behind the endpoint {ENDPOINT}")
    repository = account.repository("serving")
    account.approve_newest()
    account.follow(account.run_pipeline(repository))
    predict(account)
    return repository


def predict(account: Account) -> None:
    """Which of tomorrow's flights will be late?"""
    day = flights.features(TOMORROW)
    answer = account.runtime.invoke_endpoint(
        EndpointName=ENDPOINT, ContentType="text/csv", Accept="application/json", Body=day.body
    )
    scores = json.load(answer["Body"])
    latest = sorted(zip(scores, day.names, strict=True), reverse=True)[:3]
    told = ", ".join(f"{name} ({score:.0%})" for score, name in latest)
    account.say(f"{day.date}, {len(scores)} flights: the likeliest to be late are {told}")
