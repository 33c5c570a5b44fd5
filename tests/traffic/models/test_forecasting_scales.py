"""Scales, there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from traffic.models.forecasting.scales import SCALES, Scale, sizes_of

VALUES = arrays(float, (2, 3, 4), elements=st.one_of(st.just(np.nan), st.just(0.0), st.floats(1e-6, 1e12)))


@pytest.mark.parametrize("name", SCALES)
@given(values=VALUES)
def test_there_and_back_gives_the_values(name, values):
    scale = Scale.of(name, values)
    back = scale.backward(scale.forward(values).copy())
    size = np.nansum(np.abs(values), axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(np.nan_to_num(back - values) / np.maximum(size, 1.0), 0.0, atol=1e-12)
    assert (np.isnan(back) == np.isnan(values)).all()


@pytest.mark.parametrize("name", SCALES[1:])
def test_nothing_comes_back_negative(name):
    scale = Scale.of(name, np.ones((2, 3, 4)))
    assert (scale.backward(np.full((2, 3, 4), -50.0)) == 0).all()


def test_the_logarithm_knows_zeros_and_does_not_depend_on_the_unit():
    values = np.arange(24.0).reshape(2, 3, 4)
    small, large = (Scale.of("log", size * values).forward(size * values) for size in (1.0, 1e9))
    np.testing.assert_allclose(large - small, np.log(1e9))
    assert np.isfinite(small).all()


def test_another_scale_is_refused():
    with pytest.raises(ValueError, match="'cubic' is no scale; there are identity"):
        Scale.of("cubic", np.ones((1, 2, 3)))


@given(values=arrays(float, (3, 2, 2), elements=st.one_of(st.just(np.nan), st.floats(-1e300, 1e300))))
def test_sizes_are_powers_of_two_by_which_to_divide_exactly(values):
    sizes = sizes_of(values)
    mantissa, _ = np.frexp(sizes)
    assert (mantissa == 0.5).all()
    scaled = values / sizes[:, None, None]
    assert (np.abs(np.nan_to_num(scaled)) <= 1).all()
    is_normal = np.abs(values) > 1e-290 * sizes[:, None, None]
    assert (scaled * sizes[:, None, None] == values)[is_normal].all()
