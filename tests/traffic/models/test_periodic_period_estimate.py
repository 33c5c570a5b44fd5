import numpy as np
import pytest

from traffic.models.periodic.period_estimate import estimate_period


@pytest.mark.parametrize("period", [288.0, 283.1, 288.3, 300.0, 287.7])
def test_the_period_of_a_quiet_record_is_found(simulate_days, period):
    found = estimate_period(simulate_days(56, period, 0, weekend=False, size=0.05)[None, :], 288.0)
    assert found.period_steps[0] == pytest.approx(period, abs=0.01)
    assert found.lower_95[0] < found.period_steps[0] < found.upper_95[0]
    assert found.p_value[0] < 1e-12


def test_the_estimate_is_where_the_harmonics_explain_most():
    rng = np.random.default_rng(3)
    at = np.arange(40 * 48)
    truth = 48.4
    values = np.cos(2 * np.pi * at / truth) + 0.4 * np.cos(4 * np.pi * at / truth + 1)
    values += 0.3 * rng.standard_normal(at.size)
    found = estimate_period(values[None, :], 48.0)

    def left(period):
        angle = 2 * np.pi * np.outer(at, np.arange(1, 5)) / period
        design = np.column_stack([np.ones(at.size), np.cos(angle), np.sin(angle)])
        fit = design @ np.linalg.lstsq(design, values, rcond=None)[0]
        return float(((values - fit) ** 2).sum())

    tried = np.linspace(48.2, 48.6, 801)
    slow = tried[np.argmin([left(period) for period in tried])]
    assert abs(found.period_steps[0] - slow) < 0.5 * found.std_error[0]


def test_many_series_are_estimated_as_each_alone(simulate_days):
    values = np.stack([simulate_days(28, 96 * (1 + 2e-3 * seed), seed)[: 28 * 96] for seed in range(3)])
    together = estimate_period(values, 96.0)
    for row in range(3):
        alone = estimate_period(values[row : row + 1], 96.0)
        assert together.period_steps[row] == pytest.approx(alone.period_steps[0], abs=1e-9)
        assert together.std_error[row] == pytest.approx(alone.std_error[0], rel=1e-6)


def test_a_week_is_estimated_by_its_first_harmonics(simulate_days):
    found = estimate_period(simulate_days(26 * 7, 24, 5)[None, :], 7 * 24.0, n_harmonics=3)
    assert found.period_steps[0] == pytest.approx(168, abs=0.5)
    assert found.p_value[0] < 1e-6


def test_records_that_are_too_short_or_flat_have_no_estimate():
    values = np.stack([np.zeros(480), np.full(480, np.nan)])
    for record in (values, np.random.default_rng(0).standard_normal((2, 6 * 48))):
        found = estimate_period(record, 48.0)
        assert np.isnan(found.period_steps).all()
        assert np.isnan(found.p_value).all()


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_the_estimate_does_not_depend_on_the_unit(simulate_days, scale):
    values = simulate_days(28, 48, 1)[None, :]
    ours, scaled = estimate_period(values, 48.0), estimate_period(scale * values, 48.0)
    assert scaled.period_steps[0] == pytest.approx(ours.period_steps[0], rel=1e-9)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"\(series, time\)"):
        estimate_period(np.zeros(960), 48.0)
