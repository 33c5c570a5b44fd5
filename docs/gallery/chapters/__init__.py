"""The chapters, in the order of the page: a module each, a function for each picture.

A picture's heading is the first line of its function's docstring, what to see in it is the rest.
"""

from types import ModuleType
from typing import Final

from gallery.chapters import (
    arma,
    asking,
    autoregression,
    belief,
    correlation,
    days,
    densities,
    forecaster,
    forecasts,
    harmonics,
    intervals,
    laws,
    outliers,
    parma,
    period,
    periodic_covariance,
    periodic_moments,
    periodicity,
    simulation,
    skill,
    volatility,
)

CHAPTERS: Final[tuple[ModuleType, ...]] = (
    outliers,
    correlation,
    arma,
    laws,
    volatility,
    simulation,
    periodic_moments,
    periodic_covariance,
    harmonics,
    autoregression,
    parma,
    periodicity,
    period,
    densities,
    days,
    forecaster,
    belief,
    intervals,
    asking,
    forecasts,
    skill,
)
