"""The forecaster: days of the past speak for the next one, and what they leave over is carried on."""

from __future__ import annotations

import numpy as np

from gallery.drawing import SAMPLE, THEORY, bars, beside, dots, line, panel, steps
from gallery.picture import Drawn, picture
from gallery.processes import Floats, arma, link, stream
from traffic.models.forecasting.combination import daily_errors, judged_days
from traffic.models.forecasting.day_weights import day_weights
from traffic.models.forecasting.naive import NAIVE, naive_forecasts
from traffic.models.forecasting.profiles import PROFILES, ScaledDays, day_profiles
from traffic.models.forecasting.residual_autoregression import intraday_updates, lags_of
from traffic.models.forecasting.residual_levels import level_updates
from traffic.models.forecasting.residuals import (
    hourly_means,
    hours_of,
    learning_weights,
    refit_rows,
    residuals_of,
    ridge_coefficients,
)
from traffic.models.forecasting.scales import FOURTH_ROOT, Scale, sizes_of
from traffic.models.forecasting.surprises import without_surprises

KINDS = np.arange(57) % 7
HOUR = np.arange(24)


def days_of(values: Floats) -> Floats:
    """Lay eight weeks of hours under one another."""
    return values[:, : 56 * 24].reshape(-1, 56, 24)


@picture(day_weights)
def voices_of_the_past() -> Drawn:
    """Which days speak for tomorrow.

    Weight of each day by its age, the newest as one: of all days alike, with half-lives of one and of
    eight days, which are straight lines on this scale; of the same weekday alone; and of both together,
    as the profile of day and week has it. Before six weeks there is silence.
    """
    weights = day_weights(KINDS, 1)
    age = 56 - np.arange(56)
    shown = {
        "last days": weights.last_days[-1],
        "all days": weights.all_days[-1],
        "same weekday": weights.same_kind[-1],
        "day and week": weights.joint[-1],
    }
    marks = [dots(age, np.log2(np.maximum(w / w.max(), 1e-6)), name, 26) for name, w in shown.items()]
    theory = line(age[14:], -(age[14:] - 1) / 8, THEORY)
    chart = panel(
        *marks,
        theory,
        x="age, days",
        y="weight, as a power of two",
        width=560,
        height=220,
        y_scale={"domain": [-8, 0.3]},
        x_scale={"domain": [0, 57]},
    )
    straight = np.allclose(np.log2(weights.all_days[-1][14:]), -(age[14:] - 1) / 8)
    return Drawn(chart, bool(straight and not weights.joint[-1][:14].any()))


@picture(day_profiles, ScaledDays.part, Scale.forward, Scale.backward, sizes_of)
def profiles_of_tomorrow() -> Drawn:
    """What the days before say of tomorrow.

    Left: three of the five profiles of a link, on the true mean of each hour. They are averages of fourth
    roots, which low values move more than high ones. Right: root mean square errors over 200 links, by
    the days that count in effect: sqrt(sum w^2), the standard deviation of a weighted mean of independent
    days.
    """
    truth = link("profiles_of_tomorrow", 56, n_series=200, phi=0.0)
    values = days_of(truth.values)
    values = values / sizes_of(values)[:, None, None]
    scale = Scale.of(FOURTH_ROOT, values)
    days, weights = ScaledDays.of(scale.forward(values)), day_weights(KINDS, 1)
    profiles, _ = day_profiles(days.part(np.arange(200)), weights)
    sizes = sizes_of(days_of(truth.values))
    tomorrow = scale.backward(profiles[:, :, -1:].copy())[:, :, 0] * sizes[:, None]
    error = np.sqrt(((tomorrow - truth.mean) ** 2).mean(axis=1))
    shown = {"last days": 0, "weekday": 2, "day and week": 3}
    left = panel(
        *(dots(HOUR, tomorrow[index, 0], name, 28) for name, index in shown.items()),
        line(HOUR, truth.mean, THEORY),
        x="hour of the day",
        y="Gbit/s",
    )
    kernels = {0: weights.last_days[-1], 1: weights.all_days[-1], 3: weights.joint[-1]}
    theory = {
        index: float(np.sqrt((w**2).sum()) / w.sum() * np.sqrt((truth.std**2).mean()))
        for index, w in kernels.items()
    }
    names = [PROFILES[index].replace("_", " ") for index in (0, 1)]
    found = np.sqrt((error[:2] ** 2).mean(axis=1))
    right = panel(
        bars(names, found, SAMPLE),
        dots(names, [theory[0], theory[1]], THEORY, 90),
        x="profile",
        y="error, Gbit/s",
        y_scale={"zero": True},
    )
    near = np.abs(found / np.array([theory[0], theory[1]]) - 1)
    return Drawn(beside(left, right), bool(near.max() < 0.06))


@picture(naive_forecasts, daily_errors, judged_days)
def errors_of_the_naive() -> Drawn:
    """What anybody could say.

    Mean absolute error by hour of forecasts without a model, over 28 days of a hundred links: the value
    of the day before and of the week before err twice, by 2 / sqrt(pi) standard deviations; the mean of
    all hours errs by how far the hour lies from it.
    """
    truth = link("errors_of_the_naive", 56, n_series=100, phi=0.0)
    values = days_of(truth.values)
    made = naive_forecasts(values, 1)
    errors = np.abs(made[:, :, :-1] - values[:, 28:]).mean(axis=(1, 2))
    daily = daily_errors(made, values, judged_days(values, 1))
    chart = panel(
        *(
            dots(HOUR, errors[NAIVE.index(name)], name.replace("_", " "), 30)
            for name in NAIVE
            if "last" not in name
        ),
        line(HOUR, 2 / np.sqrt(np.pi) * truth.std, THEORY),
        x="hour of the day",
        y="error, Gbit/s",
        width=560,
        y_scale={"zero": True},
    )
    near = np.abs(errors[:2] / (2 / np.sqrt(np.pi) * truth.std) - 1).max() < 0.06
    return Drawn(chart, bool(near and np.allclose(daily.mean(axis=(1, 2)), errors.mean(axis=1))))


