"""Variable volatility: where the size of the innovations itself has a memory."""

from __future__ import annotations

import numpy as np

from gallery.drawing import THEORY, bars, beside, line, panel
from gallery.picture import Drawn, picture
from gallery.processes import arima_model, garch
from traffic.models.filtering import forecast
from traffic.models.variable_volatility import (
    VolatilityChoice,
    bound_model,
    choose_volatility,
    volatility_from_coefficients,
)
from traffic.models.volatility_forecast import (
    conditional_std,
    forecast_with_volatility,
    innovation_variance,
)

OMEGA, ALPHA, BETA = 0.05, 0.15, 0.8
COEFFICIENTS = {"omega": OMEGA, "alpha[1]": ALPHA, "beta[1]": BETA}


@picture(choose_volatility, VolatilityChoice.table, conditional_std, bound_model)
def volatility_found() -> Drawn:
    """Volatility found in residuals.

    Left: the standard deviation of each innovation given those before, fitted to 1,500 values of a GARCH(1,
    1), on the true one (the last 300 steps). Right: BIC of the candidates below that of a constant variance;
    GARCH, which is the truth, gains the most, and the asymmetry of the other two is not worth its
    coefficient.
    """
    x, std = garch("volatility_found", 1_500, OMEGA, ALPHA, BETA)
    choice = choose_volatility(x)
    table = choice.table()
    bic = table["bic"].to_numpy()
    assert choice.selected is not None
    found = conditional_std(x, choice.selected)
    step = np.arange(1_200, 1_500)
    left = panel(
        line(step, found[1_200:], "fitted"),
        line(step, std[1_200:], THEORY),
        x="step",
        y="standard deviation",
        width=360,
    )
    gain = bic[0] - bic[1:]
    right = panel(
        bars(table["volatility"].to_list()[1:], gain, "gain"),
        x="model",
        y="BIC below a constant's",
        width=180,
    )
    holds = choice.selected.name == "garch" and np.corrcoef(found, std)[0, 1] > 0.95
    return Drawn(beside(left, right), bool(holds and (gain > 0).all()))


@picture(innovation_variance, forecast_with_volatility, volatility_from_coefficients)
def volatility_ahead() -> Drawn:
    """Volatility ahead.

    After a quiet and after a busy spell of one GARCH(1, 1). Left: the variance of innovations to come returns
    to its mean by (alpha + beta)^h, as theory (dashed) has it. Right: the width of the 95 % interval of an
    AR(1) with these innovations, beside the one width that a constant volatility gives.
    """
    x, std = garch("volatility_ahead", 1_500, OMEGA, ALPHA, BETA)
    volatility = volatility_from_coefficients("garch", COEFFICIENTS, 1.0)
    mean_model = arima_model((0.5,))
    h = np.arange(1, 61)
    ends = {"quiet": int(np.argmin(std[500:])) + 500, "busy": int(np.argsort(std[500:])[-75]) + 500}
    left, right, near = [], [], []
    for name, end in ends.items():
        found = innovation_variance(x[:end], volatility, 60)
        theory = 1.0 + (ALPHA + BETA) ** (h - 1) * (std[end] ** 2 - 1.0)
        left += [line(h, found, name), line(h, theory, THEORY)]
        near.append(np.allclose(found, theory, rtol=0.02))
        y = np.convolve(x[:end], 0.5 ** np.arange(40))[:end]
        quantiles = forecast_with_volatility(y, mean_model, volatility, 60).quantiles
        right.append(line(h, quantiles[:, -1] - quantiles[:, 0], name))
    constant = forecast(y, mean_model, 60).quantiles
    right.append(line(h, constant[:, -1] - constant[:, 0], "constant", is_dashed=True))
    chart = beside(
        panel(*left, x="steps ahead", y="variance of the innovation"),
        panel(*right, x="steps ahead", y="width of the 95 % interval"),
    )
    return Drawn(chart, all(near))
