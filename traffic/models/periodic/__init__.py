"""The periodically correlated model, on arrays of shape (series, time) with NaN where missing.

Here are the names that other packages use; each module says what it estimates.
"""

from traffic.models.periodic.moments import (
    PeriodicMoments,
    explained_share,
    has_spread,
    periodic_moments,
)

__all__ = ["PeriodicMoments", "explained_share", "has_spread", "periodic_moments"]