@picture(without_surprises, hourly_means, hours_of, residuals_of)
def a_spike_taken_off() -> Drawn:
    """A spike is taken off.

    Five days of a link whose days are alike but for a little noise. The hour that is a thousand times
    what it was is clipped to ten robust standard deviations before anything is averaged. A burst of six
    hours is left as it is, and of a level that stays no hour is moved by as much as one.
    """
    rng = stream("a_spike_taken_off")
    day = 5.0 + 3.0 * np.sin(2.0 * np.pi * (HOUR - 9) / 24)
    values = day + 0.2 * rng.standard_normal((1, 56, 24))
    values[0, 51, 10] *= 1_000
    values[0, 52, 12:18] += 6.0
    values[0, 54:] += 3.0
    scaled = ScaledDays.of(values)
    clean = without_surprises(scaled, day_weights(KINDS, 1))
    residuals = residuals_of(hourly_means(clean.days.values, clean.days.is_observed), clean.profiles, 1)
    t = np.arange(6 * 24) / 24 + 50
    upper = panel(
        line(t, np.minimum(values[0, 50:].ravel(), 16.0), "measured, up to 16"),
        line(t, clean.days.values[0, 50:].ravel(), "clipped", is_dashed=True),
        x="day",
        y="Gbit/s",
    )
    lower = panel(
        steps(t, residuals.values[1, 0, 43:].ravel(), "left by the profile of all days"),
        x="day",
        y="Gbit/s",
    )
    moved = np.abs(clean.days.values - values)[0]
    is_spike = np.argwhere(moved > 1.0).tolist() == [[51, 10]] and not moved[52].any()
    return Drawn(beside(upper, lower), bool(is_spike and hours_of(288) == 24))


@picture(intraday_updates, lags_of, learning_weights, refit_rows, ridge_coefficients)
def what_the_evening_says_of_the_night() -> Drawn:
    """What the last hours say of the next ones.

    Residuals that are an AR(1) of 0.8, of three hundred series. Left: by how much of the last one the
    update is moved, h hours ahead, on 0.8^h. Right: the weight of each day in what the coefficients are
    learned from, at the three times when they are learned: those of the past know nothing of what came
    later.
    """
    noise = arma("what_the_evening_says_of_the_night", 56 * 24, ar=(0.8,), n_series=300)
    hourly = noise.reshape(300, 56, 24)
    residuals = residuals_of(hourly, np.zeros((1, 300, 50, 24)), 1)
    update = intraday_updates(residuals)[0, :, -1]
    last = hourly[:, -1, -1]
    slope = (update * last[:, None]).sum(axis=0) / (last**2).sum()
    ahead = np.arange(1, 25)
    left = panel(
        dots(ahead, slope, SAMPLE, 30),
        line(ahead, 0.8**ahead, THEORY),
        x="hours ahead",
        y="part of the last one",
    )
    refits, _ = refit_rows(residuals.rows.size)
    weights = learning_weights(residuals)
    day = np.arange(weights.shape[1]) + 7
    right = panel(
        *(
            line(day, w, f"for day {residuals.rows[refit] + 7}")
            for refit, w in zip(refits, weights, strict=True)
        ),
        x="day of the history",
        y="weight",
        y_scale={"zero": True},
    )
    lags = lags_of(24)
    path = noise[0]
    lagged = np.stack([path[48 - lag : path.size - lag] for lag in lags], axis=1)
    own = ridge_coefficients(lagged.T @ lagged, lagged.T @ path[48:], 1e-3)
    near = np.abs(slope[:8] - 0.8 ** ahead[:8]).max() < 0.12
    return Drawn(beside(left, right), bool(near and abs(own[0] - 0.8) < 0.1))


@picture(level_updates)
def a_level_that_stays() -> Drawn:
    """What the last days say of the next ones.

    Residuals whose level wanders, an AR(1) of 0.985 by the hour, of three hundred series: by how much of
    the last one the level update is moved, h hours ahead, on 0.985^h, for the next day and for the third.
    It is a ridge regression on four levels that fade and on two days of the same hour: after some hours
    it says less than it might, by up to three tenths.
    """
    phi = 0.985
    noise = arma("a_level_that_stays", 56 * 24, ar=(phi,), n_series=300)
    hourly = noise.reshape(300, 56, 24)
    last = hourly[:, -1, -1]
    found = {}
    for lead in (1, 3):
        update = level_updates(residuals_of(hourly, np.zeros((1, 300, 50, 24)), lead))[0, :, -1]
        found[lead] = (update * last[:, None]).sum(axis=0) / (last**2).sum()
    ahead = np.arange(1.0, 73.0)
    chart = panel(
        dots(ahead[:24], found[1], "next day", 30),
        dots(ahead[48:], found[3], "third day", 30),
        line(ahead, phi**ahead, THEORY),
        x="hours ahead",
        y="part of the last one",
        width=560,
        y_scale={"zero": True},
    )
    near = np.abs(found[1] - phi ** ahead[:24]).max() < 0.3
    return Drawn(chart, bool(near and np.abs(found[3] - phi ** ahead[48:]).max() < 0.3))
