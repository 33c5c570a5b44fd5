"""Harmonics: mean and covariance as few sines, by four methods."""

from __future__ import annotations

import numpy as np

from gallery.drawing import SAMPLE, THEORY, beside, dots, level, line, panel
from gallery.picture import Drawn, picture
from gallery.processes import HOURS, arma, link, stream
from traffic.models.periodic.components import (
    covariance_harmonics,
    harmonics_from_moments,
    mean_harmonics,
    product_moments,
)
from traffic.models.periodic.harmonic_estimates import (
    METHODS,
    estimate_covariance_harmonics,
    estimate_mean_harmonics,
)
from traffic.models.periodic.harmonic_tests import (
    harmonic_f_test,
    highest_kept,
    kept_harmonics,
    neighbour_f_test,
)
from traffic.models.periodic.harmonics import course_of, harmonics_of
from traffic.models.periodic.moments import deviations, periodic_moments
from traffic.models.periodic.narrowband import narrowband_components, narrowband_covariance_harmonics


@picture(harmonics_of, course_of)
def sines_of_a_course() -> Drawn:
    """A course and its first sines.

    Hourly means of a link and the trigonometric polynomials of their first harmonics: one gives the swing of
    the day, two its flat morning, and twelve give every hour back.
    """
    truth = link("sines_of_a_course", 28)
    course = periodic_moments(truth.values, truth.slot, HOURS).mean[0]
    all_of_them = harmonics_of(course, 12)
    hour = np.arange(HOURS)
    curves = {k: course_of(all_of_them[: k + 1], HOURS) for k in (1, 2, 12)}
    chart = panel(
        dots(hour, course, "mean", 40),
        *(line(hour, curve, f"K = {k}") for k, curve in curves.items()),
        x="hour of the day",
        y="Gbit/s",
        width=560,
    )
    left = [float(np.abs(curve - course).max()) for curve in curves.values()]
    return Drawn(chart, left[0] > left[1] > left[2] and left[2] < 1e-9)


@picture(mean_harmonics, estimate_mean_harmonics, harmonics_from_moments)
def four_methods_of_the_mean() -> Drawn:
    """Four methods for the mean.

    Amplitudes |m_k| of a link's mean, whose truth has two harmonics. Left: on 28 whole days the four methods
    give the same numbers. Right: with the evenings of three weeks missing, values that count alike leak from
    harmonic to harmonic (component); the others do not.
    """
    truth = link("four_methods_of_the_mean", 28)
    gappy = truth.values.copy()
    gappy[:, (truth.slot >= 18) & (np.arange(truth.slot.size) < 21 * HOURS)] = np.nan
    theory = np.abs(harmonics_of(truth.mean, 5))
    k, panels, error = np.arange(1, 6), [], {}
    for values, title in ((truth.values, "Whole days"), (gappy, "Evenings missing")):
        found = estimate_mean_harmonics(values, truth.slot, HOURS).harmonics
        amplitude = {method: np.abs(found[method][0, 0, 1:6]) for method in METHODS}
        error[title] = {method: float(np.abs(a - theory[1:]).max()) for method, a in amplitude.items()}
        marks = [
            dots(k + 0.15 * (i - 1.5), amplitude[method], method.replace("_", " "), 40)
            for i, method in enumerate(METHODS)
        ]
        marks.append(dots(k, theory[1:], THEORY, 120, is_hollow=True))
        panels.append(panel(*marks, x="harmonic k", y="|m_k|, Gbit/s", title=title, has_whole_x=True))
    whole, missing = error["Whole days"], error["Evenings missing"]
    same = np.ptp(list(whole.values())) < 1e-9
    return Drawn(beside(*panels), bool(same and missing["component"] > 2.0 * missing["least_squares"]))


@picture(mean_harmonics)
def fewer_harmonics_less_noise() -> Drawn:
    """Fewer harmonics, less noise.

    In white noise the mean by slot made of K harmonics has (2 K + 1) / S of the variance of the mean slot by
    slot: 1,000 simulated records of 20 days, and theory. With K = 12 all 24 slots are back, and nothing is
    gained.
    """
    slot = np.arange(20 * HOURS) % HOURS
    noise = stream("fewer_harmonics_less_noise").standard_normal((1_000, slot.size))
    full = periodic_moments(noise, slot, HOURS).mean.var()
    k = np.arange(13)
    ratio = np.array(
        [
            course_of(mean_harmonics(noise, slot, HOURS, int(order), "component"), HOURS).var() / full
            for order in k
        ]
    )
    theory = np.minimum((2 * k + 1) / HOURS, 1.0)
    chart = panel(
        line(k, theory, THEORY),
        dots(k, ratio, SAMPLE, 40),
        x="harmonics K",
        y="ratio of variances",
        width=420,
    )
    return Drawn(chart, bool(np.abs(ratio / theory - 1.0).max() < 0.1))


