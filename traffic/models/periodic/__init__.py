"""The periodically correlated model, on arrays of shape (series, time) with NaN where missing."""

from traffic.models.periodic.moments import PeriodicMoments, explained_share, periodic_moments

__all__ = ["PeriodicMoments", "explained_share", "periodic_moments"]
