"""Periodic covariance: how an hour depends on those before it, and whether that depends on the hour."""

from __future__ import annotations

import numpy as np

from gallery.drawing import SAMPLE, THEORY, beside, dots, heat, level, line, panel
from gallery.picture import Drawn, picture
from gallery.processes import Floats, link, stream, swelling_autoregression
from traffic.models.periodic.autoregression_law import autoregression_covariance, simulate_autoregression
from traffic.models.periodic.continuous_correlation import Centring, continuous_correlation
from traffic.models.periodic.covariance import lagged_products, periodic_covariance
from traffic.models.periodic.lag_windows import complete_products, lag_window, solved_symmetric
from traffic.models.periodic.partial_correlation import periodic_partial_correlation


@picture(periodic_covariance, autoregression_covariance)
def covariance_by_hour() -> Drawn:
    """Covariance by hour and lag.

    b(t, u) of 200 days of a PAR(1), estimated and by theory. Along a row it falls as the product of the
    coefficients that lie between t and t + u: fast where the process forgets, in the middle of the day.
    """
    phi, sigma = swelling_autoregression()
    x = simulate_autoregression(phi, sigma, 200, 1, stream("covariance_by_hour"))
    slot = np.arange(x.shape[1]) % 24
    lags = range(13)
    found = periodic_covariance(x, slot, 24, lags).covariance[0]
    theory = autoregression_covariance(phi, sigma, lags)
    most = float(theory.max())
    titles = ("lag u, hours", "hour t", "b(t, u)")
    panels = [
        heat(lags, range(24), cells, titles=titles, title=title, domain=(0.0, most), height=240)
        for cells, title in ((found, SAMPLE), (theory, THEORY))
    ]
    return Drawn(beside(*panels), bool(np.abs(found - theory).max() < 0.25 * most))


@picture(periodic_covariance, lagged_products)
def correlation_by_hour() -> Drawn:
    """Correlation by hour.

    rho(t, 1) of 200 days, on theory. Left: a link whose deviations are an AR(1) of 0.7 times a course of the
    day. Its variance depends on the hour, its correlation does not. Right: a PAR(1), whose correlation does.
    The products whose means are b(t, 1) are averaged hour by hour.
    """
    truth = link("correlation_by_hour", 200)
    centred = truth.values - truth.mean[truth.slot]
    phi, sigma = swelling_autoregression()
    x = simulate_autoregression(phi, sigma, 200, 1, stream("correlation_by_hour, PAR"))
    b = autoregression_covariance(phi, sigma, (0, 1))
    of_par = b[:, 1] / np.sqrt(b[:, 0] * np.roll(b[:, 0], -1))
    hour, panels, near = np.arange(24), [], []
    for values, theory, title in ((centred, np.full(24, 0.7), "AR(1) times a course"), (x, of_par, "PAR(1)")):
        found = periodic_covariance(values, truth.slot, 24, (1,))
        products = np.append(lagged_products(values, 1)[0], np.nan).reshape(-1, 24)
        near.append(np.allclose(np.nanmean(products, axis=0), found.covariance[0, :, 0]))
        near.append(np.abs(found.correlation[0, :, 0] - theory).max() < 0.2)
        marks = (dots(hour, found.correlation[0, :, 0], SAMPLE), line(hour, theory, THEORY))
        panels.append(panel(*marks, x="hour t", y="rho(t, 1)", title=title, y_scale={"domain": [-0.2, 1.0]}))
    return Drawn(beside(*panels), bool(all(near)))


