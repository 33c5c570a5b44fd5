"""Skill: what a forecast avoids of the errors that anybody would have made, and when it no longer does."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
from scipy.stats import foldnorm, norm

from gallery.drawing import THEORY, beside, dots, level, line, panel
from gallery.picture import Drawn, picture
from gallery.processes import link, stream
from traffic.models.decay import decay_sentences
from traffic.models.quantiles import QUANTILE_COLUMNS, QUANTILE_LEVELS
from traffic.models.scored_points import score_points

_START = datetime(2024, 1, 1)
_HOUR = timedelta(hours=1)


@picture(score_points)
def what_a_forecast_avoids() -> Drawn:
    """What a forecast avoids.

    Mean absolute error by hour of the day over seven days of a hundred links: of the true mean of the hour,
    of the seasonal naive forecast (the value of the day before), and of the mean of the six weeks before,
    each on what normal deviations give. By the naive a deviation errs twice, which costs the root of two.
    """
    truth = link("what_a_forecast_avoids", 49, n_series=100)
    names = [f"link {k}" for k in range(100)]
    at = pl.datetime_range(_START, interval=_HOUR, end=_START + 49 * 24 * _HOUR, closed="left", eager=True)
    observations = pl.concat(
        pl.DataFrame({"at_utc": at, "value": x}).with_columns(series_id=pl.lit(name))
        for name, x in zip(names, truth.values, strict=True)
    )
    bands = truth.mean[:, None] + truth.std[:, None] * norm.ppf(QUANTILE_LEVELS)
    said = pl.DataFrame(
        {"slot": np.arange(24), "mean": truth.mean} | dict(zip(QUANTILE_COLUMNS, bands.T, strict=True))
    )
    hours = pl.DataFrame({"target_utc": at, "slot": truth.slot}).tail(7 * 24).join(said, on="slot")
    issued = pl.col("target_utc").dt.truncate("1d")
    points = hours.with_columns(
        model=pl.lit("true mean"),
        is_champion=True,
        step_seconds=3600,
        issued_at_utc=issued,
        horizon=pl.col("slot") + 1,
    ).join(pl.DataFrame({"series_id": names}), how="cross")
    scores = score_points(points, observations, 3600)
    found = (
        scores.group_by("horizon")
        .agg(pl.col("error", "naive_error", "mean_error").abs().mean())
        .sort("horizon")
    )
    far = (truth.mean - truth.mean.mean()) / truth.std
    expected = {
        "error": truth.std * np.sqrt(2 / np.pi),
        "naive_error": truth.std * 2 / np.sqrt(np.pi),
        "mean_error": foldnorm.mean(np.abs(far), scale=truth.std),
    }
    hour = np.arange(24)
    shown = {"error": "true mean", "naive_error": "seasonal naive", "mean_error": "mean of 42 days"}
    chart = panel(
        *(dots(hour, found[name].to_numpy(), words, 40) for name, words in shown.items()),
        *(line(hour, law, THEORY) for law in expected.values()),
        x="hour of the day",
        y="mean absolute error, Gbit/s",
        y_scale={"zero": True},
        width=480,
    )
    near = max(float(np.abs(found[name].to_numpy() / law - 1).max()) for name, law in expected.items())
    return Drawn(chart, near < 0.15)


@picture(decay_sentences)
def a_forecast_that_decays() -> Drawn:
    """A forecast that decays.

    Error of two forecasts over that of the seasonal naive, day by day; in their backtests it was 0.6. What is
    forecast on the right changes after the fourteenth day. Diamonds: the days on which this is told, by what
    was scored until then.
    """
    rng = stream("a_forecast_that_decays")
    day = np.arange(1, 25)
    naive = np.exp(0.25 * rng.standard_normal(day.size))
    own = 0.6 * naive * np.exp(0.1 * rng.standard_normal((2, day.size)))
    own[1, 14:] *= 2.5
    panels, told = [], []
    for errors, title in zip(own, ("As in its backtest", "The traffic has changed"), strict=True):
        said = [
            decay_sentences(errors[None, :n], naive[None, :n], np.array([0.4]))[0] is not None for n in day
        ]
        told.append(day[said])
        marks = [dots(day[said], (errors / naive)[said], "told", 60, is_hollow=True)] if any(said) else []
        panels.append(
            panel(
                line(day, errors / naive, "error over the naive's"),
                level(1.0, "the naive's"),
                *marks,
                x="day",
                y="ratio",
                title=title,
                y_scale={"domain": [0, 2.2]},
            )
        )
    return Drawn(
        beside(*panels), bool(told[0].size == 0 and 15 <= told[1].min() <= 17 and told[1].max() == 24)
    )
