"""When a constant-volatility model takes over: after a week of nights in which it erred least."""

from __future__ import annotations

import pytest

from traffic.models.champion import LEAST_NIGHTS, ScoredModel, challenger


@pytest.mark.parametrize(
    ("mae", "n_nights", "takes_over"),
    [
        (0.99, LEAST_NIGHTS, True),
        (0.99, LEAST_NIGHTS - 1, False),
        (1.0, LEAST_NIGHTS, False),
        (1.01, 14, False),
        (0.0, 14, True),
    ],
)
def test_a_model_takes_over_that_erred_less_in_enough_nights(
    mae: float, n_nights: int, takes_over: bool
) -> None:
    found = challenger({"selected": ScoredModel(mae, 1.0, n_nights)})
    assert (found is not None) == takes_over
    if found is not None:
        times = f"{mae:.2f} times that of the best of the others."
        assert found == ("selected", f"Selected: in {n_nights} scored nights its error was {times}")


def test_the_one_with_the_least_error_beside_the_champions_takes_over() -> None:
    scored = {"reference": ScoredModel(1.0, 4.0, 14), "selected": ScoredModel(0.9, 1.0, 14)}
    assert (challenger(scored) or ("",))[0] == "reference"
    assert challenger({}) is None


def test_errors_that_differ_by_rounding_alone_are_alike() -> None:
    constant = ScoredModel(0.5, 1.0, 14, pinball=0.3)
    varying = ScoredModel(0.5 + 1e-15, 1.0, 14, pinball=0.2)
    for scored in ({"a": constant, "b": varying}, {"b": varying, "a": constant}):
        assert (challenger(scored) or ("",))[0] == "b"
    unscored = {"b": ScoredModel(0.5, 1.0, 14), "a": ScoredModel(0.5, 1.0, 14)}
    assert (challenger(unscored) or ("",))[0] == "a"
