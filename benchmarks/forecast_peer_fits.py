"""One peer on every window of one panel: run as a program, in the peers' own environment.

Called by ``forecast_peers`` as ``python forecast_peer_fits.py PEER JOB.npz OUT.npz``. Nothing of the project
is imported but the choice of windows. Each fit runs in a forked process, so that one that does not end can be
stopped by its CPU time; the libraries are loaded, and a first fit on three days is made, before any clock
starts.
"""

from __future__ import annotations

import logging
import os
import pickle
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from forecast_windows import every, history_start
from numpy.typing import NDArray

# Raised when what a peer is asked changes: older results are then computed again.
RECIPE = 1
LIMIT_SECONDS = 60
SLOW_SECONDS = 2.0
# Fits of a panel that may fail to end before the peer is left out of it: each is a minute.
PATIENCE = 2
BUDGET_SECONDS = 300.0
STRIDES = (4, 8, 16)
WEEK = 7
LEVELS = [50, 80, 95]
QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
COLUMNS = ("lo-95", "lo-80", "lo-50", "mean", "hi-50", "hi-80", "hi-95")

Fit = Callable[[NDArray[np.float64], int], NDArray[np.float64]]


def main(peer: str, job_path: str, out_path: str) -> None:
    """Fit the peer to the windows of the job and write quantiles, CPU seconds and a note."""
    job = np.load(job_path)
    day_steps = int(job["day_steps"])
    records = [(job[f"values_{r}"], job[f"origins_{r}"]) for r in range(int(job["n_records"]))]
    fit = PEERS[peer]()
    values = records[0][0]
    fit(filled(values[0, -3 * day_steps :], day_steps), day_steps)
    made = fit_records(fit, records, day_steps)
    temporary = f"{out_path}.part.npz"
    np.savez_compressed(temporary, **made)
    Path(temporary).replace(out_path)


def fit_records(fit: Fit, records: list[tuple[Any, Any]], day_steps: int) -> dict[str, Any]:
    """Fit every window, or every so many where a fit is slow; the first fit tells which."""
    n_fits = sum(values.shape[0] * origins.size for values, origins in records)
    values, origins = records[0]
    _, seconds, note = limited(fit, _history(values[0], origins[-1], day_steps), day_steps)
    out: dict[str, Any] = {"stride": stride_of(seconds, n_fits), "fits": 0, "failed": 0, "seconds": seconds}
    out |= {f"quantiles_{r}": _empty(*record, day_steps) for r, record in enumerate(records)}
    if note or out["stride"] == 0:
        failure = note or f"{n_fits // STRIDES[-1]} fits of {seconds:.0f} s are more than is waited for"
        return out | {"note": failure}
    spent, notes = [], []
    for r, (values, origins) in enumerate(records):
        for j in np.flatnonzero(every(out["stride"], origins.size))[::-1]:
            if out["stride"] > 1 and sum(spent) > BUDGET_SECONDS:
                notes.append(f"left out: {BUDGET_SECONDS:.0f} s were over")
                continue
            for s in range(values.shape[0]):
                history = _history(values[s], origins[j], day_steps)
                quantiles, seconds, note = limited(fit, history, day_steps)
                if quantiles is None:
                    notes.append(note)
                else:
                    out[f"quantiles_{r}"][s, j] = quantiles
                spent.append(seconds)
                if sum("did not end" in one for one in notes) == PATIENCE:
                    failure = f"left out: {PATIENCE} of the first {len(spent)} fits {notes[-1]}"
                    return out | {"stride": 0, "note": failure}
                print(f"{r} {j} {s}: {seconds:.2f} s {note}", flush=True)
    out |= {"fits": len(spent), "failed": len(notes), "seconds": float(np.mean(spent))}
    return out | {"note": f"{len(notes)} of {len(spent)} fits: {notes[0]}" if notes else ""}


def stride_of(seconds: float, n_fits: int) -> int:
    """Tell from the seconds of one fit that every ``stride``-th origin can be waited for; 0 if none can."""
    if seconds <= SLOW_SECONDS:
        return 1
    return next((stride for stride in STRIDES if seconds * n_fits / stride <= BUDGET_SECONDS), 0)


def limited(fit: Fit, history: NDArray[np.float64], day_steps: int) -> tuple[Any, float, str]:
    """Fit in a forked process; return the quantiles or None, its CPU seconds, and what went wrong."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_SECONDS, LIMIT_SECONDS))
        with os.fdopen(writing, "wb") as stream:
            stream.write(pickle.dumps(_timed(fit, history, day_steps)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        answer = stream.read()
    os.waitpid(child, 0)
    if not answer:
        return None, float(LIMIT_SECONDS), f"did not end within {LIMIT_SECONDS} s of CPU"
    return pickle.loads(answer)


def _timed(fit: Fit, history: NDArray[np.float64], day_steps: int) -> tuple[Any, float, str]:
    begin = _cpu()
    try:
        if np.isnan(history).all():
            raise ValueError("no value in the history")
        quantiles = fit(filled(history, day_steps) if fit is not prophet_fit else history, day_steps)
        if not np.isfinite(quantiles).all():
            raise ValueError("not every quantile is a number")
    except Exception as error:  # whatever a peer raises is told in the table
        return None, _cpu() - begin, f"{type(error).__name__}: {str(error).splitlines()[0][:120]}"
    return quantiles, _cpu() - begin, ""


def _cpu() -> float:
    """Seconds of this process and of those that it started, such as Stan's."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + usage.ru_utime + usage.ru_stime


