import numpy as np
import pytest

from traffic.models.exact_likelihood import maximise_likelihood


@pytest.mark.parametrize(
    ("order", "start"),
    [
        ((2, 1, 1), [0.0, 0.0, -0.5]),
        ((1, 0, 2), [0.0, 0.2, 0.1, 0.1]),
        ((0, 1, 1), [0.1]),
        ((2, 0, 0), [0.0, 0.1, 0.1]),
        ((0, 0, 0), [0.0]),
        ((0, 1, 0), []),
    ],
)
def test_the_fast_search_ends_where_the_kalman_filter_does(simulate_arma, order, start):
    z = simulate_arma(300, ar=[0.5], ma=[0.3], seed=71)
    z = (z - z[0]) / z.std()
    fast, fast_converged = maximise_likelihood(z, order, np.array(start))
    # A missing value at the end says nothing, but is taken by the filter alone.
    slow, slow_converged = maximise_likelihood(np.r_[z, np.nan], order, np.array(start))
    assert fast_converged
    assert slow_converged
    np.testing.assert_allclose(fast.params, slow.params, rtol=1e-3, atol=1e-4)
    assert fast.llf == pytest.approx(slow.llf, abs=1e-4)


def test_a_likelihood_that_cannot_be_evaluated_is_refused(simulate_arma):
    with pytest.raises(ValueError, match="cannot be evaluated"):
        maximise_likelihood(simulate_arma(100, seed=72), (1, 0, 0), np.array([0.0, 1.5]))
