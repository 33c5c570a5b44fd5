"""ARMA of constant volatility: from the order to a forecast."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gallery.drawing import SAMPLE, THEORY, band, beside, dots, heat, line, panel, spans, stems
from gallery.picture import Drawn, picture
from gallery.processes import Floats, arima_model, arma, stream
from traffic.models.conditional_likelihood import conditional_fit, conditional_grid, inward, stationary_part
from traffic.models.constant_volatility import coefficient_names, fit_exact, fit_from_coefficients
from traffic.models.exact_likelihood import maximise_likelihood
from traffic.models.filtering import (
    forecast,
    forecast_moments,
    one_step_predictions,
    residuals,
    steps_skipped,
)
from traffic.models.order_selection import OrderSelection, aicc_penalty, select_order
from traffic.models.requirements import fitted_window, why_not_constant_volatility, why_not_periodic
from traffic.models.roots import is_invertible, is_stationary
from traffic.models.theoretical_correlation import implied_moments, root_table
from traffic.models.volatility_forecast import moving_average_weights


@picture(select_order, OrderSelection.table, conditional_grid, conditional_fit, stationary_part, aicc_penalty)
def grid_of_orders() -> Drawn:
    """The grid of orders.

    AICc above that of the order selected, for 600 values of x_t = 0.5 x_(t-1) + 0.3 x_(t-2) + w_t. It falls
    steeply until the two autoregressive coefficients are there, and is level beyond: the true order (2, 0) is
    selected.
    """
    x = arma("grid_of_orders, 600", 600, ar=(0.5, 0.3))
    chosen = select_order(x, 0)
    cells = np.full((4, 4), np.nan)
    for p, q, delta in chosen.table().select("p", "q", "delta_aicc").iter_rows():
        cells[q, p] = delta
    chart = heat(
        range(4),
        range(4),
        cells,
        titles=("p", "q", "AICc above the least"),
        text=".1f",
        domain=(0, 60),
        width=300,
    )
    return Drawn(chart, (chosen.p, chosen.q) == (2, 0))


@picture(fit_exact, maximise_likelihood, coefficient_names, conditional_grid)
def exact_fit() -> Drawn:
    """An exact fit.

    Coefficients of an ARMA(2, 1) from 800 values, a tenth of them missing: by exact likelihood with 95 %
    intervals, the conditional least squares that the search starts from, and the truth, which the intervals
    hold.
    """
    truth = np.array([0.6, 0.2, 0.4])
    x = arma("exact_fit", 800, ar=(0.6, 0.2), ma=(0.4,))
    start = conditional_grid(stationary_part(x, 0)[0], 2, 1, 2)[2, 1]
    fit = fit_exact(np.where(stream("exact_fit, gaps").random(800) < 0.1, np.nan, x), (2, 0, 1))
    names = list(coefficient_names((2, 0, 1)))[1:-1]
    low, high = fit.lower_95[1:-1], fit.upper_95[1:-1]
    chart = panel(
        spans(names, low, high, "95 % interval"),
        dots(names, fit.estimates[1:-1], "exact", 60),
        dots(names, np.r_[start.ar, start.ma], "conditional", 40),
        dots(names, truth, THEORY, 90, is_hollow=True),
        x="coefficient",
        y="estimate",
        width=420,
    )
    return Drawn(chart, bool(((low < truth) & (truth < high)).all()))


@picture(is_stationary, is_invertible)
def admissible_coefficients() -> Drawn:
    """Where an ARMA is admissible.

    Dots: coefficients of an AR(2) whose roots lie clear of the unit circle, and of an MA(2). They fill the
    triangles that theory draws: -1 < phi_2 < 1 - |phi_1|, and its mirror image for theta.
    """
    first, second = (grid.ravel() for grid in np.meshgrid(np.linspace(-2, 2, 21), np.linspace(-1, 1, 11)))
    pairs = np.column_stack([first, second])
    corners = np.array([[-2.0, -1.0], [0.0, 1.0], [2.0, -1.0], [-2.0, -1.0]])
    panels, agree = [], []
    for test, sign, name in ((is_stationary, 1.0, "phi"), (is_invertible, -1.0, "theta")):
        found = np.array([test(pair) for pair in pairs])
        inside = (sign * second > -1.0 + 1e-9) & (sign * second < 1.0 - np.abs(first) - 1e-9)
        agree.append((found == inside).all())
        # One edge at a time: the left one, the right one and the base.
        edges = [line(sign * corners[i : i + 2, 0], sign * corners[i : i + 2, 1], THEORY) for i in range(3)]
        marks = (
            dots(first[found], second[found], "admissible", 16),
            dots(first[~found], second[~found], "not", 8),
        )
        panels.append(panel(*marks, *edges, x=f"{name}_1", y=f"{name}_2", title=f"{name}: {test.__name__}"))
    return Drawn(beside(*panels), bool(all(agree)))


@picture(root_table, inward)
def roots_and_the_circle() -> Drawn:
    """Roots and the unit circle.

    Roots of an ARMA(2, 1) outside the circle: the complex pair of phi makes a cycle of 8 steps, the real root
    of theta is alone. A pair on the circle itself, from which no search can start, is drawn off it by one per
    cent.
    """
    ar = (2.0 * 0.9 * np.cos(2.0 * np.pi / 8.0), -0.81)
    table = root_table(arima_model(ar, (0.7,)))
    on = np.array([2.0 * np.cos(0.4), -1.0])
    turn = np.linspace(0.0, 2.0 * np.pi, 201)
    marks = [
        line(np.cos(turn[half]), np.sin(turn[half]), "unit circle")
        for half in (slice(0, 101), slice(100, 201))
    ]
    for polynomial in ("ar", "ma"):
        rows = table.filter(table["polynomial"] == polynomial)
        marks.append(dots(rows["re"], rows["im"], f"roots of {polynomial}", 70))
    for coefficients, name in ((on, "on the circle"), (inward(on), "drawn off it")):
        roots = 1.0 / np.roots(np.r_[1.0, -coefficients])
        marks.append(dots(roots.real, roots.imag, name, 90, is_hollow=True))
    views = ((-1.6, 1.6), (-1.6, 1.6)), ((0.86, 1.0), (0.32, 0.46))
    chart = beside(
        *(
            panel(
                *marks,
                x="real part",
                y="imaginary part",
                width=260,
                height=260,
                title=title,
                x_scale={"domain": list(across)},
                y_scale={"domain": list(up)},
            )
            for (across, up), title in zip(views, ("All roots", "One of the pair, nearer"), strict=True)
        )
    )
    periods = table.filter(table["polynomial"] == "ar")["period_steps"].to_numpy()
    return Drawn(
        chart, bool(np.allclose(periods, 8.0) and np.all(np.abs(1 / np.roots(np.r_[1, -inward(on)])) > 1))
    )


@picture(implied_moments)
def variance_implied() -> Drawn:
    """The variance that coefficients imply.

    Variance of 5,000 simulated values on that of theory: sigma^2 / (1 - phi^2) of an AR(1), which grows
    without bound as phi goes to 1, and sigma^2 (1 + theta^2) of an MA(1).
    """
    coefficient = np.arange(-0.9, 0.91, 0.1)
    panels, agree = [], []
    for kind in ("ar", "ma"):
        orders = [((value,), ()) if kind == "ar" else ((), (value,)) for value in coefficient.tolist()]
        theory = np.array([implied_moments(arima_model(*order)).variance for order in orders])
        sample = np.array([arma(f"variance, {kind}", 5_000, *order).var() for order in orders])
        agree.append(np.abs(sample / theory - 1.0).max() < 0.2)
        marks = (line(coefficient, theory, THEORY), dots(coefficient, sample, SAMPLE))
        panels.append(panel(*marks, x="coefficient", y="variance", title=f"{kind.upper()}(1)"))
    return Drawn(beside(*panels), all(agree))


@picture(one_step_predictions, residuals, fit_from_coefficients)
def fitted_over_actual() -> Drawn:
    """Fitted over actual.

    One-step predictions of an AR(1) of 0.9 rebuilt from its coefficients follow the series one step behind,
    and what they leave is white: the standard deviation of the residuals is that of the innovations, 1, not
    that of the series, 2.3.
    """
    x = arma("fitted_over_actual", 120, ar=(0.9,))
    model = fit_from_coefficients((1, 0, 0), {"const": 0.0, "ar.L1": 0.9, "sigma2": 1.0})
    left = residuals(x, model)
    step = np.arange(x.size)
    upper = panel(
        line(step, x, "actual"),
        line(step, one_step_predictions(x, model), "predicted", is_dashed=True),
        x="step",
        y="value",
    )
    lower = panel(stems(step, left, "residual"), x="step", y="residual")
    return Drawn(beside(upper, lower), bool(0.85 < left.std() < 1.15))


@picture(forecast, forecast_moments, steps_skipped, moving_average_weights)
def forecast_of_an_ar() -> Drawn:
    """A forecast returns to the mean.

    Left: an AR(1) of 0.85 with its last five values missing; the forecast runs through them. Mean and 95 %
    band fall on theory: mu + phi^h (x - mu), and 1.96 sigma sqrt((1 - phi^(2h)) / (1 - phi^2)), h from the
    last value seen. Right: the weights psi that add up to this variance are phi^j; of an ARIMA(0, 1, 1) they
    are 1 + theta for ever.
    """
    x = 10.0 + arma("forecast_of_an_ar", 500, ar=(0.85,))
    high = 100 + int(np.argmax(x[100:400]))
    x = x[high - 54 : high + 6]
    x[-5:] = np.nan
    model = arima_model((0.85,), mean=10.0)
    skipped = steps_skipped(x, 0)
    found = forecast(x, model, 25)
    h = np.arange(1, 25 + skipped + 1)
    mean, variance = 10.0 + 0.85**h * (x[-6] - 10.0), (1.0 - 0.85 ** (2 * h)) / (1.0 - 0.85**2)
    step = 54 + h
    ahead = step[skipped:]
    left = panel(
        band(ahead, found.quantiles[:, 0], found.quantiles[:, -1]),
        line(np.arange(60), x, SAMPLE),
        line(ahead, found.mean, "forecast"),
        line(step, mean, THEORY),
        line(step, mean + 1.96 * np.sqrt(variance), THEORY),
        line(step, mean - 1.96 * np.sqrt(variance), THEORY),
        x="step",
        y="value",
    )
    psi, integrated = (
        moving_average_weights(model, 15),
        moving_average_weights(arima_model(ma=(-0.6,), d=1), 15),
    )
    lag = np.arange(15)
    right = panel(
        stems(lag, psi, "AR(1)"),
        line(lag, 0.85**lag, THEORY),
        line(lag, integrated, "ARIMA(0, 1, 1), theta = -0.6"),
        x="steps ago",
        y="weight psi",
    )
    moments = forecast_moments(x, model, h.size)
    holds = (
        np.allclose(moments[0], mean) and np.allclose(moments[1], variance) and np.allclose(psi, 0.85**lag)
    )
    return Drawn(beside(left, right), bool(holds and np.allclose(integrated[1:], 0.4)))


def is_accepted(n: Floats, share: Floats, refusal: Callable[[Floats], str | None]) -> NDArray[np.bool_]:
    """Whether a model takes histories of so many values, with a share of them there and the rest missing."""
    rng = stream("is_accepted")
    accepted = []
    for length, part in zip(n.astype(int).tolist(), share, strict=True):
        x = rng.standard_normal(length)
        x[rng.permutation(length)[: round(length * (1.0 - part))]] = np.nan
        x[[0, -1]] = 0.5
        accepted.append(refusal(x) is None)
    return np.array(accepted)


@picture(why_not_constant_volatility, why_not_periodic)
def enough_history() -> Drawn:
    """How much history a model needs.

    Histories with a share of their values missing at random. Left: an ARMA takes those of 100 values seen,
    which are half or more of all. Right: a periodic model takes those whose median slot is seen on three
    days; where few values are there it takes more days.
    """
    count, part = (grid.ravel() for grid in np.meshgrid(np.arange(1, 11), np.arange(0.2, 1.01, 0.1)))
    steps, days = 40.0 * count, 24.0 * count
    by_arma = is_accepted(steps, part, why_not_constant_volatility)
    by_days = is_accepted(days, part, lambda x: why_not_periodic(x, np.arange(x.size) % 24, 24))
    panels = [
        panel(
            dots(at[taken], part[taken], "taken", 24),
            dots(at[~taken], part[~taken], "refused", 24, is_hollow=True),
            x=label,
            y="share observed",
            title=title,
        )
        for at, taken, label, title in (
            (steps, by_arma, "values", "ARMA"),
            (count, by_days, "days of 24 hours", "Periodic model"),
        )
    ]
    # The two ends are always there: nearer to the line than that it is not told.
    is_clear = np.abs(steps * part - 100.0) > 2.0
    expected = (steps * part > 100.0) & (part >= 0.5 - 1e-9)
    holds = (by_arma == expected)[is_clear].all() and not by_days[count < 3].any()
    return Drawn(beside(*panels), bool(holds and by_days[(count >= 3) & (part > 0.99)].all()))


@picture(fitted_window)
def window_of_a_fit() -> Drawn:
    """How much history an ARMA sees.

    Steps that are fitted, by the length of the history: all of it up to 2,000, then the last 2,000; and from
    the first value that is there on, so that 500 missing ones at the beginning are left out.
    """
    lengths = np.arange(600, 4_001, 200)
    whole = np.array([fitted_window(np.ones(n)).size for n in lengths])
    late = np.array([fitted_window(np.r_[np.full(500, np.nan), np.ones(n - 500)]).size for n in lengths])
    chart = panel(
        line(lengths, whole, "complete"),
        line(lengths, late, "the first 500 missing", is_dashed=True),
        x="steps of history",
        y="steps fitted",
        width=420,
    )
    is_so = (whole == np.minimum(lengths, 2_000)).all() and (late == np.minimum(lengths - 500, 2_000)).all()
    return Drawn(chart, bool(is_so))