def _history(values: NDArray[np.float64], origin: int, day_steps: int) -> NDArray[np.float64]:
    return values[history_start(origin, day_steps) : origin]


def _empty(values: NDArray[np.float64], origins: NDArray[np.int64], day_steps: int) -> NDArray[np.float64]:
    return np.full((values.shape[0], origins.size, day_steps, len(QUANTILES)), np.nan)


def filled(history: NDArray[np.float64], day_steps: int) -> NDArray[np.float64]:
    """Fill gaps by the value of a week, else a day, before, else the last one; at the start by the first."""
    y = history.copy()
    seen = np.flatnonzero(~np.isnan(y))
    if seen.size == 0:
        return y
    y[: seen[0]] = y[seen[0]]
    for t in np.flatnonzero(np.isnan(y)):
        before = [y[t - lag] for lag in (WEEK * day_steps, day_steps, 1) if lag <= t]
        y[t] = next(value for value in before if not np.isnan(value))
    return y


def seasons_of(history: NDArray[np.float64], day_steps: int) -> list[int]:
    """Day and week; the day alone where the history does not hold two weeks."""
    return [s for s in (day_steps, WEEK * day_steps) if history.size >= 2 * s] or [day_steps]


def _nixtla(make: Callable[[NDArray[np.float64], int], Any]) -> Fit:
    def fit(history: NDArray[np.float64], day_steps: int) -> NDArray[np.float64]:
        told = make(history, day_steps).forecast(y=history, h=day_steps, level=LEVELS)
        return np.stack([told[column] for column in COLUMNS], axis=1)

    return fit


def _seasonal_naive() -> Fit:
    from statsforecast.models import SeasonalNaive

    return _nixtla(lambda _, day_steps: SeasonalNaive(season_length=day_steps))


def _mstl() -> Fit:
    from statsforecast.models import MSTL

    return _nixtla(lambda history, day_steps: MSTL(season_length=seasons_of(history, day_steps)))


def _auto_ets() -> Fit:
    from statsforecast.models import AutoETS

    return _nixtla(lambda _, day_steps: AutoETS(season_length=day_steps))


def _auto_theta() -> Fit:
    from statsforecast.models import AutoTheta

    return _nixtla(lambda _, day_steps: AutoTheta(season_length=day_steps))


def _auto_arima() -> Fit:
    from statsforecast.models import AutoARIMA

    return _nixtla(lambda _, day_steps: AutoARIMA(season_length=day_steps))


def _auto_mfles() -> Fit:
    """Ask for its conformal intervals, on their default of two windows: it has no others."""
    from statsforecast.models import AutoMFLES
    from statsforecast.utils import ConformalIntervals

    return _nixtla(
        lambda history, day_steps: AutoMFLES(
            test_size=day_steps,
            season_length=seasons_of(history, day_steps),
            prediction_intervals=ConformalIntervals(n_windows=2, h=day_steps),
        )
    )


def prophet_fit(history: NDArray[np.float64], day_steps: int) -> NDArray[np.float64]:
    """Prophet with its defaults; it takes gaps as they are, and its intervals are draws."""
    import pandas as pd
    from prophet import Prophet

    logging.disable(logging.CRITICAL)
    np.random.seed(0)
    step = pd.Timedelta(days=1) / day_steps
    start = pd.Timestamp("2024-01-01")
    at = pd.DatetimeIndex(start + step * np.arange(history.size + day_steps))
    model = Prophet()
    model.fit(pd.DataFrame({"ds": at[: history.size], "y": history}))
    future = pd.DataFrame({"ds": at[history.size :]})
    quantiles = np.quantile(model.predictive_samples(future)["yhat"], QUANTILES, axis=1).T
    model.uncertainty_samples = 0
    quantiles[:, QUANTILES.index(0.5)] = model.predict(future)["yhat"]
    return quantiles


PEERS: dict[str, Callable[[], Fit]] = {
    "SeasonalNaive": _seasonal_naive,
    "Prophet": lambda: prophet_fit,
    "MSTL": _mstl,
    "AutoTheta": _auto_theta,
    "AutoETS": _auto_ets,
    "AutoMFLES": _auto_mfles,
    "AutoARIMA": _auto_arima,
}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*sys.argv[1:4])