@picture(lag_window, complete_products, solved_symmetric)
def regression_of_an_hour() -> Drawn:
    """An hour on the one before.

    Values of a PAR(1) at two hours of 120 days beside those an hour before: the cloud of which an
    autoregression slot by slot is made. The line is the regression from the sums of products of the complete
    pairs, theory the true coefficient: steep at midnight, flat at noon.
    """
    phi, sigma = swelling_autoregression()
    x = simulate_autoregression(phi, sigma, 120, 1, stream("regression_of_an_hour"))
    slot = np.arange(x.shape[1]) % 24
    panels, near = [], []
    for hour, title in ((0, "Midnight"), (12, "Noon")):
        window = lag_window(x, slot, hour, 1)
        products, n = complete_products(window)
        slope = float(solved_symmetric(products[:, 1:, 1:], products[:, 1:, :1])[0, 0, 0])
        at = np.array([-5.0, 5.0])
        panels.append(
            panel(
                dots(window[0, :, 1], window[0, :, 0], SAMPLE, 14),
                line(at, slope * at, "regression"),
                line(at, phi[hour, 0] * at, THEORY),
                x="an hour before",
                y="value",
                title=title,
                x_scale={"domain": [-5, 5]},
                y_scale={"domain": [-5, 5]},
            )
        )
        near.append(abs(slope - phi[hour, 0]) < 0.25 and n[0] >= 119)
    return Drawn(beside(*panels), all(near))


@picture(periodic_partial_correlation, lag_window, complete_products)
def partial_correlation_by_hour() -> Drawn:
    """Partial correlation by hour.

    pi(t, n) of 200 days of the same PAR(1): at lag 1 it is the correlation, which goes with the hour; at lags
    2 and 3 it is zero, and stays within 1.96 / sqrt(200) in about 19 of 20 hours. The order is one.
    """
    phi, sigma = swelling_autoregression()
    x = simulate_autoregression(phi, sigma, 200, 1, stream("partial_correlation_by_hour"))
    found = periodic_partial_correlation(x, np.arange(x.shape[1]) % 24, 24, 3)[0]
    b = autoregression_covariance(phi, sigma, (0, 1))
    theory = np.roll(b[:, 1] / np.sqrt(b[:, 0] * np.roll(b[:, 0], -1)), 1)
    hour, edge = np.arange(24), 1.96 / np.sqrt(200)
    chart = panel(
        line(hour, theory, THEORY),
        *(dots(hour, found[:, n], f"lag {n + 1}", 30, is_hollow=n > 0) for n in range(3)),
        level(edge, "95 % band"),
        level(-edge, "95 % band"),
        x="hour t",
        y="pi(t, n)",
        width=560,
        height=200,
    )
    is_inside = (np.abs(found[:, 1:]) < edge).mean()
    return Drawn(chart, bool(is_inside > 0.85 and np.abs(found[:, 0] - theory).max() < 0.2))


@picture(continuous_correlation)
def correlation_of_the_record() -> Drawn:
    """Correlation of the whole record.

    R(u) / R(0) of 28 days of a link, on theory. About its grand mean it has maxima at every multiple of the
    day, lower from day to day as the record runs out (divisor n, not the number of pairs); about its periodic
    mean it is what the mean leaves, which is over within half a day.
    """
    truth = link("correlation_of_the_record", 28)
    lag = range(0, 145)
    n = truth.slot.size
    damping = 1.0 - np.array(lag) / n
    within = truth.covariance(lag).mean(axis=0)
    swing = truth.mean - truth.mean.mean()
    across = np.array([np.mean(swing * np.roll(swing, -u)) for u in lag])
    panels, near = [], []
    cases: tuple[tuple[Centring, Floats], ...] = (("grand", across + within), ("periodic", within))
    for centring, covariance in cases:
        found = continuous_correlation(truth.values, truth.slot, 24, lag, centring).correlation[0]
        theory = covariance / covariance[0] * damping
        marks = (line(np.array(lag) / 24, found, SAMPLE), line(np.array(lag) / 24, theory, THEORY))
        panels.append(panel(*marks, x="lag u, days", y="R(u) / R(0)", title=f"About the {centring} mean"))
        near.append(np.abs(found - theory).max() < 0.25)
    return Drawn(beside(*panels), all(near))
