import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter
from scipy.stats import beta, kstest, norm

from traffic.models.periodic.autoregression_law import simulate_autoregression
from traffic.models.periodic.coherence_lines import coherence_test, diagonal_coherence
from traffic.models.periodic.moments import deviations, periodic_moments
from traffic.models.periodic.spectral_coherence import (
    coherence_square,
    coherence_threshold,
    normal_scores,
)


def centred(values, n_slots):
    slot = np.arange(values.shape[1]) % n_slots
    return deviations(values, slot, periodic_moments(values, slot, n_slots))


def by_definition(x, p, q, window):
    n = x.size
    transform = [sum(x[t] * np.exp(-2j * np.pi * k * t / n) for t in range(n)) for k in range(n)]
    first = np.array([transform[(p + m) % n] for m in range(window)])
    second = np.array([transform[(q + m) % n] for m in range(window)])
    cross = abs(np.sum(first * second.conj())) ** 2
    return cross / (np.sum(np.abs(first) ** 2) * np.sum(np.abs(second) ** 2))


@settings(deadline=None, max_examples=25)
@given(p=st.integers(0, 41), q=st.integers(0, 41), window=st.integers(2, 6), seed=st.integers(0, 99))
def test_the_square_is_the_definition_but_where_a_window_meets_the_others_mirror_image(p, q, window, seed):
    x = centred(np.random.default_rng(seed).standard_normal((1, 42)), 6)
    found = coherence_square(np.c_[x, 7.0], 6, window, [p, q])[0, 0, 1]
    mirrored = {(-q - m) % 42 for m in range(window)}
    if mirrored & {(p + m) % 42 for m in range(window)}:
        assert np.isnan(found)
    # The empty frequencies at whole periods hold rounding alone.
    elif all({(k + m) % 42 for m in range(window)} - set(range(0, 42, 7)) for k in (p, q)):
        assert found == pytest.approx(by_definition(x[0], p, q, window), rel=1e-9, abs=1e-12)


def test_the_lines_are_points_of_the_square_taken_once_each():
    n_slots, n_cycles, window = 7, 9, 4
    x = centred(np.random.default_rng(181).standard_normal((2, n_slots * n_cycles)), n_slots)
    lines = diagonal_coherence(x, n_slots, range(1, 4), window)
    starts = [gap * n_cycles + 1 + part * window for gap in range(n_slots) for part in range(2)]
    square = coherence_square(x, n_slots, window, starts)
    for j in (1, 2, 3):
        points = {}
        for at, p in enumerate(starts):
            q = (p + j * n_cycles) % x.shape[1]
            first, second = at // 2, starts.index(q) // 2
            mirror_image = frozenset({(first, second), (6 - second, 6 - first)})
            if len(mirror_image) == 2:
                points.setdefault((mirror_image, at % 2), []).append(square[:, at, starts.index(q)])
        assert lines.n_points[j - 1] == len(points)
        # With windows that fill the gap evenly a point's mirror image is the other window's.
        assert all(len(pair) == 2 for pair in points.values())
        of_first = np.array([pair[0] for pair in points.values()])
        every = np.sort(np.concatenate([*points.values()]), axis=0)
        low_and_high = np.sort(np.concatenate([of_first, of_first]), axis=0)
        np.testing.assert_allclose(every, low_and_high, rtol=1e-9)
        np.testing.assert_allclose(lines.mean_coherence[:, j - 1], of_first.mean(axis=0), rtol=1e-9)
        threshold = coherence_threshold(window)
        np.testing.assert_allclose(lines.share_above[:, j - 1], (of_first > threshold).mean(axis=0))
        # Fisher's combination of the points' own p-values.
        own = (1 - of_first) ** (window - 1)
        np.testing.assert_allclose(lines.statistic[:, j - 1], -2 * np.log(own).sum(axis=0), rtol=1e-9)


def test_in_noise_coherence_has_its_law_and_the_threshold_its_level():
    window, n_slots, n_cycles = 8, 12, 9
    x = centred(np.random.default_rng(182).standard_normal((4000, n_slots * n_cycles)), n_slots)
    found = coherence_square(x, n_slots, window, [1, 1 + 2 * n_cycles])[:, 0, 1]
    assert kstest(found, beta(1, window - 1).cdf).pvalue > 0.001
    above = np.mean(found > coherence_threshold(window, 0.05))
    assert above == pytest.approx(0.05, abs=3 * np.sqrt(0.0475 / 4000))


def test_the_threshold_is_that_of_hurd_and_gerr():
    # perARMA's scoh: 1 - exp(log(pfa) / (m - 1)).
    assert coherence_threshold(16, 0.05) == pytest.approx(1 - np.exp(np.log(0.05) / 15))
    assert coherence_threshold(16, 0.05, 100) == pytest.approx(coherence_threshold(16, 0.0005))
    for bad in ((1, 0.05, 1), (16, 0.0, 1), (16, 0.05, 0)):
        with pytest.raises(ValueError, match="threshold"):
            coherence_threshold(*bad)


