"""Intervals, paths and frames: how sure a forecast is, what a whole night may be, and how one asks."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
from scipy.signal import lfilter
from scipy.stats import norm, t

from gallery.drawing import SAMPLE, THEORY, band, beside, dots, level, line, panel
from gallery.picture import Drawn, picture
from gallery.processes import Floats, arma, link, stream
from traffic.models.forecasting.backtest_frames import backtest, measure_rows, seasonal_scales
from traffic.models.forecasting.backtests import backtest_sums
from traffic.models.forecasting.batches import forecast_batch
from traffic.models.forecasting.calibration import ErrorLaw, error_law
from traffic.models.forecasting.forecaster import forecast_ahead, passes
from traffic.models.forecasting.frames import (
    as_came,
    check_options,
    cross_validation,
    forecast,
    joined,
    labelled,
)
from traffic.models.forecasting.panel import (
    Panel,
    cells,
    histories_of,
    panels_of,
    phase_of,
    read_frame,
    step_of,
    targets_of,
)
from traffic.models.forecasting.path_frames import simulate_batch, simulate_paths
from traffic.models.forecasting.paths import DENSE_LEVELS, draw_normal_paths, normal_scores, values_of
from traffic.models.forecasting.weighted_quantiles import weighted_quantiles
from traffic.models.forecasting.young_records import widen_young
from traffic.models.quantiles import QUANTILE_LEVELS
from traffic.windowing.histories import Histories

LEVELS = np.array(QUANTILE_LEVELS)
START = datetime(2025, 9, 1)
HOUR = np.arange(24)


def frame_of(values: Floats, start: datetime = START) -> pl.DataFrame:
    """Long frame of hourly series."""
    at = pl.datetime_range(start, interval="1h", end=start + timedelta(hours=values.shape[1]), closed="left", eager=True)
    return pl.concat(
        pl.DataFrame({"unique_id": f"link {k}", "ds": at, "y": series}) for k, series in enumerate(values)
    )


def histories(values: Floats, days_ahead: int = 1) -> Histories:
    """Eight weeks of hours."""
    return Histories(values[:, : 56 * 24].reshape(-1, 56, 24), np.arange(56 + days_ahead) % 7)


@picture(weighted_quantiles)
def quantiles_of_fading_days() -> Drawn:
    """Quantiles of days that fade.

    Quantiles of 28 days of 24 normal values with a half-life of a week, of a hundred series, on the normal law:
    each series' (pale band: where nine in ten of them lie) and their mean. Fading costs half of the days.
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

    Left: the 2.5 and 97.5 % limits of a link that is least steady in the evening, made of the errors of 28 days of a
    forecast that knows the mean, on the true ones, averaged over 40 links. They are wider, as Student's
    law of the days that count in effect is wider than the normal one. Right: the same width for records that are
    younger, by which little can be said of the next day.
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


@picture(forecast, forecast_batch, forecast_ahead, passes)
def tomorrow_of_a_link() -> Drawn:
    """Tomorrow, from eight weeks.

    The day after 56 days of a link: forecast and bands of 50, 80 and 95 %, on what the last hour lets one expect who
    knows mean, spread and coefficient of the process, and what came.
    """
    truth = link("tomorrow_of_a_link", 57)
    made = forecast(frame_of(truth.values[:, : 56 * 24]), 24, step="1h", levels=(50, 80, 95))
    last = (truth.values[0, 56 * 24 - 1] - truth.mean[-1]) / truth.std[-1]
    expected = truth.mean + truth.std * last * truth.phi ** (HOUR + 1.0)
    chart = panel(
        *(
            band(HOUR, made[f"diurnal-lo-{at}"], made[f"diurnal-hi-{at}"], "50, 80 and 95 %")
            for at in (95, 80, 50)
        ),
        line(HOUR, made["diurnal"], "forecast"),
        line(HOUR, expected, THEORY),
        dots(HOUR, truth.values[0, 56 * 24 :], "what came", 40),
        x="hour of the day",
        y="Gbit/s",
        width=560,
        height=220,
    )
    arrays = histories(truth.values)
    batch = forecast_batch(arrays, 3600, LEVELS)
    (part,) = passes(arrays)
    day = next(forecast_ahead(part[1].values, arrays.kinds, LEVELS))
    same = np.allclose(batch.points[0], made["diurnal"]) and np.allclose(day.points[0, -1], batch.points[0])
    return Drawn(chart, bool(same and np.abs(made["diurnal"].to_numpy() - expected).max() < 1.2))


@picture(cross_validation, Panel.until, Panel.part, labelled, joined, as_came, check_options)
def seven_origins() -> Drawn:
    """Seven nights from where they were.

    The last week of a link, each day forecast from what was known at its midnight, with the band of 95 %: what
    ``forecast`` would have said then, for nothing behind the cutoff is looked at.
    """
    truth = link("seven_origins", 63)
    given = frame_of(truth.values)
    made = cross_validation(given, 24, step="1h", n_windows=7)
    at = np.arange(7 * 24) / 24 + 56
    chart = panel(
        band(at, made["diurnal-lo-95"], made["diurnal-hi-95"]),
        line(at, made["diurnal"], "forecast"),
        dots(at, made["y"], "what came", 14),
        x="day",
        y="Gbit/s",
        width=560,
        height=200,
    )
    cutoff = made["cutoff"][3 * 24]
    then = forecast(given.filter(pl.col("ds") <= cutoff), 24, step="1h")
    check_options(24, (80, 95), 3600)
    (panel_,) = panels_of(read_frame(given), 3600)
    known = panel_.until(24).part(np.array([0]))
    ended = np.isclose(known.values[0, -1], truth.values[0, -25])
    parts = [labelled(pl.DataFrame({"unique_id": [0]}), panel_.ids)]
    names = as_came(joined(parts, given, {}), given)["unique_id"].to_list()
    same = np.allclose(then["diurnal"], made["diurnal"][3 * 24 : 4 * 24])
    covered = ((made["y"] >= made["diurnal-lo-95"]) & (made["y"] <= made["diurnal-hi-95"])).mean()
    return Drawn(chart, bool(same and ended and names == ["link 0"] and 0.85 < float(str(covered)) <= 1.0))


