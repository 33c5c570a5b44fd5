from pathlib import Path

import numpy as np
import pytest

from traffic.models.constant_volatility import fit_exact
from traffic.models.outlier_effects import outlier_effects
from traffic.windowing.outlier_rules import no_limits, outlier_rules, tukey_limits

WINDOWS = Path(__file__).parents[2] / "reference" / "r" / "epa_windows.csv"


@pytest.fixture(scope="module")
def epa():
    windows = np.loadtxt(WINDOWS, delimiter=",", skiprows=1)
    return outlier_effects(windows[:, 0]), windows


def test_every_rule_is_there_clipped_and_removed(epa):
    frame, _ = epa
    expected = [(rule, handling) for rule in outlier_rules() for handling in ("clipped", "removed")]
    assert frame.select("rule", "handling").rows() == expected
    assert frame["reason"].null_count() == frame.height


def test_the_moving_average_of_the_post_lies_among_those_of_the_rules(epa):
    # Constant-volatility post: ma.L1 = -0.9348, ar.L1 = -0.0005, ar.L2 = 0.1116; its rule is not stated.
    frame, _ = epa
    assert frame["ma.L1"].min() < -0.9348 < frame["ma.L1"].max()
    assert frame["ar.L1"].min() < -0.0005 < frame["ar.L1"].max()
    assert frame["ar.L2"].max() < 0.1116


def test_the_raw_windows_are_clipped_as_the_flags_clip_them(epa):
    frame, windows = epa
    tukey = frame.filter(frame["rule"] == "tukey_1.5").row(0, named=True)
    assert (tukey["n_outliers"], tukey["upper_least"]) == (59, windows[:, 1].max())
    assert tukey["share"] == pytest.approx(59 / 717)
    fit = fit_exact(windows[:, 1])
    assert [tukey[name] for name in fit.names] == fit.estimates.tolist()
    assert [tukey[f"{name} se"] for name in fit.names] == fit.std_errors.tolist()


def test_without_an_outlier_both_handlings_are_the_same_fit(simulate_arma):
    frame = outlier_effects(simulate_arma(300, [0.5], seed=1), {"none": no_limits}, (1, 0, 0))
    clipped, removed = frame.drop("handling").rows()
    assert clipped == removed
    assert frame["n_outliers"].to_list() == [0, 0]
    assert frame["upper_least"].null_count() == 2


def test_what_cannot_be_fitted_has_a_reason_and_no_coefficients(simulate_arma):
    x = simulate_arma(104, seed=2)
    x[::10] += 50
    frame = outlier_effects(x, {"none": no_limits, "tukey_1.5": tukey_limits}, (1, 0, 0))
    reasons = frame["reason"].to_list()
    assert reasons[:3] == [None] * 3
    assert "needs at least 100" in reasons[3]
    assert frame["ar.L1"].null_count() == 1
    nothing = outlier_effects(np.full(50, np.nan))
    assert nothing["share"].null_count() == nothing.height


def test_rules_that_leave_the_same_window_share_one_fit(simulate_arma, monkeypatch):
    x = simulate_arma(300, [0.5], seed=3)
    x[[20, 200]] = 40.0
    fitted = []

    def counted(values, order):
        fitted.append(values)
        return fit_exact(values, order)

    monkeypatch.setattr("traffic.models.outlier_effects.fit_exact", counted)
    frame = outlier_effects(x, {"none": no_limits, "tukey_1.5": tukey_limits, "again": tukey_limits})
    # What no rule touches, what is clipped, and what is removed.
    assert len(fitted) == 3
    rows = frame.drop("rule").rows()
    assert rows[2:4] == rows[4:6]
    assert rows[2] != rows[3]
