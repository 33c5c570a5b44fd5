"""The law of a highest value over paths, beside closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from traffic.models.forecasting.calibration import ErrorLaw
from traffic.models.forecasting.paths import DENSE_LEVELS
from traffic.planning.known_nights import KnownNight
from traffic.planning.path_scores import PathLaw
from traffic.planning.window_probabilities import _highest_of_paths

LEVELS = np.array([0.0, 1.0, 2.0, 3.0])


def test_scores_of_a_normal_sample_are_its_deviates_also_beyond_it() -> None:
    sample = 3 + 2 * ndtri((np.arange(500) + 0.5) / 500)[None]
    law = PathLaw.of(sample)
    scores = np.array([[-6.0, -1.5, 0.0, 1.5, 6.0]])
    np.testing.assert_allclose(law.scores(3 + 2 * scores), scores, atol=0.01)
    assert law.size[0] == pytest.approx(2.0, rel=0.01)


def test_scores_ascend_with_values_and_keep_what_is_missing() -> None:
    law = PathLaw.of(np.random.default_rng(0).gamma(2.0, size=(3, 200)))
    values = np.tile(np.linspace(-5, 50, 200), (3, 1))
    assert (np.diff(law.scores(values), axis=1) > 0).all()
    assert np.isnan(law.scores(np.full((3, 1), np.nan))).all()


def test_paths_that_are_all_the_same_make_a_jump() -> None:
    scores = PathLaw.of(np.full((1, 200), 5.0)).scores(np.array([[4.9, 5.1]]))
    assert scores[0, 0] < -10
    assert scores[0, 1] > 10


def normal_night(standardised: np.ndarray) -> KnownNight:
    n_series, _, n_slots = standardised.shape
    deviates = np.tile(ndtri(DENSE_LEVELS), (n_series, 1))
    law = ErrorLaw(np.zeros((n_series, n_slots)), np.ones((n_series, n_slots)), DENSE_LEVELS, deviates, False)
    return KnownNight(law, standardised, standardised, np.zeros_like(standardised), standardised)


def test_slots_that_know_nothing_of_each_other_give_their_product() -> None:
    errors = np.random.default_rng(1).standard_normal((1, 28, 24))
    highest = _highest_of_paths(normal_night(errors), 3_600, 4_000)[0, :, 0]
    said = (highest[:, None] > LEVELS).mean(axis=0)
    np.testing.assert_allclose(said, 1 - ndtr(LEVELS) ** 24, atol=0.04)


def test_slots_that_go_together_give_their_highest() -> None:
    errors = np.repeat(np.random.default_rng(2).standard_normal((1, 28, 1)), 24, axis=2)
    highest = _highest_of_paths(normal_night(errors), 3_600, 4_000)[0, :, 0]
    said = (highest[:, None] > LEVELS).mean(axis=0)
    np.testing.assert_allclose(said, ndtr(-LEVELS), atol=0.04)
