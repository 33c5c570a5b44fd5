"""Correlation and unit roots: how long a series remembers, and whether it stays about a level."""

from __future__ import annotations

import numpy as np

from gallery.drawing import SAMPLE, THEORY, above, band, beside, dots, level, line, panel, stems
from gallery.picture import Drawn, picture
from gallery.processes import arma, stream
from traffic.diagnostics.autocorrelation import autocorrelation
from traffic.diagnostics.correlation_bands import bartlett_band, box_pierce_band
from traffic.diagnostics.stationarity import (
    augmented_dickey_fuller,
    kwiatkowski_phillips_schmidt_shin,
    stationarity_tests,
)
from traffic.models.differencing import DifferenceChoice, choose_d, filled_linearly
from traffic.models.theoretical_correlation import theoretical_correlogram
from traffic.simulation.illustrations import PROCESSES, illustrate, model_of


@picture(illustrate, model_of, autocorrelation, theoretical_correlogram)
def four_processes() -> Drawn:
    """The four processes of the post.

    Sample (stems) on theory (diamonds) and the band of a white series. The ACF of AR(1) falls as 0.6^h, that
    of MA(1) is 0.7 / (1 + 0.7^2) = 0.47 at lag 1 and zero beyond; the PACF of AR(2) ends after lag 2, that of
    MA(2) tapers off.
    """
    panels, inside = [], []
    for process, kind in zip(PROCESSES, ("acf", "acf", "pacf", "pacf"), strict=True):
        shown = illustrate(process, 1995, 15).correlogram
        lag, edge = shown["lag"].to_numpy(), shown["band_95"].to_numpy()
        sample, theory = shown[kind].to_numpy(), shown[f"theoretical_{kind}"].to_numpy()
        marks = (
            band(lag, -edge, edge),
            stems(lag, sample, SAMPLE),
            dots(lag, theory, THEORY, 30, is_hollow=True),
        )
        title = f"{kind.upper()} of {process.formula}"
        panels.append(panel(*marks, x="lag, steps", y="correlation", title=title, height=130))
        inside.append(np.abs(sample - theory).max() < 0.15)
    return Drawn(above(beside(*panels[:2]), beside(*panels[2:])), all(inside))


@picture(autocorrelation)
def correlogram_with_gaps() -> Drawn:
    """A correlogram with gaps.

    ACF of an AR(1) of 0.8 of which two fifths are missing, in stretches of 20 steps (left) and scattered
    (right). It is the sum of the products that are there over that of all squares, so theory is 0.8^h
    (dashed) times the share of the values that have a partner at that lag (diamonds): gaps pull it towards
    zero, scattered ones most.
    """
    x = arma("correlogram_with_gaps", 3_000, ar=(0.8,))
    rng = stream("gaps")
    gaps = {"In stretches": np.repeat(rng.random(150) < 0.4, 20), "Scattered": rng.random(3_000) < 0.4}
    panels, near = [], []
    for title, is_gone in gaps.items():
        found = autocorrelation(np.where(is_gone, np.nan, x), 15)
        is_there = ~is_gone
        share = np.array([(is_there[lag:] & is_there[:-lag]).sum() for lag in found.lag]) / is_there.sum()
        near.append(np.abs(found.acf - share * 0.8**found.lag).max() < 0.12)
        panels.append(
            panel(
                band(found.lag, -found.band_95, found.band_95),
                stems(found.lag, found.acf, SAMPLE),
                line(found.lag, 0.8**found.lag, "of a complete record", is_dashed=True),
                dots(found.lag, share * 0.8**found.lag, THEORY, 30, is_hollow=True),
                x="lag, steps",
                y="correlation",
                title=title,
            )
        )
    return Drawn(beside(*panels), all(near))


