"""Stages 0 and 1: the data, and the training pipeline."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from brickline.demo import flights
from brickline.demo.account import Account

FIRST_DAYS = "2013-12-07"


def upload(account: Account) -> list[str]:
    """A file for each day, and the weather; gives the days."""
    account.title("Stage 0: the data, all flights that left New York in 2013")
    days = flights.days()
    account.s3.create_bucket(Bucket=account.bucket)

    def put(day: str, body: bytes) -> None:
        account.s3.put_object(Bucket=account.bucket, Key=f"flights/days/{day}.csv", Body=body)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, days, days.values()))
    account.s3.put_object(Bucket=account.bucket, Key="flights/weather/weather.csv", Body=flights.weather())
    rows = sum(day.count(b"\n") - 1 for day in days.values())
    account.say(f"{rows:,} flights in {len(days)} files below s3://{account.bucket}/flights/days/")
    return list(days)


def train(account: Account, days: list[str]) -> Path:
    """Version 1, by the pipeline of the training repository; gives the repository."""
    account.title(f"Stage 1: the training pipeline; the flights until {FIRST_DAYS}")
    repository = account.repository("training")
    account.write_manifest([day for day in days if day <= FIRST_DAYS])
    account.follow(account.run_pipeline(repository))
    account.tell_newest()
    return repository
