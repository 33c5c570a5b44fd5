"""Which of a series' models speaks for it.

Only the rule belongs here. How well models have done belongs to ``scores``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PERIODIC: Final = "periodic"
SELECTED: Final = "selected"
REFERENCE: Final = "reference"
VARIABLE_VOLATILITY: Final = "variable_volatility"
"""The selected order with intervals of a volatility that varies: forecast and scored, not yet preferred."""

PREFERENCE: Final = (PERIODIC, SELECTED, REFERENCE)
"""A day's shape is what traffic repeats most surely; without one, the order that fits best."""

_BECAUSE: Final = {
    PERIODIC: "the day's shape could be estimated, and a day ahead it says more than the last values do",
    SELECTED: "it is the constant-volatility order that AICc prefers",
    REFERENCE: "it is the constant-volatility model that is always tried",
}


@dataclass(frozen=True)
class Champion:
    """The model that speaks for a series.

    Parameters
    ----------
    model : str or None
        ``periodic``, ``selected`` or ``reference``; None if none could be fitted.
    reason : str
        Why this one, and why not those preferred to it.
    """

    model: str | None
    reason: str


def choose_champion(why_not: Mapping[str, str | None]) -> Champion:
    """Choose a series' champion by a fixed order of preference.

    Parameters
    ----------
    why_not : mapping of str to (str or None)
        For each model tried, by its name, the reason why it gave no forecast, or None if it gave one. A
        model that is not named was not tried.

    Returns
    -------
    Champion
        The first of ``periodic``, ``selected``, ``reference`` that gave a forecast.
    """
    passed_over: list[str] = []
    for model in PREFERENCE:
        refusal = why_not.get(model, "It was not tried.")
        if refusal is None:
            chosen = f"{model.capitalize()}, because {_BECAUSE[model]}."
            return Champion(model, " ".join([chosen, *passed_over]))
        passed_over.append(f"Not {model}: {refusal}")
    return Champion(None, " ".join(["No model could be fitted.", *passed_over]))
