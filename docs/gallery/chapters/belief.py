"""Belief: candidates are believed by how well they did, and a champion by whom it has beaten."""

from __future__ import annotations

import numpy as np

from gallery.chapters.forecaster import HOUR, KINDS, days_of
from gallery.drawing import SAMPLE, THEORY, beside, dots, line, panel, steps
from gallery.picture import Drawn, picture
from gallery.processes import link, stream
from traffic.models.forecasting.calendars import believe_calendar, with_holiday
from traffic.models.forecasting.candidates import CandidateMaker, candidate_names, split_name
from traffic.models.forecasting.champions import CONTESTANTS, Champions, choose_champions
from traffic.models.forecasting.combination import combination_weights, combine
from traffic.models.forecasting.earlier_holidays import earlier_holidays
from traffic.models.forecasting.models import check_model, model_names
from traffic.models.forecasting.outages import without_outages
from traffic.models.forecasting.remarks import remarks
from traffic.models.forecasting.scales import FOURTH_ROOT, Scale


@picture(
    CandidateMaker.candidates, CandidateMaker.plain, candidate_names, split_name, model_names, check_model
)
def how_well_each_did() -> Drawn:
    """How well each candidate does.

    Mean absolute errors over 28 days of thirty links whose errors are an AR(1) of 0.7: of the candidates,
    and of the profile of all days without an update, beside what one would err who knew mean, spread and
    coefficient of the process.
    """
    truth = link("how_well_each_did", 56, n_series=30)
    values = days_of(truth.values)
    maker = CandidateMaker(values, KINDS, Scale.of(FOURTH_ROOT, values))
    made = maker.candidates(1)
    actual = values[:, 28:]
    errors = np.abs(made.forecasts[:, :, :-1] - actual).mean(axis=(1, 2, 3))
    profile, _ = split_name("all_days")
    check_model(profile)
    plain = np.abs(maker.plain(profile, 1)[:, :-1] - actual).mean()
    last = (values[:, 27:-1, -1:] - truth.mean[-1]) / truth.std[-1]
    oracle = truth.mean + truth.std * last * truth.phi ** (HOUR + 1.0)
    best = float(np.abs(oracle - actual).mean())
    names = [name.replace("_", " ") for name in candidate_names(1) if name != "level"]
    order = np.argsort(errors[: len(names)])
    chart = panel(
        dots(
            [*errors[order], plain], [*(names[index] for index in order), "all days, not updated"], SAMPLE, 60
        ),
        dots([best], [names[order[0]]], THEORY, 90, is_hollow=True),
        x="error, Gbit/s",
        y="",
        width=420,
        height=230,
    )
    updated = errors[made.names.index("all_days_intraday")] < plain
    return Drawn(
        chart, bool(updated and best < errors.min() < 1.15 * best and "all_days@log" in model_names())
    )


@picture(combination_weights, combine, believe_calendar, earlier_holidays, with_holiday)
def how_much_each_is_believed() -> Drawn:
    """How much each is believed.

    Left: the weight of a candidate by how much more than the best it has erred, exp(-10 (e / e_min - 1))
    before all weights are made to sum to one. Right: a forecast of 10 without a calendar and of 4 with
    it, where every fifth day is a holiday of 4: the holidays of the four weeks before were like Sundays,
    so that the calendar is believed from the first one on.
    """
    more = np.linspace(0.0, 0.6, 25)
    errors = np.broadcast_to(1.0 + more[:, None, None], (25, 1, 28)).copy()
    is_judged = np.ones((1, 28), dtype=np.bool_)
    weights = combination_weights(errors, is_judged, 1)[:, 0, -1]
    combined = combine(np.broadcast_to(more[:, None, None, None], (25, 1, 29, 1)), errors, is_judged, 1)
    theory = np.exp(-10.0 * more)
    left = panel(
        dots(more, weights / weights[0], SAMPLE, 30),
        line(more, theory, THEORY),
        x="erred more than the best by",
        y="weight, the best as one",
    )
    day = np.arange(57)
    is_off = (day - 28) % 5 == 4
    is_holiday = is_off[28:]
    course = np.where(is_off | (day % 7 == 6), 4.0, 10.0)
    earlier = earlier_holidays(course[None, :56, None], day % 7 + 7 * is_off)
    made = np.broadcast_to(np.array([10.0, 4.0])[:, None, None, None], (2, 1, 29, 1))
    actual = np.where(is_holiday, 4.0, 10.0)
    of_both = np.abs(made[:, :, :-1, 0] - actual[:-1])
    combined_too, share = believe_calendar(made, of_both, is_judged, is_holiday, 1, earlier)
    believed = combined_too[0, :, 0]
    (said,) = with_holiday(["A day of 4."], "Fifth Day", ["combination"], share[:, 4])
    row = np.arange(29)
    right = panel(
        dots(row, actual, "what came", 40, is_hollow=True),
        dots(row[1:], believed[1:], "believed", 24),
        x="day",
        y="Gbit/s",
    )
    mean = float((theory * more).sum() / theory.sum())
    same = np.allclose(weights / weights[0], theory) and np.isclose(combined[0, -1, 0], mean)
    same = same and np.allclose(believed[1:], actual[1:], rtol=1e-3) and said.endswith("earlier holidays.")
    return Drawn(beside(left, right), bool(same))


