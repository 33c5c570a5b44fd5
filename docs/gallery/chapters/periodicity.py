"""Tests of periodicity: is the series periodically correlated at all, and in what?"""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from gallery.drawing import THEORY, beside, dots, heat, level, line, panel
from gallery.picture import Drawn, picture
from gallery.processes import Floats, arma, link, stream
from traffic.models.periodic.autoregression_law import simulate_autoregression
from traffic.models.periodic.coherence_lines import coherence_test, diagonal_coherence
from traffic.models.periodic.correlation_tests import (
    equal_correlation_test,
    mean_correlation_test,
    zero_correlation_test,
)
from traffic.models.periodic.covariance import periodic_covariance
from traffic.models.periodic.harmonic_estimates import estimate_mean_harmonics
from traffic.models.periodic.moment_bootstrap import mean_by_slot_bootstrap, variance_by_slot_bootstrap
from traffic.models.periodic.moment_tests import mean_by_slot_test, variance_by_slot_test
from traffic.models.periodic.moments import deviations, periodic_moments
from traffic.models.periodic.periodicity_tests import (
    coherence_periodicity_test,
    correlation_periodicity_tests,
    harmonic_periodicity_test,
    judged,
    moment_periodicity_tests,
)
from traffic.models.periodic.spectral_coherence import (
    coherence_square,
    coherence_threshold,
    filled_with_zero,
    normal_scores,
    squared_coherence,
)

SLOTS = 12


def modulated_noise(name: str, n_cycles: int, n_series: int, n_slots: int = SLOTS) -> Floats:
    """White noise whose standard deviation goes round once a period."""
    course = 1.0 + 0.6 * np.cos(2.0 * np.pi * np.arange(n_slots) / n_slots)
    return stream(name).standard_normal((n_series, n_cycles * n_slots)) * np.tile(course, n_cycles)


@picture(mean_by_slot_test, variance_by_slot_test, mean_by_slot_bootstrap, variance_by_slot_bootstrap)
def moments_by_slot_tested() -> Drawn:
    """Do mean and variance depend on the slot?

    Share of 80 records of 60 cycles of 12 slots that each test rejects at 5 %. White noise is rejected by
    none. A mean that swings is seen by its tests, and a spread that swings by its own. In an AR(1) of 0.9,
    which lasts for most of a cycle, the classic tests take the level of each cycle for noise within the
    slots: they never reject, and miss a mean that does swing, where the bootstrap of blocks sees it.
    """
    slot = np.arange(60 * SLOTS) % SLOTS
    white = stream("moments_by_slot_tested").standard_normal((80, slot.size))
    kinds = {
        "white": white,
        "AR(1), 0.9": arma("moments_by_slot_tested", slot.size, ar=(0.9,), n_series=80),
        "mean swings": white + 0.3 * np.cos(2.0 * np.pi * slot / SLOTS),
        "AR(1), 0.9, and mean swings": arma("moments_by_slot_tested", slot.size, ar=(0.9,), n_series=80)
        + 0.5 * np.cos(2.0 * np.pi * slot / SLOTS),
        "spread swings": modulated_noise("moments_by_slot_tested, spread", 60, 80),
    }
    rng = stream("moments_by_slot_tested, blocks")
    shares = []
    for x in kinds.values():
        moments = periodic_moments(x, slot, SLOTS)
        tests = (
            mean_by_slot_test(moments),
            mean_by_slot_bootstrap(x, slot, SLOTS, 24, rng, 79),
            variance_by_slot_test(moments),
            variance_by_slot_bootstrap(x, slot, SLOTS, 24, rng, 79),
        )
        shares.append([float((test.p_value < 0.05).mean()) for test in tests])
    names = ["mean", "mean, resampled", "variance", "variance, resampled"]
    titles = ("test", "record", "share rejected")
    chart = heat(names, list(kinds), shares, titles=titles, text=".0%", domain=(0, 1), width=420)
    share = np.array(shares)
    holds = share[0].max() < 0.13 and share[2, :2].min() > 0.8 and share[4, 2:].min() > 0.9
    return Drawn(chart, bool(holds and share[1, [0, 2]].max() < 0.05 and share[3, 1] > share[3, 0] + 0.4))


