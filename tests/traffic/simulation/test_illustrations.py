import numpy as np
import pytest

from traffic.simulation.illustrations import PROCESSES, illustrate

SEED = 1995
AR_1, MA_1, AR_2, MA_2 = PROCESSES


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_a_seed_gives_its_sample_again(process):
    first, again = illustrate(process, SEED), illustrate(process, SEED)
    np.testing.assert_array_equal(first.x, again.x)
    assert first.correlogram.equals(again.correlogram)
    assert first.x.size == process.n_values
    assert (first.x != illustrate(process, SEED + 1).x).any()


def test_the_theory_is_that_of_the_post():
    lag = np.arange(1, 41)
    found = {process.name: illustrate(process, SEED).correlogram for process in PROCESSES}
    np.testing.assert_allclose(found["ar_1"]["theoretical_acf"], 0.6**lag, atol=1e-12)
    np.testing.assert_allclose(found["ma_1"]["theoretical_acf"], [0.7 / 1.49, *[0] * 39], atol=1e-12)
    # The post: two spikes and none after them; rho(1) = phi_1 / (1 - phi_2), and the second is phi_2.
    np.testing.assert_allclose(found["ar_2"]["theoretical_pacf"], [0.5, 0.4, *[0] * 38], atol=1e-12)
    rho = np.array([0.2 + 0.2 * 0.4, 0.4]) / (1 + 0.2**2 + 0.4**2)
    np.testing.assert_allclose(found["ma_2"]["theoretical_acf"], [*rho, *[0] * 38], atol=1e-12)
    # It tapers and never cuts off.
    assert (np.abs(found["ma_2"]["theoretical_pacf"].to_numpy()[:10]) > 1e-3).all()


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_samples_lie_about_their_theory(process):
    # Over 40 seeds the mean at each of 5 lags: of 40 such comparisons one strays beyond three standard errors
    # by chance in one run of ten, hence 3.5; the bias of an autocorrelation is of the order 1 / n.
    at = [illustrate(process, seed, n_lags=5).correlogram for seed in range(40)]
    for sample, theory in (("acf", "theoretical_acf"), ("pacf", "theoretical_pacf")):
        found = np.array([frame[sample].to_numpy() for frame in at])
        error = found.std(axis=0) / np.sqrt(40)
        assert (
            np.abs(found.mean(axis=0) - at[0][theory].to_numpy()) < 3.5 * error + 5 / process.n_values
        ).all()


def test_beyond_its_order_the_partial_autocorrelation_stays_within_the_white_band():
    # 50 seeds times 38 lags, 95 % within three standard errors (1.5 points).
    frames = [illustrate(AR_2, seed).correlogram for seed in range(50)]
    inside = np.mean([frame["pacf"].abs()[2:] < frame["band_95"][2:] for frame in frames])
    assert inside == pytest.approx(0.95, abs=0.015)


def test_bartletts_band_is_the_one_that_a_moving_average_stays_within():
    frames = [illustrate(MA_1, seed).correlogram for seed in range(50)]
    inside = np.mean([frame["acf"].abs()[1:] < frame["bartlett_95"][1:] for frame in frames])
    assert inside == pytest.approx(0.95, abs=0.03)