@picture(
    covariance_harmonics,
    estimate_covariance_harmonics,
    product_moments,
    harmonics_from_moments,
    narrowband_covariance_harmonics,
)
def four_methods_of_the_covariance() -> Drawn:
    """Four methods for the covariance.

    B_0(u), the stationary part, and |B_1(u)|, the relation between neighbouring components, of 56 days of a
    link. The four methods are hard to tell apart; theory is the transform over t of d(t) d(t + u) phi^u.
    """
    truth = link("four_methods_of_the_covariance", 56)
    centred = deviations(truth.values, truth.slot, periodic_moments(truth.values, truth.slot, HOURS))
    lags = range(13)
    found = estimate_covariance_harmonics(centred, truth.slot, HOURS, lags).harmonics
    theory = harmonics_of(truth.covariance(lags).T, 1)
    panels, spread = [], []
    for k, title in ((0, "B_0(u)"), (1, "|B_1(u)|")):
        curves = {m: found[m][0, :, 0].real if k == 0 else np.abs(found[m][0, :, 1]) for m in METHODS}
        size = [22, 22, 70, 22]
        marks = [
            dots(np.array(lags) + 0.12 * (i - 1.5), curves[m], m.replace("_", " "), size[i])
            for i, m in enumerate(METHODS)
        ]
        marks.append(line(np.array(lags), np.abs(theory[:, k]), THEORY))
        panels.append(panel(*marks, x="lag u, hours", y="(Gbit/s)^2", title=title))
        every = np.stack(list(curves.values()))
        spread.append(
            np.ptp(every, axis=0).max() < 0.02 and np.abs(every - np.abs(theory[:, k])).max() < 0.12
        )
    return Drawn(beside(*panels), all(spread))


@picture(narrowband_components)
def amplitude_of_a_harmonic() -> Drawn:
    """A harmonic whose amplitude moves.

    A day's first harmonic that swells and fades over 20 days, in noise. Left: the record. Right: |xi_1(t)|,
    the part of it within half a cycle a day of the first harmonic, follows half the true amplitude; the ends
    of the record are less sure, as each is taken for the neighbour of the other.
    """
    n = 20 * HOURS
    t = np.arange(n)
    amplitude = 2.0 + 1.2 * np.sin(2.0 * np.pi * t / n * 2.0)
    x = amplitude * np.cos(2.0 * np.pi * t / HOURS) + 0.5 * stream("amplitude_of_a_harmonic").standard_normal(
        n
    )
    found = np.abs(narrowband_components(x[None], t % HOURS, HOURS, (1,))[0, 0])
    left = panel(line(t / HOURS, x, "record"), x="day", y="value")
    right = panel(
        line(t / HOURS, found, "|xi_1(t)|"),
        line(t / HOURS, amplitude / 2.0, THEORY),
        x="day",
        y="amplitude",
        y_scale={"zero": True},
    )
    return Drawn(beside(left, right), bool(np.abs(found - amplitude / 2.0)[HOURS:-HOURS].max() < 0.3))


@picture(harmonic_f_test, neighbour_f_test, kept_harmonics, highest_kept)
def which_harmonics_are_there() -> Drawn:
    """Which harmonics are there.

    Share of 200 records of 28 days in which each test rejects at 5 % that harmonic k is zero. The truth has
    harmonics 3 and 5 in AR(1) noise of 0.9. The test against the whole background takes the strong noise of
    low frequencies for a harmonic, k = 1, and the one against the neighbours does not; Holm's procedure keeps
    the two and hardly another.
    """
    slot = np.arange(28 * HOURS) % HOURS
    noise = arma("which_harmonics_are_there", slot.size, ar=(0.9,), n_series=200)
    angle = 2.0 * np.pi * slot / HOURS
    x = noise + 1.2 * np.cos(3.0 * angle) + 1.0 * np.cos(5.0 * angle)
    whole = harmonic_f_test(periodic_moments(x, slot, HOURS), 8).p_value[:, 1:] < 0.05
    near = neighbour_f_test(x, slot, HOURS, 8)
    kept = kept_harmonics(near.p_value)
    k = np.arange(1, 9)
    left = panel(
        line(k, whole.mean(axis=0), "whole background"),
        line(k, (near.p_value[:, 1:] < 0.05).mean(axis=0), "neighbours"),
        dots(k, kept[:, 1:].mean(axis=0), "kept (Holm)", 40),
        level(0.05, "5 %"),
        x="harmonic k",
        y="share rejected",
        y_scale={"domain": [0, 1.02]},
    )
    orders, counts = np.unique(highest_kept(kept), return_counts=True)
    right = panel(
        dots(orders, counts / 200, "share", 60),
        x="highest harmonic kept",
        has_whole_x=True,
        y="share of records",
        y_scale={"domain": [0, 1.02]},
        width=200,
    )
    false = (near.p_value[:, [1, 2, 4, 6, 7, 8]] < 0.05).mean(axis=0)
    holds = false.max() < 0.11 and whole[:, 0].mean() > 0.2 and kept[:, [3, 5]].mean() > 0.9
    return Drawn(beside(left, right), bool(holds and counts[orders == 5][0] > 160))
