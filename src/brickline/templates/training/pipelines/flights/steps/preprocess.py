"""Processing step: days of flights, joined with the weather, split by time into train and test."""

import argparse
from pathlib import Path

import pandas as pd

DAYS = Path("/opt/ml/processing/flights")
WEATHER = Path("/opt/ml/processing/tidy/weather.csv")
OUTPUT = Path("/opt/ml/processing/output")
COLUMNS = ["year", "month", "day", "sched_dep_time", "arr_delay", "carrier", "origin", "dest", "distance", "time_hour"]


def read_days() -> pd.DataFrame:
    days = sorted(DAYS.rglob("*.csv"))
    print(f"reading {len(days)} days, {days[0].stem} to {days[-1].stem}")
    return pd.concat([pd.read_csv(day, usecols=COLUMNS) for day in days], ignore_index=True)


def features(flights: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """What is known before a flight leaves, and in column 0 whether it came more than 15 minutes late."""
    flights = flights.dropna(subset=["arr_delay"])
    flights = flights.merge(weather, on=["origin", "time_hour"], how="left")
    date = pd.to_datetime(flights[["year", "month", "day"]])
    flights.insert(0, "late", (flights["arr_delay"] > 15).astype(int))
    flights["date"] = date.dt.strftime("%Y-%m-%d")
    flights["weekday"] = date.dt.day_of_week
    flights["minute_of_day"] = flights["sched_dep_time"] // 100 * 60 + flights["sched_dep_time"] % 100
    return flights.drop(columns=["arr_delay", "year", "day", "sched_dep_time", "time_hour"])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--test-days", type=int, default=14)
    test_days = parser.parse_args().test_days
    table = features(read_days(), pd.read_csv(WEATHER))
    first_test_day = sorted(table["date"].unique())[-test_days]
    is_test = table["date"] >= first_test_day
    for name, part in (("train", table[~is_test]), ("test", table[is_test])):
        folder = OUTPUT / name
        folder.mkdir(parents=True, exist_ok=True)
        part.drop(columns="date").to_csv(folder / f"{name}.csv", index=False)
        print(f"{name}: {len(part)} flights, {part['late'].mean():.1%} late")


if __name__ == "__main__":
    main()
