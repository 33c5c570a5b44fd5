"""Models of traffic: what a series is expected to do, and how sure one can be.

Here belong the forecaster of many series (``forecast``, ``cross_validation``,
``backtest``, ``simulate_paths``), the constant-volatility model
(one series, ARMA on a difference), the variable volatility of what it leaves and the peaks over its outlier
limits, the periodic model (days as realisations of a periodically correlated process), the choice between
them and the scores of their forecasts. What merely describes a series belongs to ``traffic.diagnostics``;
tables, to ``assets``.
"""

from traffic.models.forecasting.backtest_frames import backtest
from traffic.models.forecasting.frames import cross_validation, forecast
from traffic.models.forecasting.path_frames import simulate_paths

__all__ = ["backtest", "cross_validation", "forecast", "simulate_paths"]
