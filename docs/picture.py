"""Draws docs/forecast.png, the picture of the README, from the published copy in home/."""

from __future__ import annotations

from pathlib import Path

from assets.charts import forecast_chart
from warehouse import read_query

PUBLISHED = Path("home/published/traffic.duckdb")
SERIES = "metro/FRA_AMS_in"
PICTURE = Path(__file__).with_name("forecast.png")


def main() -> None:
    """Draw the series' last week and its forecast of the newest night."""
    points = read_query(
        PUBLISHED,
        "FROM forecasts.latest_forecast WHERE series_id = $1 ORDER BY target_utc",
        [SERIES],
    )
    history = read_query(
        PUBLISHED,
        "SELECT at_utc, value FROM series.observations WHERE series_id = $1 AND at_utc < $2 ORDER BY at_utc",
        [SERIES, points["issued_at_utc"][0]],
    )
    unit = read_query(PUBLISHED, "SELECT unit FROM series.catalog WHERE series_id = $1", [SERIES])["unit"][0]
    title = f"{SERIES} (simulated): the last week and the next 24 hours"
    PICTURE.write_bytes(forecast_chart(history, points, title, unit))


if __name__ == "__main__":
    main()
