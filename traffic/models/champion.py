"""When a constant-volatility model speaks for a series in place of the forecaster's own champion.

Only that rule belongs here: such a model is too dear to be tried on every past day, so it is judged by the
nights in which it was scored. How the forecaster chooses among its own is in ``forecasting.champions``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Final

SELECTED: Final = "selected"
REFERENCE: Final = "reference"
VARIABLE_VOLATILITY: Final = "variable_volatility"
"""The selected order with intervals of a volatility that varies: its points are those of ``selected``."""

LEAST_NIGHTS: Final = 7
"""Scored nights before a model may take over: one of every weekday."""

JUDGED_NIGHTS: Final = 14


@dataclass(frozen=True)
class ScoredModel:
    """How a model did in the nights in which both it and the champion were scored.

    Parameters
    ----------
    mae : float
        Its mean absolute error.
    champion_mae : float
        That of the nights' champions on the same targets, or of the seasonal naive forecast if that is less.
    n_nights : int
        Nights that they are means of.
    pinball : float
        Its mean scaled pinball loss, infinite where none was scored.
    """

    mae: float
    champion_mae: float
    n_nights: int
    pinball: float = inf


def challenger(scored: Mapping[str, ScoredModel]) -> tuple[str, str] | None:
    """Choose the model that takes over, if one does.

    Parameters
    ----------
    scored : mapping of str to ScoredModel
        By the model's name.

    Returns
    -------
    model, reason : str
        The one with the least error of those that erred less than the champions over ``LEAST_NIGHTS`` nights
        or more, and why; None if there is none. Of those that err alike, as models do that differ in their
        intervals alone, the one with the least pinball loss.
    """
    better = {
        name: found
        for name, found in scored.items()
        if found.n_nights >= LEAST_NIGHTS and found.mae < found.champion_mae
    }
    if not better:
        return None

    def rank(name: str) -> tuple[float, float, str]:
        found = better[name]
        # Sums of the same errors in another order differ in their last digits.
        return round(found.mae / found.champion_mae, 9), found.pinball, name

    name = min(better, key=rank)
    found = better[name]
    reason = (
        f"{name.capitalize()}: in {found.n_nights} scored nights its error was "
        f"{found.mae / found.champion_mae:.2f} times that of the best of the others."
    )
    return name, reason
