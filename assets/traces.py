"""Traces of a series between nights: read what the newest night knows, draw, and hand over rows or requests.

How they are drawn belongs to ``traffic.simulation``, how files are written to ``orchestration``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.forecast_frames import spans
from assets.known_series import KnownSeries, Read
from traffic.models.champion import SELECTED
from traffic.models.constant_volatility import ConstantVolatilityModel, fit_exact, fit_from_coefficients
from traffic.models.differencing import choose_d
from traffic.models.order_selection import select_order
from traffic.models.requirements import why_not_constant_volatility
from traffic.simulation.peaks import peaks_of_day
from traffic.simulation.traces import ARMA, arma_traces, finished_traces, periodic_traces
from traffic.windowing.histories import DAYS_A_WEEK
from traffic.windowing.local_days import local_days, slots_a_day

MAX_DAYS = DAYS_A_WEEK
COUNTS = ("byte", "request", "packet")
POOL_SIZE = 200_000

_POOL = """
    SELECT host, method, path, protocol, status, bytes_sent FROM raw.web_requests
    WHERE source = $1 ORDER BY hash(file_id, line_number), file_id, line_number LIMIT $2
"""
_ORDER = """
    SELECT p, d, q FROM models.constant_volatility
    WHERE series_id = $1 AND issued_at_utc = $2 AND model = $3 AND status = 'ok'
"""
_COEFFICIENTS = """
    SELECT name, estimate FROM models.coefficients WHERE series_id = $1 AND issued_at_utc = $2 AND model = $3
"""


@dataclass(frozen=True, eq=False)
class Traces:
    """Traces of one series.

    Parameters
    ----------
    at_utc : polars.Series of Datetime
        Beginning of each step, naive UTC.
    values : ndarray of shape (n_paths, steps)
        In the unit of the series; whole numbers where it counts.
    """

    at_utc: pl.Series
    values: NDArray[np.float64]

    def rows(self, path: int) -> pl.DataFrame:
        """Return one trace: ``path`` (from 1), ``at_utc``, ``value``."""
        return pl.DataFrame({"at_utc": self.at_utc, "value": self.values[path]}).select(
            pl.lit(path + 1, pl.Int64).alias("path"), "at_utc", "value"
        )


def draw_traces(
    read: Read,
    series: KnownSeries,
    *,
    model: str,
    span: timedelta,
    n_paths: int,
    seed: int,
    scale: float = 1.0,
    country: str | None = None,
    has_peaks: bool = True,
) -> Traces:
    """Draw traces of the time after the newest night's midnight.

    Parameters
    ----------
    read : callable
        Reads the published copy or the warehouse.
    series : KnownSeries
        Of which.
    model : {"periodic", "arma"}
        The forecaster, or the ARIMA that the night selected; one that no night fitted is fitted now.
    span : timedelta
        How long, at most seven days.
    n_paths, seed : int
        How many, and the state of chance: the same seed gives the same traces.
    scale : float
        What every value is multiplied with.
    country : str, optional
        Whose public holidays the periodic model knows.
    has_peaks : bool
        Whether outliers are put back.

    Returns
    -------
    Traces

    Raises
    ------
    ValueError
        If the span, the scale or the number is out of range, or the model cannot be fitted.
    """
    rng = np.random.default_rng([seed, 0 if model == ARMA else 1])
    batch = series.batch
    n_steps = int(span.total_seconds()) // batch.step_seconds
    if not (n_steps >= 1 and span <= timedelta(days=MAX_DAYS)):
        raise ValueError(
            f"a trace of {span} cannot be drawn: it must have one step of {batch.step_seconds} s at least "
            f"and {MAX_DAYS} days at most; several paths give more"
        )
    # Peaks are put back by their own law: the paths are drawn from the history without them.
    clean = np.where(np.isnan(batch.value_clean), batch.value, batch.value_clean)
    ahead = next(spans(replace(batch, value=clean), series.issued_at_utc, country, own_days=MAX_DAYS))
    at_utc, column = ahead.target_utc.head(n_steps), ahead.column[:n_steps]
    if model == ARMA:
        elapsed = (at_utc[0] - batch.start_utc).total_seconds()
        skipped = int(elapsed) // batch.step_seconds - batch.value.shape[1]
        fitted = _selected_model(read, series)
        paths = arma_traces(batch.value_clean[0], fitted, skipped, n_steps, n_paths, rng)
    else:
        paths = periodic_traces(ahead.histories, column, batch.step_seconds, n_paths, rng)
    n_slots = slots_a_day(batch.step_seconds)
    known = (batch.value[0], batch.value_clean[0], batch.slot)
    peaks = peaks_of_day(*known, n_slots, batch.step_seconds) if has_peaks else None
    slot = local_days(at_utc, batch.time_zone, batch.step_seconds)["slot"].to_numpy().astype(np.int64)
    values = finished_traces(paths, peaks, slot, scale, rng, is_count=series.unit in COUNTS)
    return Traces(at_utc.alias("at_utc"), values)


def requests_to_draw_from(read: Read, source: str) -> pl.DataFrame:
    """Read requests of a log, at most ``POOL_SIZE`` of them: the same ones whoever asks.

    Parameters
    ----------
    read : callable
        Reads the warehouse; the published copy has no requests.
    source : str
        Web log, as sources.toml names it.

    Returns
    -------
    polars.DataFrame
        ``host``, ``method``, ``path``, ``protocol``, ``status``, ``bytes_sent``.
    """
    return read(_POOL, [source, POOL_SIZE])


def _selected_model(read: Read, series: KnownSeries) -> ConstantVolatilityModel:
    which = [series.series_id, series.issued_at_utc, SELECTED]
    order = read(_ORDER, which)
    if order.height:
        p, d, q = order.row(0)
        return fit_from_coefficients((p, d, q), dict(read(_COEFFICIENTS, which).iter_rows()))
    x = series.batch.value_clean[0]
    if (reason := why_not_constant_volatility(x)) is not None:
        raise ValueError(reason)
    d = choose_d(x).d
    selection = select_order(x, d)
    return fit_exact(x, (selection.p, d, selection.q))