@picture(zero_correlation_test, mean_correlation_test, equal_correlation_test)
def correlations_tested() -> Drawn:
    """Is correlation there, and does it depend on the slot?

    Share of 200 records of 60 cycles in which each test rejects at 5 %, at lag 1. White noise is rejected by
    none; an AR(1) times a course is correlated alike in all slots; in a PAR(1) with coefficients of both
    signs the correlations cancel on average, which only the test of their mean does not see.
    """
    phi = 0.6 * np.cos(2.0 * np.pi * np.arange(SLOTS) / SLOTS)[:, None]
    course = np.tile(1.0 + 0.6 * np.cos(2.0 * np.pi * np.arange(SLOTS) / SLOTS), 60)
    kinds = {
        "white": modulated_noise("correlations_tested", 60, 200),
        "AR(1) times a course": course * arma("correlations_tested", 60 * SLOTS, ar=(0.3,), n_series=200),
        "PAR(1), both signs": simulate_autoregression(
            phi, np.ones(SLOTS), 60, 200, stream("correlations_tested, PAR")
        ),
    }
    tests = {"zero": zero_correlation_test, "mean": mean_correlation_test, "equal": equal_correlation_test}
    shares = []
    for x in kinds.values():
        slot = np.arange(x.shape[1]) % SLOTS
        centred = deviations(x, slot, periodic_moments(x, slot, SLOTS))
        found = periodic_covariance(centred, slot, SLOTS, (1,))
        shares.append([float((test(found).p_value < 0.05).mean()) for test in tests.values()])
    titles = ("test", "record", "share rejected")
    chart = heat(list(tests), list(kinds), shares, titles=titles, text=".0%", domain=(0, 1), width=320)
    share = np.array(shares)
    holds = share[0].max() < 0.1 and share[1, :2].min() > 0.9 and share[1, 2] < 0.1
    return Drawn(chart, bool(holds and share[2, [0, 2]].min() > 0.9 and share[2, 1] < 0.2))


@picture(coherence_square, filled_with_zero, squared_coherence)
def square_of_coherence() -> Drawn:
    """The square of coherence.

    Squared coherence of pairs of frequencies of noise whose spread swings once a day, 96 days of 12 slots,
    and of stationary noise of the same length. Beside the main diagonal, where windows overlap, the
    periodically correlated one has lines at p - q = 96, one cycle a day apart. White stays what mirrors
    itself.
    """
    starts = range(0, 576, 12)
    panels, lines = [], []
    for name, x in (
        ("Periodically correlated", modulated_noise("square_of_coherence", 96, 1)),
        ("Stationary", stream("square_of_coherence, white").standard_normal((1, 96 * SLOTS))),
    ):
        square = coherence_square(x, SLOTS, 16, starts)[0]
        at = [round(start / 96, 2) for start in starts]
        titles = ("q, cycles a day", "p, cycles a day", "coherence")
        panels.append(heat(at, at, square, titles=titles, title=name, domain=(0, 1), width=256, height=256))
        lines.append(float(np.nanmean(np.diagonal(square, 8))))
    return Drawn(beside(*panels), lines[0] > 0.25 and lines[1] < 0.12)


@picture(coherence_threshold)
def threshold_of_coherence() -> Drawn:
    """The threshold of coherence.

    95 % quantile of the squared coherence of independent complex normal windows of length M, 4,000 pairs
    each, on 1 - 0.05^(1 / (M - 1)); and the threshold for the largest of 100 points.
    """
    rng = stream("threshold_of_coherence")
    window = np.array([2, 4, 8, 16, 32, 64])
    quantiles = []
    for m in window:
        a, b = (rng.standard_normal((4_000, m)) + 1j * rng.standard_normal((4_000, m)) for _ in range(2))
        cross = np.abs((a * b.conj()).sum(axis=1)) ** 2
        power = (np.abs(a) ** 2).sum(axis=1) * (np.abs(b) ** 2).sum(axis=1)
        quantiles.append(float(np.quantile(cross / power, 0.95)))
    at = np.unique(np.geomspace(2, 64, 40).round()).astype(int)
    theory = [coherence_threshold(int(m)) for m in at]
    chart = panel(
        line(at, theory, THEORY),
        dots(window, quantiles, "sample", 50),
        line(at, [coherence_threshold(int(m), n_points=100) for m in at], "of 100 points"),
        x="window M",
        y="threshold",
        width=420,
        x_scale={"type": "log"},
    )
    own = np.array([coherence_threshold(int(m)) for m in window])
    return Drawn(chart, bool(np.abs(np.array(quantiles) / own - 1.0).max() < 0.1))


