"""What the requirements let through, the whole chain takes: no exception, no warning, finite numbers."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from traffic.diagnostics.autocorrelation import autocorrelation
from traffic.diagnostics.correlation_bands import box_pierce_band
from traffic.diagnostics.distributions import compare_laws, residual_histogram
from traffic.diagnostics.residual_tests import TESTS, residual_tests
from traffic.models.constant_volatility import REFERENCE_ORDER, fit_exact
from traffic.models.differencing import choose_d
from traffic.models.filtering import forecast, residuals
from traffic.models.order_selection import select_order
from traffic.models.requirements import why_not_constant_volatility
from traffic.models.theoretical_correlation import implied_moments, root_table, theoretical_correlogram
from traffic.models.variable_volatility import choose_volatility
from traffic.simulation.constant_volatility_paths import simulate_paths

MISSING = st.just(np.nan)
SERIES = st.one_of(
    arrays(float, st.integers(100, 130), elements=st.one_of(MISSING, st.integers(0, 3).map(float))),
    arrays(float, st.integers(100, 130), elements=st.one_of(MISSING, st.floats(-1e12, 1e12))),
    arrays(float, 120, elements=st.floats(0, 1e-9)),
    arrays(float, 12, elements=st.floats(0, 100)).map(lambda day: np.tile(day, 10)),
)


def simulate(x, fit):
    return simulate_paths(x, fit, 24, 2, np.random.default_rng(1))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(x=SERIES)
def test_whatever_is_not_refused_is_selected_fitted_and_forecast(x):
    autocorrelation(x, 24)
    if why_not_constant_volatility(x) is not None:
        return
    selection = select_order(x, choose_d(x).d, max_p=2, max_q=2)
    for p, d, q in (REFERENCE_ORDER, (selection.p, selection.d, selection.q)):
        fit = fit_exact(x, (p, d, q))
        assert np.isfinite(fit.estimates).all()
        assert np.isfinite(fit.loglik)
        assert forecast(x, fit, steps=24).horizon == 24
        left = residuals(x, fit)
        assert len(residual_tests(left, p, q)) == len(TESTS)
        laws = compare_laws(left)
        counted = residual_histogram(left, laws.laws)["count"].sum()
        assert counted == np.sum(~np.isnan(left))
        assert choose_volatility(left).reason.endswith(".")
        assert root_table(fit).height <= p + q
        assert implied_moments(fit).variance > 0
        assert theoretical_correlogram(fit, 24).height in (0, 24)
        assert (box_pierce_band(fit.ar, fit.ma, left.size, 24) >= 0).all()
        assert simulate(x, fit).shape == (2, 24)