@picture(choose_champions, Champions.forecasts, Champions.names, Champions.reasons)
def the_champion() -> Drawn:
    """Who speaks for a series.

    Errors of a combination that is good by the end and bad at first, and of the seasonal naive forecasts:
    the champion of each day is the one with the least mean of the errors that its eve knew, so that the
    combination has to earn its place.
    """
    day = np.arange(28.0)
    errors = np.stack([4.0 * 0.8**day + 0.5, np.full(28, 2.0), np.full(28, 1.5)])[:, None]
    champions = choose_champions(errors, np.ones((1, 28), dtype=np.bool_), 1)
    picked = champions.forecasts(np.broadcast_to(np.arange(3.0)[:, None, None, None], (3, 1, 29, 1)))[0, :, 0]
    left = panel(
        *(
            line(day, of_model[0], name.replace("_", " "))
            for name, of_model in zip(CONTESTANTS, errors, strict=True)
        ),
        x="day",
        y="error",
        y_scale={"zero": True},
    )
    right = panel(
        steps(np.arange(29), picked, "champion"),
        x="day",
        y="0 combination, 1 by day, 2 by week",
    )
    known = np.cumsum(errors, axis=2)[:, 0]
    theory = np.array([1, *(int(np.argmin(known[:, k])) for k in range(28))])
    named = champions.names() == ["combination"] and champions.reasons()[0].startswith(
        "Combination: on 28 days"
    )
    return Drawn(beside(left, right), bool(named and (picked == theory).all()))


@picture(without_outages, remarks)
def what_is_no_zero() -> Drawn:
    """Zeros that say nothing, and zeros that do.

    The last two weeks of links as a forecaster sees them; red is taken for missing. An outage is; what is
    off every Sunday, or has been off for more than a week, is not. What is odd is said: the first is told
    of 10 zeros, the third that it has been zero for nine days.
    """
    rng = stream("what_is_no_zero")
    values = np.abs(5.0 + rng.standard_normal((3, 56, 24)))
    values[0, 50, 6:16] = 0.0
    values[1, 6::7] = 0.0
    values[2, 47:] = 0.0
    kept = without_outages(values, 3600)
    cells = np.where(np.isnan(kept), 2.0, (values > 0).astype(float))[:, 42:].reshape(3, -1)
    at = [f"{k / 24:.2f}".removesuffix(".00") for k in range(42 * 24, 56 * 24)]
    rows = ["an outage", "off on Sundays", "off for nine days"]
    marks = []
    for index, name in enumerate(rows):
        t = np.arange(42 * 24, 56 * 24) / 24
        here = values[index, 42:].ravel()
        gone = np.where(cells[index] == 2.0, 0.0, np.nan)
        marks.append(
            panel(
                line(t, here, "measured"),
                dots(t, gone, "taken for missing", 30),
                x="day of the history",
                y="Gbit/s",
                title=name,
                width=180,
                height=120,
            )
        )
    said = remarks(values, kept)
    right = said[0].startswith("10 zeros") and said[1] == "" and "zero for 9.0 days" in said[2]
    return Drawn(beside(*marks), bool(right and (cells == 2.0).sum() == 10 and len(at) == cells.shape[1]))
