"""What the steps do with tables, without a pipeline around them."""

import unittest

import pandas as pd
from pipelines.flights.steps.preprocess import features
from pipelines.flights.steps.weather import MEASURES, tidy

HOUR = "2013-01-01 05:00:00"


def flight(**changes):
    one = {
        "year": 2013,
        "month": 1,
        "day": 1,
        "sched_dep_time": 515,
        "arr_delay": 11.0,
        "carrier": "UA",
        "origin": "EWR",
        "dest": "IAH",
        "distance": 1400,
        "time_hour": HOUR,
    }
    return {**one, **changes}


class Features(unittest.TestCase):
    weather = pd.DataFrame([{"origin": "EWR", "time_hour": HOUR, **dict.fromkeys(MEASURES, 1.0)}])

    def test_more_than_a_quarter_of_an_hour_is_late(self):
        table = features(pd.DataFrame([flight(), flight(arr_delay=16.0)]), self.weather)
        self.assertEqual(list(table["late"]), [0, 1])

    def test_flights_that_never_arrived_are_left_out(self):
        table = features(pd.DataFrame([flight(), flight(arr_delay=None)]), self.weather)
        self.assertEqual(len(table), 1)

    def test_the_time_is_in_minutes_and_the_weather_is_that_of_the_hour(self):
        table = features(pd.DataFrame([flight()]), self.weather)
        self.assertEqual(table["minute_of_day"][0], 5 * 60 + 15)
        self.assertEqual(table["wind_speed"][0], 1.0)


class Weather(unittest.TestCase):
    def test_what_was_not_measured_is_as_the_hour_before(self):
        hours = [
            {"origin": "EWR", "time_hour": f"2013-01-01 0{hour}:00:00", **dict.fromkeys(MEASURES, value)}
            for hour, value in ((5, 3.0), (6, None))
        ]
        self.assertEqual(list(tidy(pd.DataFrame(hours))["temp"]), [3.0, 3.0])


if __name__ == "__main__":
    unittest.main()
