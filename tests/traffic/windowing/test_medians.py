import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from traffic.windowing.medians import row_medians


@given(arrays(np.float64, (3, 7), elements=st.one_of(st.just(np.nan), st.floats(-1e6, 1e6))))
def test_medians_are_numpys_of_what_is_observed(values):
    for row, found in zip(values, row_medians(values), strict=True):
        observed = row[~np.isnan(row)]
        np.testing.assert_allclose(found, np.median(observed) if observed.size else np.nan)


def test_nothing_has_no_median():
    assert np.isnan(row_medians(np.empty((2, 0)))).all()
    assert np.isnan(row_medians(np.full((2, 3), np.nan))).all()