@picture(backtest, backtest_sums, measure_rows, seasonal_scales)
def skill_of_the_models() -> Drawn:
    """How the models would have done.

    Skill against the seasonal naive forecast, 1 - MAE / MAE of the naive, of the champion, the mean and the naive by
    week, of twenty links whose errors forget at different rates. Dashed: of the mean of the
    hour, 1 - 1 / sqrt(2), were nothing to be learned from the last hours.
    """
    phis = np.linspace(0.0, 0.95, 20)
    values = np.concatenate(
        [link(f"skill_of_the_models {k}", 56, phi=float(phi)).values for k, phi in enumerate(phis)]
    )
    made = backtest(frame_of(values), 24, step="1h")
    champion = made.filter("is_champion")
    order = [f"link {k}" for k in range(20)]
    skill = {
        name: rows.sort(pl.col("unique_id").cast(pl.Enum(order)))["skill_naive"]
        for name, rows in (
            ("champion", champion),
            ("mean", made.filter(model="mean")),
            ("naive by week", made.filter(model="seasonal_naive_week")),
        )
    }
    chart = panel(
        *(dots(phis, figures, name, 34) for name, figures in skill.items()),
        level(1 - np.sqrt(0.5), THEORY),
        x="coefficient of the errors",
        y="skill",
        width=420,
    )
    arrays = histories(values)
    (part,) = passes(Histories(arrays.values[:1], arrays.kinds))
    day = next(forecast_ahead(part[1].values, arrays.kinds, LEVELS))
    rows = measure_rows(
        backtest_sums(day, arrays.values[:1]), day.champions.names(), seasonal_scales(arrays.values[:1])
    )
    own = rows.filter("is_champion")["mae"][0]
    same = np.isclose(own, champion.filter(unique_id="link 0")["mae"][0])
    near = abs(float(skill["champion"][:5].mean()) - (1 - np.sqrt(0.5))) < 0.08
    return Drawn(chart, bool(same and near and skill["champion"].min() > 0))


@picture(normal_scores, draw_normal_paths, values_of)
def errors_that_go_together() -> Drawn:
    """Errors that go together.

    Left: the correlation of errors u hours apart within one night, of forecasts of the past that err as an AR(1) of
    0.9, on 0.9^u, and that of paths which are drawn from them. Right: three of the paths, in the unit of the
    series.
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
    drawn = draw_normal_paths(scores, 60, 3.0, rng)
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

    Links whose errors forget slowly, an AR(1) of 0.95: the share of paths that pass a threshold in one hour at
    least, by the threshold, averaged over a hundred links, and of as many nights that came. Were the hours
    independent it would be the upper curve.
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
    few = simulate_batch(histories(truth.values[:1]), 3600, 3, np.random.default_rng(0))
    near = np.abs(said - of_nights).max() < 0.12 and (alone >= said - 0.01).all()
    return Drawn(chart, bool(near and few.shape == (1, 3, 24)))


@picture(panels_of, targets_of, histories_of, read_frame, step_of, cells, phase_of, Panel.places)
def across_a_change_of_the_clock() -> Drawn:
    """Across a change of the clock.

    An office in Berlin, in the nights in which its clock goes back (left) and forward (right), by universal time. Its
    peak is an hour later or earlier after the change; what is forecast from before it follows, for days are
    cut by the local clock. Dashed: the course that the office keeps by its own clock.
    """
    panels, holds = [], []
    for title, begin in (("October", datetime(2025, 10, 25, 22)), ("March", datetime(2025, 3, 29, 23))):
        hours = pl.datetime_range(
            begin - timedelta(days=57), begin + timedelta(hours=36), interval="1h", closed="left", eager=True
        )
        at = hours.dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin")
        local = at.dt.replace_time_zone(None).dt.epoch("us").to_numpy()
        phase = phase_of(local, step_of("1h"))
        hour_of_day = cells(local, phase, step_of("1h")) % 24
        course = 10 + 6 * np.exp(-(((hour_of_day - 11) / 3.0) ** 2))
        is_known = hours.to_numpy() < np.datetime64(begin)
        given = pl.DataFrame({"unique_id": "office", "ds": at, "y": course}).filter(pl.Series(is_known))
        (laid,) = panels_of(read_frame(given), 3600)
        ds, column = targets_of(laid, 36)
        past = histories_of(laid, column)
        points = forecast_batch(past, 3600, LEVELS).points[0]
        made = points[laid.places(column, points.size)[0]]
        truth = course[~is_known]
        ahead = np.arange(1, 37)
        panels.append(
            panel(
                dots(ahead, made, "forecast", 34),
                line(ahead, truth, THEORY),
                x=f"hours since {begin:%H}:00 universal time",
                y="Gbit/s",
                title=title,
            )
        )
        holds.append(ds.len() == 36 and np.abs(made - truth).max() < 0.05)
    return Drawn(beside(*panels), all(bool(one) for one in holds))
