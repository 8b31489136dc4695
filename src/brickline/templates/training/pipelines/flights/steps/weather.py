"""Processing step: the weather of New York's airports, hour by hour, as a tidy table."""

from pathlib import Path

import pandas as pd

SOURCE = Path("/opt/ml/processing/weather")
TARGET = Path("/opt/ml/processing/tidy")
MEASURES = ["temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib"]


def tidy(weather: pd.DataFrame) -> pd.DataFrame:
    weather = weather[["origin", "time_hour", *MEASURES]]
    weather = weather.sort_values("time_hour").drop_duplicates(["origin", "time_hour"])
    weather[MEASURES] = weather.groupby("origin")[MEASURES].ffill()
    return weather


def main() -> None:
    weather = tidy(pd.read_csv(SOURCE / "weather.csv"))
    weather.to_csv(TARGET / "weather.csv", index=False)
    print(f"{len(weather)} hours of weather at {weather['origin'].nunique()} airports")


if __name__ == "__main__":
    main()
