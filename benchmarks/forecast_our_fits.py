"""The project's own forecasts of one panel, in batches of windows, and what they cost: run as a program.

Called as ``python forecast_our_fits.py JOB.npz OUT.npz`` by ``forecast``, with the same job as a peer's
process. The forecaster itself is ``forecast_ours.our_quantiles``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from forecast_windows import history_start
from numpy.typing import NDArray

MANY = 512
LEAST_SECONDS = 2.0

FloatArray = NDArray[np.float64]
Forecaster = Callable[[FloatArray, int], tuple[FloatArray, FloatArray]]


def main(job_path: str, out_path: str) -> None:
    """Forecast every window of the job; write quantiles, points and CPU seconds a series."""
    from forecast_ours import our_quantiles

    job = np.load(job_path)
    day_steps = int(job["day_steps"])
    records = [(job[f"values_{r}"], job[f"origins_{r}"]) for r in range(int(job["n_records"]))]
    values, origins = records[0]
    newest = values[:, history_start(origins[-1], day_steps) : origins[-1]]
    our_quantiles(newest, day_steps)  # what is compiled on its first use is compiled here
    begin = time.process_time()
    made = [forecast_record(our_quantiles, *record, day_steps) for record in records]
    seconds = time.process_time() - begin
    many = np.tile(newest, (-(-MANY // len(newest)), 1))[:MANY]
    out: dict[str, Any] = {
        "seconds": seconds / sum(len(values) * len(origins) for values, origins in records),
        "seconds_alone": seconds_of(our_quantiles, newest[:1], day_steps),
        "seconds_of_many": seconds_of(our_quantiles, many, day_steps),
    }
    for r, (quantiles, points) in enumerate(made):
        out |= {f"quantiles_{r}": quantiles, f"points_{r}": points}
    np.savez(out_path, **out)


def forecast_record(
    forecaster: Forecaster, values: FloatArray, origins: NDArray[np.int64], day_steps: int
) -> tuple[FloatArray, FloatArray]:
    """Forecast every window of a record, those whose histories are equally long in one batch.

    Parameters
    ----------
    forecaster : callable
        ``(histories, day_steps) -> quantiles (windows, day_steps, 7), points (windows, day_steps)``.
    values : ndarray of shape (series, time)
        NaN where missing.
    origins : ndarray of int
        Where the days to be forecast begin.
    day_steps : int
        Steps in a day.

    Returns
    -------
    quantiles : ndarray of shape (series, origins, day_steps, 7)
    points : ndarray of shape (series, origins, day_steps)
    """
    n_series, n_origins = len(values), len(origins)
    starts = np.array([history_start(origin, day_steps) for origin in origins])
    quantiles = np.full((n_series, n_origins, day_steps, 7), np.nan)
    points = np.full((n_series, n_origins, day_steps), np.nan)
    for length in np.unique(origins - starts):
        chosen = np.flatnonzero(origins - starts == length)
        histories = np.stack([values[:, starts[j] : origins[j]] for j in chosen], axis=1)
        told, said = forecaster(histories.reshape(-1, length), day_steps)
        quantiles[:, chosen] = told.reshape(n_series, len(chosen), day_steps, 7)
        points[:, chosen] = said.reshape(n_series, len(chosen), day_steps)
    return quantiles, points


def seconds_of(forecaster: Forecaster, histories: FloatArray, day_steps: int) -> float:
    """CPU seconds a series of one call on a batch, on average over calls for two seconds."""
    calls, begin = 0, time.process_time()
    while calls == 0 or time.process_time() - begin < LEAST_SECONDS:
        forecaster(histories, day_steps)
        calls += 1
    return (time.process_time() - begin) / calls / len(histories)


if __name__ == "__main__":
    main(*sys.argv[1:3])
