"""Residuals and their law: is what a model leaves white, steady and normal?"""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import lognorm

from gallery.drawing import THEORY, bins, heat, line, panel
from gallery.picture import Drawn, picture
from gallery.processes import arma, garch, stream
from traffic.diagnostics.distributions import FittedLaw, compare_laws, residual_histogram
from traffic.diagnostics.residual_tests import TESTS, arch_lm, residual_tests


@picture(residual_tests, arch_lm)
def what_each_test_sees() -> Drawn:
    """What each test of residuals sees.

    Share of 60 simulated records of 300 values that each test rejects at 5 %. Of white normal values all
    reject about one in twenty, as they should. Correlation is for Ljung-Box and runs, heavy tails are for
    Jarque-Bera, varying volatility is for ARCH-LM, though each sees something of its neighbours' faults.
    """
    rng = stream("what_each_test_sees")
    kinds = {
        "white normal": rng.standard_normal((60, 300)),
        "AR(1), 0.4": arma("what_each_test_sees", 300, ar=(0.4,), n_series=60),
        "Student t, 4": rng.standard_t(4, (60, 300)),
        "GARCH": np.stack([garch(f"residuals {i}", 300, 0.1, 0.3, 0.6)[0] for i in range(60)]),
    }
    shares = np.array(
        [
            np.mean([[test.p_value < 0.05 for test in residual_tests(x, 0, 0)] for x in records], axis=0)
            for records in kinds.values()
        ]
    )
    chart = heat(
        [name.replace("_", " ") for name in TESTS],
        list(kinds),
        shares,
        titles=("test", "residuals", "share rejected"),
        text=".0%",
        domain=(0, 1),
        width=380,
    )
    alone = np.mean([arch_lm(x).p_value < 0.05 for x in kinds["GARCH"]])
    seen = shares[1, 0] > 0.9 and shares[1, 3] > 0.5 and shares[2, 1] > 0.9 and shares[3, 2] > 0.6
    return Drawn(chart, bool(shares[0].max() < 0.15 and seen and alone == shares[3, 2]))


@picture(compare_laws, residual_histogram, FittedLaw.density)
def three_laws() -> Drawn:
    """Three laws of one sample.

    Histogram of 600 values of a lognormal law shifted to mean zero, as residuals are, and the three laws
    fitted to them. The shifted lognormal lies on the truth (dashed) and has the least AIC; neither the normal
    law nor Student's can be skewed.
    """
    shift = -math.exp(0.125)
    x = shift + stream("three_laws").lognormal(0.0, 0.5, 600)
    found = compare_laws(x)
    histogram = residual_histogram(x, found.laws)
    left, right = histogram["bin_left"].to_numpy(), histogram["bin_right"].to_numpy()
    at = np.linspace(left[0] - 0.3, right[-1], 150)
    chart = panel(
        bins(left, right, histogram["count"].to_numpy() / (x.size * (right - left)), "sample"),
        *(line(at, law.density(at), law.law) for law in found.laws),
        line(at, lognorm.pdf(at, 0.5, shift), THEORY),
        x="residual",
        y="density",
        width=560,
        height=220,
    )
    return Drawn(chart, found.best == "lognormal" and found.is_lognormal is True)
