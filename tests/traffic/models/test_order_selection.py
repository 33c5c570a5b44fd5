import numpy as np
import pytest
from statsmodels.tsa.ar_model import AutoReg

from traffic.models.conditional_likelihood import conditional_grid, inward, stationary_part
from traffic.models.order_selection import aicc_penalty, select_order
from traffic.models.roots import is_invertible, is_stationary


@pytest.mark.parametrize(
    ("ar", "ma", "order"),
    [([], [], (0, 0)), ([0.7], [], (1, 0)), ([], [0.6], (0, 1)), ([0.3, 0.4], [], (2, 0))],
)
def test_the_order_that_made_a_long_series_is_found(simulate_arma, ar, ma, order):
    selection = select_order(simulate_arma(2_000, ar, ma, seed=11), d=0)
    assert (selection.p, selection.q) == order


def test_a_differenced_series_is_selected_on_its_differences(simulate_arma):
    selection = select_order(np.cumsum(simulate_arma(2_000, ma=[-0.9], seed=12)), d=1)
    assert (selection.p, selection.d, selection.q) == (0, 1, 1)


def test_every_order_of_the_grid_is_kept_and_larger_ones_fit_no_worse(simulate_arma):
    selection = select_order(simulate_arma(400, [0.5], [0.3], seed=13), d=0, max_p=2, max_q=3)
    variance = {(c.p, c.q): c.sigma2 for c in selection.candidates}
    assert set(variance) == {(p, q) for p in range(3) for q in range(4)}
    for p, q in variance:
        for smaller in ((p - 1, q), (p, q - 1)):
            if smaller in variance:
                assert variance[p, q] <= variance[smaller] * (1 + 1e-9)


def test_the_selected_order_has_the_least_aicc_of_the_admissible(simulate_arma):
    selection = select_order(simulate_arma(300, [0.5], seed=14), d=0)
    best = min((c for c in selection.candidates if c.is_admissible), key=lambda c: c.aicc)
    assert (selection.p, selection.q) == (best.p, best.q)


def test_an_order_with_a_root_on_the_circle_is_passed_over_though_it_fits_best():
    t = np.arange(600)
    x = np.sin(2 * np.pi * t / 24) + 0.1 * np.random.default_rng(15).standard_normal(t.size)
    selection = select_order(x, d=0)
    best = min(selection.candidates, key=lambda c: c.aicc)
    chosen = next(c for c in selection.candidates if (c.p, c.q) == (selection.p, selection.q))
    assert not best.is_admissible
    assert chosen.is_admissible


def test_selection_does_not_depend_on_the_unit(simulate_arma):
    x = simulate_arma(400, [0.6], [0.4], seed=16)
    small, large = select_order(x, d=0), select_order(1e12 * x, d=0)
    assert (small.p, small.q) == (large.p, large.q)
    np.testing.assert_allclose(
        [c.sigma2 * 1e24 for c in small.candidates], [c.sigma2 for c in large.candidates], rtol=1e-6
    )


def test_a_pure_autoregression_is_ordinary_least_squares(simulate_arma):
    x = simulate_arma(500, [0.3, 0.4], seed=17)
    w, scale = stationary_part(x, d=0)
    fit = conditional_grid(w, 2, 0, 2)[2, 0]
    reference = AutoReg(w, lags=2, trend="n").fit()
    np.testing.assert_allclose(fit.ar, reference.params, rtol=1e-6)
    assert fit.sum_of_squares == pytest.approx(float(np.sum(reference.resid**2)), rel=1e-9)
    assert scale == pytest.approx(x.std())


def test_two_differences_are_refused():
    with pytest.raises(ValueError, match="use 0 or 1"):
        stationary_part(np.arange(5.0) ** 2, d=2)


def test_aicc_penalty_by_hand():
    assert aicc_penalty(3, 20) == pytest.approx(6 + 24 / 16)


@pytest.mark.parametrize(
    ("ar", "expected"), [([], True), ([0.99], True), ([1.0], False), ([-1.0], False), ([0.5, 0.5], False)]
)
def test_a_root_on_the_circle_is_not_stationary(ar, expected):
    assert is_stationary(np.array(ar)) is expected
    assert is_invertible(-np.array(ar)) is expected


def test_a_start_near_the_circle_is_drawn_in_and_others_are_left():
    assert is_stationary(inward(np.array([0.9999])))
    np.testing.assert_array_equal(inward(np.array([0.5, 0.2])), [0.5, 0.2])


def test_the_table_keeps_the_whole_grid_with_the_selected_order_marked(simulate_arma):
    selection = select_order(simulate_arma(500, [0.6], seed=31), d=0, max_p=2, max_q=1)
    table = selection.table()
    assert selection.grid == "p = 0 to 2, q = 0 to 1, d = 0: 6 orders"
    assert table.height == 6
    assert table["aicc"].is_sorted()
    chosen = table.filter(table["is_selected"])
    assert chosen.select("p", "d", "q", "delta_aicc").rows() == [(selection.p, 0, selection.q, 0.0)]
    assert (table.filter(table["is_admissible"])["delta_aicc"] >= 0).all()
