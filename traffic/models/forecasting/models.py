"""The names of the models that a user may ask for.

Names and the sentence that refuses another belong here; what they do belongs to ``candidates``, ``naive`` and
``champions``.
"""

from __future__ import annotations

from traffic.models.forecasting.candidates import PLAIN_SCALES, candidate_names
from traffic.models.forecasting.champions import COMBINATION
from traffic.models.forecasting.naive import NAIVE
from traffic.models.forecasting.profiles import PROFILES

AUTO = "auto"


def model_names() -> tuple[str, ...]:
    """Models that can be asked for by name.

    Returns
    -------
    tuple of str
        The combination and the naive forecasts; each profile with its updates and without, and the latter on
        other scales as ``<profile>@<scale>``.
    """
    plain = (f"{profile}@{scale}" for profile in PROFILES for scale in PLAIN_SCALES)
    return (COMBINATION, *NAIVE, *candidate_names(1), *PROFILES, *plain)


def check_model(name: str) -> None:
    """Refuse a name that is no model's.

    Raises
    ------
    ValueError
        With the names that there are.
    """
    if name != AUTO and name not in model_names():
        raise ValueError(f"{name!r} is no model; there are {AUTO}, {', '.join(model_names())}.")
