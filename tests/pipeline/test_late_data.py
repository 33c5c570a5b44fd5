"""An older night that is materialised again knows what arrived late, and replaces its own rows alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

pytestmark = pytest.mark.pipeline

FIRST = datetime(2024, 3, 1)
OLDER, NEWER = datetime(2024, 3, 12), datetime(2024, 3, 13)
MADE_FOR_A_NIGHT = (
    "models.constant_volatility",
    "models.coefficients",
    "models.periodic",
    "models.periodic_moments",
    "models.champions",
    "models.backtests",
    "forecasts.points",
    "diagnostics.autocorrelation",
    "diagnostics.residual_tests",
    "diagnostics.residual_histogram",
    "diagnostics.stationarity_tests",
    "diagnostics.outlier_effects",
    "models.order_candidates",
    "models.variable_volatility",
)


@pytest.fixture(scope="module")
def tables(
    tmp_path_factory: pytest.TempPathFactory,
    diurnal: Any,
    installation: Any,
    hourly_csv: Callable[..., str],
    single_export: Callable[..., str],
) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame], Any]:
    """The tables before and after a missing day arrived and the older night was run again."""
    home = installation(
        tmp_path_factory.mktemp("late"), single_export("cloud", "landing/*.csv", series="load")
    )
    (home.path / "landing").mkdir()
    header, *lines = hourly_csv(FIRST, 12 * 24).splitlines()
    late = [line for line in lines if line.startswith("2024-03-11")]
    in_time = [line for line in lines if line not in late]
    (home.path / "landing" / "load.csv").write_text("\n".join([header, *in_time]) + "\n")
    ended = diurnal("nightly", "--home", home.path, "--nights", 2)
    assert ended.code == 0, ended
    before = _tables(home)
    (home.path / "landing" / "late.csv").write_text("\n".join([header, *late]) + "\n")
    ended = diurnal("nightly", "--home", home.path, "--as-of", f"{OLDER:%Y-%m-%d}")
    assert ended.code == 0, ended
    return before, _tables(home), home


def _tables(home: Any) -> dict[str, pl.DataFrame]:
    names = (*MADE_FOR_A_NIGHT, "forecasts.scores")
    return {name: home.ask(f"SELECT * FROM {name} ORDER BY ALL") for name in names}


@pytest.mark.parametrize("table", MADE_FOR_A_NIGHT)
def test_the_rows_of_other_nights_stay_as_they_are(tables: Any, table: str) -> None:
    before, after, _ = tables
    newer = pl.col("issued_at_utc") == NEWER
    assert before[table].filter(newer).height > 0
    assert after[table].filter(newer).equals(before[table].filter(newer), null_equal=True)


@pytest.mark.parametrize("table", ["models.coefficients", "models.periodic_moments", "forecasts.points"])
def test_the_older_night_has_as_many_rows_and_others(tables: Any, table: str) -> None:
    before, after, _ = tables
    older = pl.col("issued_at_utc") == OLDER
    if "model" in after[table].columns:
        # Whether a volatility varies may look otherwise with a day more: then there is a model more.
        older &= pl.col("model") != "variable_volatility"
    assert after[table].filter(older).height == before[table].filter(older).height > 0
    assert not after[table].filter(older).equals(before[table].filter(older), null_equal=True)


def test_the_late_day_has_filled_the_gap(tables: Any) -> None:
    _, _, home = tables
    statuses = home.ask("SELECT status, rows_written FROM raw.ingested_files ORDER BY rows_written").rows()
    assert statuses == [("loaded", 24), ("loaded", 11 * 24)]
    missing = home.ask("SELECT count(*) AS n FROM series.observations WHERE NOT is_observed")["n"].item()
    assert missing == 0


def test_the_scores_of_the_newer_night_stay(tables: Any) -> None:
    before, after, _ = tables
    assert before["forecasts.scores"].height > 0
    assert set(before["forecasts.scores"]["target_utc"].dt.date()) == {NEWER.date() - timedelta(days=1)}
    assert after["forecasts.scores"].equals(before["forecasts.scores"], null_equal=True)