def test_a_swelling_amplitude_lies_on_the_first_line_and_a_faster_one_on_its_own():
    n_slots, n_cycles = 24, 56
    t = np.arange(n_slots * n_cycles)
    noise = lfilter([1.0], [1.0, -0.5], np.random.default_rng(183).standard_normal((30, t.size)))
    for j in (1, 3):
        swelling = noise * (1 + 0.5 * np.cos(2 * np.pi * j * t / n_slots))
        lines = diagonal_coherence(centred(swelling, n_slots), n_slots, range(1, 5))
        assert (lines.p_value[:, j - 1] < 1e-6).all()
        assert (lines.share_above[:, j - 1] > 0.2).all()
        whole = coherence_test(lines)
        assert (whole.diagonal == j).all()
        assert (whole.p_value < 1e-5).all()
        np.testing.assert_allclose(whole.p_value, 4 * lines.p_value.min(axis=1))
    # Seen with a wrong period, the swelling lies between the lines.
    wrong = diagonal_coherence(centred(swelling[:, : 25 * 53], 25), 25, range(1, 5))
    assert np.mean(coherence_test(wrong).p_value < 0.05) < 0.3


def test_a_periodic_autoregression_of_even_variance_is_seen_as_well():
    phi = 0.6 * np.cos(2 * np.pi * np.arange(12) / 12)[:, None]
    x = simulate_autoregression(phi, np.ones(12), 200, 20, np.random.default_rng(184))
    even = x / x.reshape(20, 200, 12).std(axis=1)[:, np.arange(x.shape[1]) % 12]
    assert (coherence_test(diagonal_coherence(centred(even, 12), 12, range(1, 4))).p_value < 0.01).all()


def test_a_single_large_value_is_coherent_everywhere_and_its_scores_are_not():
    x = np.random.default_rng(185).standard_normal((40, 24 * 28))
    x[:, 300] = 100.0
    x = centred(x, 24)
    assert (coherence_test(diagonal_coherence(x, 24, range(1, 4))).p_value < 1e-6).all()
    of_scores = coherence_test(diagonal_coherence(normal_scores(x), 24, range(1, 4))).p_value
    assert np.mean(of_scores < 0.05) < 0.2


def test_scores_keep_the_order_and_ties_and_have_the_normal_law():
    scores = normal_scores(np.array([[3.0, np.nan, 1.0, 3.0, 2.0], [np.nan] * 5, [1e300, -1e300, 5, 6, 7]]))
    np.testing.assert_allclose(scores[0], norm.ppf([0.75, np.nan, 0.125, 0.75, 0.375]))
    assert np.isnan(scores[1]).all()
    np.testing.assert_allclose(scores[2], norm.ppf([0.9, 0.1, 0.3, 0.5, 0.7]))


def test_missing_values_count_as_no_deviation_until_there_are_too_many():
    x = centred(np.random.default_rng(186).standard_normal((3, 24 * 20)), 24)
    x[0, 100:130] = np.nan
    x[1, : int(0.11 * x.shape[1])] = np.nan
    found = diagonal_coherence(x, 24, range(1, 3))
    as_zero = diagonal_coherence(np.nan_to_num(x[:1]), 24, range(1, 3))
    np.testing.assert_allclose(found.statistic[0], as_zero.statistic[0])
    assert np.isnan(found.p_value[1]).all()
    assert np.isnan(coherence_square(x, 24, 4, [1, 30])[1]).all()
    assert not np.isnan(found.p_value[2]).any()


def test_a_series_without_variation_is_not_tested():
    x = np.stack([np.zeros(240), np.full(240, np.nan)])
    lines = diagonal_coherence(x, 24, range(1, 3))
    assert np.isnan(lines.p_value).all()
    whole = coherence_test(lines)
    assert np.isnan(whole.p_value).all()
    assert (whole.diagonal == 0).all()


def test_a_batch_in_parts_is_each_series_by_itself():
    x = centred(np.random.default_rng(187).standard_normal((45, 24 * 1200)), 24)
    together = diagonal_coherence(x, 24, range(1, 3))
    for series in (0, 36, 44):
        alone = diagonal_coherence(x[series : series + 1], 24, range(1, 3))
        np.testing.assert_allclose(together.statistic[series], alone.statistic[0])


@pytest.mark.parametrize(
    ("shape", "n_slots", "n_diagonals", "window", "words"),
    [
        ((1, 48), 24, 1, None, "3 cycles"),
        ((1, 240), 24, 12, None, "lines of 1 to 11"),
        ((1, 240), 2, 1, None, "3 slots"),
        ((1, 240), 24, 1, 10, "2 to 9 frequencies"),
        ((1, 240), 24, 1, 1, "2 to 9 frequencies"),
    ],
)
def test_what_the_record_does_not_have_is_refused(shape, n_slots, n_diagonals, window, words):
    with pytest.raises(ValueError, match=words):
        diagonal_coherence(np.ones(shape), n_slots, range(1, n_diagonals + 1), window)


def test_a_square_too_large_for_a_picture_is_refused():
    with pytest.raises(ValueError, match="at most 1024"):
        coherence_square(np.ones((1, 4800)), 24, 8, range(1025))
    with pytest.raises(ValueError, match="2 to 4800"):
        coherence_square(np.ones((1, 4801)), 24, 1, [0])
