import numpy as np
import pytest

from traffic.models.differencing import choose_d, filled_linearly


def test_a_stationary_series_is_not_differenced(simulate_arma):
    choice = choose_d(simulate_arma(800, ar=[0.5], seed=1))
    assert choice.d == 0
    assert choice.adf_p_value < 0.05 < choice.kpss_p_value
    assert "rejects a unit root" in choice.reason


def test_a_random_walk_is_differenced_once(simulate_arma):
    choice = choose_d(np.cumsum(simulate_arma(800, seed=2)))
    assert choice.d == 1
    assert choice.reason.startswith("d = 1")


def test_a_shift_of_level_is_differenced_though_there_is_no_unit_root(simulate_arma):
    x = simulate_arma(600, seed=3)
    x[300:] += 0.4
    choice = choose_d(x)
    assert choice.adf_p_value < 0.05
    assert choice.kpss_p_value < 0.05
    assert choice.d == 1


def test_the_choice_depends_neither_on_unit_nor_on_origin(simulate_arma):
    x = np.cumsum(simulate_arma(400, seed=4))
    assert choose_d(x).adf_p_value == pytest.approx(choose_d(1e12 * x - 1e13).adf_p_value, rel=1e-6)


def test_missing_values_do_not_change_a_clear_case(simulate_arma):
    x = simulate_arma(800, seed=5)
    x[np.random.default_rng(5).random(800) < 0.1] = np.nan
    assert choose_d(x).d == 0


def test_a_short_series_is_refused_with_the_requirement():
    with pytest.raises(ValueError, match="needs at least 100"):
        choose_d(np.arange(50.0) % 7)


def test_filling_draws_straight_lines_and_holds_the_ends():
    x = np.array([np.nan, 1.0, np.nan, np.nan, 4.0, np.nan])
    np.testing.assert_allclose(filled_linearly(x), [1, 1, 2, 3, 4, 4])


def test_both_stages_and_both_tests_stand_in_the_table(simulate_arma):
    choice = choose_d(np.cumsum(simulate_arma(800, seed=2)))
    table = choice.table()
    assert list(zip(table["stage"], table["test"], strict=True)) == [
        ("clean", "adf"),
        ("clean", "kpss"),
        ("differenced", "adf"),
        ("differenced", "kpss"),
    ]
    assert table["is_rejected"].to_list() == [False, True, True, False]
    assert table["p_value"][0] == choice.adf_p_value
    assert table["p_value"].is_between(0, 1).all()