@picture(bartlett_band, box_pierce_band)
def two_bands() -> Drawn:
    """Bands of what is not white.

    Dots: 1.96 standard deviations of a sample autocorrelation over 250 simulated records of 300 values. Left,
    an MA(1) of 0.9: beyond lag 1 Bartlett's band holds, the white one is too narrow. Right, residuals of an
    AR(1) of 0.5 fitted anew to each record: at lags 1 and 2 they scatter less than white noise, as Box and
    Pierce say.
    """
    lag = np.arange(1, 11)
    white = np.full(lag.size, 1.96 / np.sqrt(300))
    moving = arma("two_bands, moving", 300, ma=(0.9,), n_series=250)
    rho = np.array([autocorrelation(x, 10).acf for x in moving])
    bartlett = bartlett_band(np.where(lag == 1, 0.9 / 1.81, 0.0), 300)
    x = arma("two_bands, autoregression", 300, ar=(0.5,), n_series=250)
    phi = (x[:, 1:] * x[:, :-1]).sum(axis=1) / (x[:, :-1] ** 2).sum(axis=1)
    left_over = np.array([autocorrelation(e, 10).acf for e in x[:, 1:] - phi[:, None] * x[:, :-1]])
    box_pierce = box_pierce_band(np.array([0.5]), np.empty(0), 300, 10)
    panels = [
        panel(
            line(lag, white, "white"),
            line(lag, theory, THEORY),
            dots(lag[first:], 1.96 * sample.std(axis=0)[first:], SAMPLE),
            x="lag, steps",
            y="half width",
            title=title,
            y_scale={"zero": True},
        )
        for theory, sample, first, title in (
            (bartlett, rho, 1, "Bartlett: MA(1)"),
            (box_pierce, left_over, 0, "Box and Pierce: residuals of AR(1)"),
        )
    ]
    near = np.abs(1.96 * rho.std(axis=0)[1:] / bartlett[1:] - 1.0).max() < 0.15
    return Drawn(
        beside(*panels), bool(near and np.abs(1.96 * left_over.std(axis=0) - box_pierce).max() < 0.02)
    )


@picture(stationarity_tests, augmented_dickey_fuller, kwiatkowski_phillips_schmidt_shin)
def unit_root_tests() -> Drawn:
    """Tests of a unit root and of a level.

    The two statistics on AR(1) records of 400 values made of the same noise, as the coefficient goes to 1.
    ADF rejects a unit root below its 5 % line, up to where the record cannot tell; KPSS rejects a level above
    its line, and does so of a random walk.
    """
    phi = np.r_[np.arange(0.5, 1.0, 0.05), 0.98, 1.0]
    tests = [stationarity_tests(arma("unit_root_tests", 400, ar=(coefficient,))) for coefficient in phi]
    titles = ("ADF: rejects below the line", "KPSS: rejects above the line")
    panels = [
        panel(
            line(phi, [pair[which].statistic for pair in tests], "statistic"),
            level(tests[0][which].critical_value, "5 %"),
            x="AR coefficient",
            y="statistic",
            title=titles[which],
        )
        for which in range(2)
    ]
    holds = tests[0][0].is_rejected and not tests[-1][0].is_rejected and tests[-1][1].is_rejected
    return Drawn(beside(*panels), holds and not tests[0][1].is_rejected)


@picture(choose_d, DifferenceChoice.table, filled_linearly)
def one_difference() -> Drawn:
    """How often to difference.

    Left: a random walk with noise, its gaps filled by straight lines for the tests. Right: the p-values of
    ADF and KPSS of the series and of its difference, on either side of 5 %. The series has a unit root by
    both, its difference by neither: d = 1.
    """
    rng = stream("one_difference")
    x = 50.0 + np.cumsum(rng.standard_normal(240)) + 0.7 * rng.standard_normal(240)
    x[60:75] = x[160:170] = np.nan
    choice = choose_d(x)
    table = choice.table()
    filled = np.where(np.isnan(x), filled_linearly(x), np.nan)
    left = panel(
        line(np.arange(x.size), x, "observed"),
        line(np.arange(x.size), filled, "filled"),
        x="step",
        y="value",
    )
    names = [f"{test} {stage}" for stage, test in table.select("stage", "test").iter_rows()]
    right = panel(
        dots(names, table["p_value"].to_numpy(), "p-value", 60),
        level(0.05, "5 %"),
        x="test and stage",
        y="p-value",
        width=330,
        y_scale={"type": "symlog", "constant": 0.01, "domain": [0, 1]},
    )
    rejected = table["is_rejected"].to_list()
    return Drawn(beside(left, right), choice.d == 1 and rejected == [False, True, True, False])