@picture(diagonal_coherence, coherence_test)
def coherence_on_the_lines() -> Drawn:
    """Coherence on the lines of the period.

    Left: mean squared coherence on the lines j = 1 to 5, of 200 records of noise whose spread goes as 1 + 0.6
    cos, and of stationary noise. Theory is g + (1 - g)^2 / M, g = (0.6 / 1.18)^2 on the first line, 0.006 on
    the second and zero on the others: chance alone leaves 1 / M. Right: the test over all lines rejects
    stationary records as often as a small level says, and less often at large ones, as Bonferroni's p-values
    are a bound.
    """
    lines = range(1, 6)
    found = diagonal_coherence(modulated_noise("coherence_on_the_lines", 97, 200), SLOTS, lines)
    white = stream("coherence_on_the_lines, white").standard_normal((200, 97 * SLOTS))
    stationary = diagonal_coherence(white, SLOTS, lines)
    true = np.array([0.6 / 1.18, 0.09 / 1.18, 0.0, 0.0, 0.0]) ** 2
    theory = true + (1.0 - true) ** 2 / found.window
    left = panel(
        dots(list(lines), found.mean_coherence.mean(axis=0), "spread swings", 40),
        dots(list(lines), theory, THEORY, 90, is_hollow=True),
        dots(list(lines), stationary.mean_coherence.mean(axis=0), "stationary", 40),
        level(1.0 / found.window, "1 / M"),
        x="line j",
        y="mean squared coherence",
        has_whole_x=True,
    )
    p_value = np.sort(coherence_test(stationary).p_value)
    share = np.arange(1, 201) / 200
    right = panel(
        line(p_value, share, "stationary"),
        line([0.0, 1.0], [0.0, 1.0], THEORY),
        x="level",
        y="share rejected",
    )
    tested = coherence_test(found)
    near = np.abs(found.mean_coherence.mean(axis=0) - theory).max() < 0.01
    is_level = np.abs(p_value - share)[p_value < 0.2].max() < 0.06
    return Drawn(beside(left, right), bool(near and is_level and (tested.diagonal == 1).all()))


@picture(normal_scores)
def scores_of_heavy_tails() -> Drawn:
    """Normal scores of heavy tails.

    Scores of 400 values of Student's law of 3 degrees of freedom: ranks brought to the normal law, so that
    the largest value counts no more than the largest of 400 normal ones, which theory puts at 3.0.
    """
    x = stream("scores_of_heavy_tails").standard_t(3, (1, 400))
    scores = normal_scores(x)[0]
    at = np.sort(x[0])
    chart = panel(
        line(at, np.sort(scores), "score"),
        line([-3.5, 3.5], [-3.5, 3.5], "value itself", is_dashed=True),
        x="value",
        y="score",
        width=420,
    )
    return Drawn(chart, bool(np.isclose(scores.max(), norm.ppf(1 - 0.5 / 400)) and 2.9 < scores.max() < 3.1))


@picture(
    moment_periodicity_tests,
    correlation_periodicity_tests,
    harmonic_periodicity_test,
    coherence_periodicity_test,
    judged,
)
def tests_of_a_night() -> Drawn:
    """The tests of a night.

    P-values of all tests that a night makes, of a link and of a stationary AR(1) of 0.7. All find the link
    periodic, but for the equality of its correlations, which is true. Of the AR(1) its correlation is found,
    and nothing else.
    """
    truth = link("tests_of_a_night", 42)
    kinds = {"link": truth.values, "AR(1)": arma("tests_of_a_night", truth.slot.size, ar=(0.7,), n_series=1)}
    marks, found = [], {}
    for name, x in kinds.items():
        moments = periodic_moments(x, truth.slot, 24)
        estimate = periodic_covariance(deviations(x, truth.slot, moments), truth.slot, 24, (1,))
        tests = [
            *moment_periodicity_tests(x, truth.slot, 24, moments),
            *correlation_periodicity_tests(estimate),
            harmonic_periodicity_test(estimate_mean_harmonics(x, truth.slot, 24)),
            coherence_periodicity_test(x, truth.slot, 24),
        ]
        found[name] = {test.test: float(test.p_value[0]) for test in tests}
        p_value = np.maximum(list(found[name].values()), 1e-6)
        marks.append(
            dots(
                p_value,
                [label.replace("_", " ") for label in found[name]],
                name,
                70,
                is_hollow=name != "link",
            )
        )
    chart = panel(*marks, x="p-value (1e-6 and less at the left)", y="", width=420, x_scale={"type": "log"})
    unfound = [name for name, p in found["link"].items() if p >= 0.05]
    falsely = [name for name, p in found["AR(1)"].items() if p < 0.05]
    return Drawn(chart, unfound == ["equal_correlation"] and falsely == ["zero_correlation"])
