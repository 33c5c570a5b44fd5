"""Intervals and paths: how sure a forecast is, and what a whole night may be."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
from scipy.signal import lfilter
from scipy.stats import norm, t

from gallery.drawing import SAMPLE, THEORY, band, beside, dots, level, line, panel
from gallery.picture import Drawn, picture
from gallery.processes import Floats, link, stream
from traffic.models.forecasting.calibration import ErrorLaw, error_law
from traffic.models.forecasting.path_frames import simulate_batch, simulate_paths
from traffic.models.forecasting.paths import (
    DENSE_LEVELS,
    amplitudes,
    correlated,
    draw_normal_paths,
    normal_scores,
    values_of,
)
from traffic.models.forecasting.weighted_quantiles import weighted_quantiles
from traffic.models.forecasting.young_records import widen_young
from traffic.models.quantiles import QUANTILE_LEVELS
from traffic.windowing.histories import Histories

LEVELS = np.array(QUANTILE_LEVELS)
START = datetime(2025, 9, 1)
HOUR = np.arange(24)


def frame_of(values: Floats, start: datetime = START) -> pl.DataFrame:
    """Long frame of hourly series."""
    at = pl.datetime_range(
        start, interval="1h", end=start + timedelta(hours=values.shape[1]), closed="left", eager=True
    )
    return pl.concat(
        pl.DataFrame({"unique_id": f"link {k}", "ds": at, "y": series}) for k, series in enumerate(values)
    )


def histories(values: Floats, days_ahead: int = 1) -> Histories:
    """Eight weeks of hours."""
    return Histories(values[:, : 56 * 24].reshape(-1, 56, 24), np.arange(56 + days_ahead) % 7)


@picture(weighted_quantiles)
def quantiles_of_fading_days() -> Drawn:
    """Quantiles of days that fade.

    Quantiles of 28 days of 24 normal values with a half-life of a week, of a hundred series, on the
    normal law: the band holds nine in ten of them, the dots are their means. Fading costs a third of the
    days.
    """
    values = stream("quantiles_of_fading_days").standard_normal((100, 28, 24))
    levels = np.linspace(0.02, 0.98, 49)
    weights = 0.5 ** (np.arange(28)[::-1] / 7)
    made = weighted_quantiles(
        values, weights, np.ones(values.shape, dtype=np.bool_), np.broadcast_to(levels, (100, 49))
    )
    low, high = np.quantile(made, [0.05, 0.95], axis=0)
    chart = panel(
        band(levels, low, high, "nine in ten series"),
        dots(levels, made.mean(axis=0), SAMPLE, 24),
        line(levels, norm.ppf(levels), THEORY),
        x="level",
        y="quantile",
        width=420,
    )
    # Of a median: sqrt(pi / 2) over the root of the values that count in effect.
    effective = 24 * weights.sum() ** 2 / (weights**2).sum()
    spread = float(made[:, 24].std() / np.sqrt(np.pi / 2 / effective))
    near = np.abs(made.mean(axis=0) - norm.ppf(levels)).max() < 0.05
    return Drawn(chart, bool(near and 0.8 < spread < 1.25))


@picture(error_law, ErrorLaw.quantiles, ErrorLaw.values_at, widen_young)
def errors_become_intervals() -> Drawn:
    """Errors of the past become the intervals of tomorrow.

    Left: the 2.5 and 97.5 % limits of a link that is least steady in the evening, made of the errors of
    28 days of a forecast that knows the mean, averaged over 40 links, on those of Student's law of the
    days that count in effect and on those of the law itself. Three tenths of a spread are shared by all
    hours, which evens them out. Right: the width for younger records, of whose forecasts few were judged
    or none.
    """
    truth = link("errors_become_intervals", 56, n_series=40, phi=0.0)
    values = truth.values.reshape(40, 56, 24)
    points = np.broadcast_to(truth.mean, (40, 29, 24))
    law, _ = error_law(points, values[:, 28:], np.ones((40, 28), dtype=np.bool_), LEVELS, 1, is_root=False)
    made = law.quantiles().mean(axis=0)
    weights = 0.5 ** (np.arange(28) / 7)
    freedom = weights.sum() ** 2 / (weights**2).sum()
    factor = t.ppf(0.975, freedom)
    left = panel(
        line(HOUR, made[:, 0], SAMPLE),
        line(HOUR, made[:, -1], SAMPLE),
        line(HOUR, truth.mean + factor * truth.std, THEORY),
        line(HOUR, truth.mean - factor * truth.std, THEORY),
        line(HOUR, truth.mean + 1.96 * truth.std, "known law"),
        line(HOUR, truth.mean - 1.96 * truth.std, "known law"),
        x="hour of the day",
        y="Gbit/s",
    )
    days = np.array([0.25, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 14])
    widths = []
    for length in days:
        young = values.copy().reshape(40, -1)
        young[:, : round((56 - length) * 24)] = np.nan
        wide = widen_young(law, young.reshape(values.shape))
        deviates = wide.values_at(wide.deviates[:, [0, -1], None])
        widths.append(float((deviates[:, 1] - deviates[:, 0]).mean()))
    own = float((made[:, -1] - made[:, 0]).mean())
    right = panel(
        dots(days, widths, "95 % interval", 40),
        level(own, "of the errors"),
        x="days of the record",
        y="width, Gbit/s",
        y_scale={"zero": True},
    )
    ratio = (made[:, -1] - made[:, 0]) / (2 * factor * truth.std)
    holds = abs(ratio.mean() - 1) < 0.1 and widths[0] > 1.3 * own and np.isclose(widths[-1], own)
    return Drawn(beside(left, right), bool(holds))


@picture(normal_scores, amplitudes, correlated, draw_normal_paths, values_of)
def errors_that_go_together() -> Drawn:
    """Errors that go together.

    Left: the correlation of errors u hours apart within one night, of forecasts of the past that err as
    an AR(1) of 0.9, on 0.9^u, and that of paths which are drawn from them. Right: three of the paths, in
    the unit of the series.
    """
    phi = 0.9
    rng = stream("errors_that_go_together")
    noise = rng.standard_normal((200, 28, 24 + 100))
    errors = lfilter([np.sqrt(1 - phi**2)], [1.0, -phi], noise, axis=2)[:, :, 100:]
    law = ErrorLaw(
        np.full((200, 24), 6.0),
        np.full((200, 24), 0.5),
        DENSE_LEVELS,
        np.broadcast_to(norm.ppf(DENSE_LEVELS), (200, DENSE_LEVELS.size)),
        False,
    )
    scores = normal_scores(errors, law)
    drawn = draw_normal_paths(scores, 60, 3.0, [rng] * len(scores))
    paths = values_of(drawn, law)
    lags = np.arange(0, 24)

    def correlation(x: Floats) -> Floats:
        return np.array([(x[..., lag:] * x[..., : 24 - lag]).mean() / (x**2).mean() for lag in lags])

    of_scores, of_paths = correlation(scores), correlation(drawn)
    left = panel(
        dots(lags, of_scores, "errors", 34),
        dots(lags, of_paths, "paths", 50, is_hollow=True),
        line(lags, phi ** lags.astype(float), THEORY),
        x="hours apart u",
        y="correlation",
    )
    right = panel(*(line(HOUR, paths[0, k], f"path {k + 1}") for k in range(3)), x="hour", y="Gbit/s")
    near = np.abs(of_scores - phi**lags).max() < 0.05 and np.abs(of_paths - of_scores).max() < 0.06
    return Drawn(beside(left, right), bool(near))


@picture(simulate_paths, simulate_batch)
def at_any_moment() -> Drawn:
    """At any moment tonight.

    Links whose errors forget slowly, an AR(1) of 0.95: the share of paths that pass a threshold in one
    hour at least, by the threshold, averaged over a hundred links, and of as many nights that came. Were
    the hours independent it would be the upper curve.
    """
    truth = link("at_any_moment", 57, n_series=100, phi=0.95)
    made = simulate_paths(frame_of(truth.values[:, : 56 * 24]), 24, step="1h", n_paths=100)
    drawn = made["diurnal"].to_numpy().reshape(100, 100, 24)
    came = truth.values[:, 56 * 24 :]
    threshold = np.linspace(9.0, 12.0, 13)
    said = np.array([(drawn.max(axis=2) > at).mean() for at in threshold])
    of_nights = np.array([(came.max(axis=1) > at).mean() for at in threshold])
    alone = np.array([(1 - np.prod(1 - (drawn > at).mean(axis=1), axis=1)).mean() for at in threshold])
    chart = panel(
        line(threshold, said, "paths"),
        dots(threshold, of_nights, "nights that came", 40),
        line(threshold, alone, "as if independent", is_dashed=True),
        x="threshold, Gbit/s",
        y="share",
        width=420,
        y_scale={"domain": [0, 1]},
    )
    few = simulate_batch(histories(truth.values[:1]), 3600, 3, [np.random.default_rng(0)])
    near = np.abs(said - of_nights).max() < 0.12 and (alone >= said - 0.01).all()
    return Drawn(chart, bool(near and few.shape == (1, 3, 24)))
