"""Asking the forecaster: frames in, frames out, and what was known when."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from gallery.chapters.intervals import HOUR, LEVELS, frame_of, histories
from gallery.drawing import THEORY, band, beside, dots, level, line, panel
from gallery.picture import Drawn, picture
from gallery.processes import link
from traffic.models.forecasting.backtest_frames import backtest, measure_rows, seasonal_scales
from traffic.models.forecasting.backtests import backtest_sums
from traffic.models.forecasting.batches import forecast_batch
from traffic.models.forecasting.forecaster import forecast_ahead, passes
from traffic.models.forecasting.frames import (
    as_came,
    check_options,
    cross_validation,
    forecast,
    joined,
    labelled,
)
from traffic.models.forecasting.long_frames import read_frame, step_of
from traffic.models.forecasting.panel import Panel, histories_of, panels_of, targets_of
from traffic.windowing.clock_cells import cells, phase_of
from traffic.windowing.histories import Histories


@picture(forecast, forecast_batch, forecast_ahead, passes)
def tomorrow_of_a_link() -> Drawn:
    """Tomorrow, from eight weeks.

    The day after 56 days of a link: forecast and bands of 50, 80 and 95 %, on what the last hour lets one
    expect who knows mean, spread and coefficient of the process, and what came.
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

    The last week of a link, each day forecast from what was known at its midnight, with the band of 95 %:
    what ``forecast`` would have said then, for nothing behind the cutoff is looked at.
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

    Skill against the seasonal naive forecast, 1 - MAE / MAE of the naive, of the champion, the mean and
    the naive by week, of twenty links whose errors forget at different rates. Dashed: of the mean of the
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


@picture(panels_of, targets_of, histories_of, read_frame, step_of, Panel.places)
def across_a_change_of_the_clock() -> Drawn:
    """Across a change of the clock.

    An office in Berlin, in the nights in which its clock goes back (left) and forward (right), by
    universal time. Its peak is an hour later or earlier after the change; what is forecast from before it
    follows, for days are cut by the local clock. Dashed: the course that the office keeps by its own
    clock.
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
