"""Rows of a batch of series in the tables of the periodic family: models, and what they say of the days.

The estimates are made in ``traffic``; which of them a table holds, and at which lags, is said here. The
tables are written by ``periodic``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.batch_isolation import Frames, joined
from assets.day_frames import PEAKS, day_rows
from assets.density_frames import DENSITY, density_rows
from assets.long_frames import long_frame
from traffic.models.periodic import explained_share, periodic_moments
from traffic.models.periodic.autoregression_order import MAX_ORDER, choose_order
from traffic.models.periodic.continuous_correlation import Centring, continuous_correlation
from traffic.models.periodic.covariance import periodic_covariance
from traffic.models.periodic.harmonic_estimates import (
    HarmonicEstimates,
    estimate_covariance_harmonics,
    estimate_mean_harmonics,
)
from traffic.models.periodic.moments import PeriodicMoments, deviations
from traffic.models.periodic.period_findings import AGREES, CLOCK_DRIFT, TOO_SHORT, PeriodVerdict
from traffic.models.periodic.period_verdict import period_verdicts
from traffic.models.periodic.periodicity_tests import (
    PeriodicityTest,
    coherence_periodicity_test,
    correlation_periodicity_tests,
    harmonic_periodicity_test,
    moment_periodicity_tests,
)
from traffic.models.requirements import why_not_periodic
from traffic.windowing.local_days import days_of
from traffic.windowing.series_batch import SeriesBatch

SERIES_AT_ONCE = 16
"""Sixteen five-minute series of eight weeks take 2 MB an array: more leave the processor's cache, and take
up to twice as long; fewer leave the interpreter more to do than the arithmetic."""

MODELS = "models.periodic"
MOMENTS = "models.periodic_moments"
COMPONENTS = "models.periodic_components"
TESTS = "diagnostics.periodicity_tests"
ENSEMBLE = "diagnostics.ensemble_correlation"
CONTINUOUS = "diagnostics.continuous_correlation"

NEXT_LAGS = 12
CYCLE_LAGS = (1, 2, 7)
"""Lags of the ensemble correlation: 1 to 12 steps, then a day, two days and a week."""

COMPONENT_LAGS = (0, 1, 2, 3)
"""Lags of the covariance's components, and a day beside them."""

CONTINUOUS_DAYS = 8
MAX_CONTINUOUS_LAGS = 2_000

MIN_JUDGED_SLOTS = 4
"""Values a day of which the first harmonic, and its phase, can be told."""

_WITH_A_DAY = (AGREES, CLOCK_DRIFT, TOO_SHORT)
_MOMENT_COLUMNS = ("mean", "std", "lower_95", "upper_95", "n_cycles")


@dataclass(frozen=True)
class _Fitted:
    """What several tables are made from."""

    batch: SeriesBatch
    n_slots: int
    moments: PeriodicMoments
    centred: NDArray[np.float64]


def periodic_frames(batch: SeriesBatch) -> Frames:
    """Estimate all that the tables of the periodic family hold of a batch.

    Parameters
    ----------
    batch : SeriesBatch
        Known before the night's midnight.

    Returns
    -------
    dict of str to polars.DataFrame
        By table. A series that is too short has its row in ``models.periodic``, with the reason, and no
        other.
    """
    reasons = [why_not_periodic(clean, batch.slot, batch.day_steps) for clean in batch.value_clean]
    fitted = [row for row, why in enumerate(reasons) if why is None]
    parts = [
        _frames_of(batch.part(fitted[first : first + SERIES_AT_ONCE]))
        for first in range(0, len(fitted), SERIES_AT_ONCE)
    ]
    refused = {
        MODELS: refused_rows(
            {name: why for name, why in zip(batch.series_ids, reasons, strict=True) if why}, "too_short"
        )
    }
    has_day = pl.col("period_verdict").is_in(_WITH_A_DAY)
    without_drift = {name for part in parts for name in part[MODELS].filter(~has_day)["series_id"]}
    return joined([refused, *parts, *_of_days(batch, without_drift)])


def _of_days(batch: SeriesBatch, without_drift: set[str]) -> list[Frames]:
    """Find the peaks of the days, also where they are too few for a model."""
    if not batch.slot.size:
        return []
    parts = [
        range(len(batch.series_ids))[first : first + SERIES_AT_ONCE]
        for first in range(0, len(batch.series_ids), SERIES_AT_ONCE)
    ]
    found = [day_rows(batch.part(rows), without_drift) for rows in parts]
    return [{PEAKS: rows.peaks, TESTS: rows.drifts} for rows in found]


def refused_rows(reasons: dict[str, str], status: str = "failed") -> pl.DataFrame:
    """Return rows of ``models.periodic`` for series that have no periodic model, with the reasons."""
    names = {"series_id": list(reasons), "reason": list(reasons.values())}
    return pl.DataFrame(names, dict.fromkeys(names, pl.String)).with_columns(status=pl.lit(status))


def _frames_of(batch: SeriesBatch) -> Frames:
    if batch.day_steps is None:
        raise ValueError("a batch without slots has no periodic model")
    moments = periodic_moments(batch.value_clean, batch.slot, batch.day_steps)
    centred = deviations(batch.value_clean, batch.slot, moments)
    fitted = _Fitted(batch, batch.day_steps, moments, centred)
    return _of_model(fitted) | {CONTINUOUS: _continuous(fitted), DENSITY: density_rows(fitted.batch)}


def _of_model(fitted: _Fitted) -> Frames:
    batch, n_slots = fitted.batch, fitted.n_slots
    lags = [*range(NEXT_LAGS + 1), *(days * n_slots for days in CYCLE_LAGS)]
    lags = sorted({lag for lag in lags if lag < batch.slot.size})
    covariance = periodic_covariance(fitted.centred, batch.slot, n_slots, lags)
    mean = estimate_mean_harmonics(batch.value_clean, batch.slot, n_slots)
    component_lags = sorted({lag for lag in (*COMPONENT_LAGS, n_slots) if lag < batch.slot.size})
    of_covariance = estimate_covariance_harmonics(fitted.centred, batch.slot, n_slots, component_lags)
    order = choose_order(covariance.covariance[:, :, : MAX_ORDER + 1], fitted.moments.n_cycles)
    share = explained_share(batch.value_clean, batch.slot, fitted.moments)
    verdicts = _period_verdicts(fitted)
    tests = [
        *moment_periodicity_tests(batch.value_clean, batch.slot, n_slots, fitted.moments),
        harmonic_periodicity_test(mean),
        *correlation_periodicity_tests(covariance),
        coherence_periodicity_test(batch.value_clean, batch.slot, n_slots),
    ]
    after = {"covariance": covariance.covariance[:, :, 1:], "correlation": covariance.correlation[:, :, 1:]}
    index = {"slot": np.arange(n_slots, dtype=np.int32), "lag": np.array(lags[1:], dtype=np.int32)}
    return {
        MODELS: _models(fitted, mean, of_covariance, order, share).hstack(_period_columns(verdicts)),
        MOMENTS: long_frame(
            batch.series_ids,
            {"slot": np.arange(n_slots, dtype=np.int32)},
            {name: getattr(fitted.moments, name) for name in _MOMENT_COLUMNS},
        ),
        COMPONENTS: pl.concat(
            [
                *_components(batch.series_ids, "mean", mean),
                *_components(batch.series_ids, "covariance", of_covariance),
            ]
        ),
        ENSEMBLE: long_frame(batch.series_ids, index, after).drop_nulls("covariance"),
        TESTS: pl.concat(
            [*(_test_rows(batch.series_ids, t) for t in tests), _period_rows(batch.series_ids, verdicts)],
            how="diagonal_relaxed",
        ),
    }


def _models(
    fitted: _Fitted,
    mean: HarmonicEstimates,
    covariance: HarmonicEstimates,
    order: NDArray[np.int64],
    share: NDArray[np.float64],
) -> pl.DataFrame:
    columns: dict[str, Any] = {
        "series_id": fitted.batch.series_ids,
        "n_harmonics_mean": _kept(mean),
        "n_harmonics_covariance": _kept(covariance),
        "par_lags": [list(range(1, p + 1)) for p in order.tolist()],
        "explained_share": share,
    }
    whole = dict.fromkeys(("n_harmonics_mean", "n_harmonics_covariance"), pl.Int32)
    frame = pl.DataFrame(columns, schema_overrides={"par_lags": pl.List(pl.Int32), **whole})
    return frame.with_columns(
        period_steps=pl.lit(fitted.n_slots, pl.Int32), transform=pl.lit("identity"), status=pl.lit("ok")
    )


def _kept(estimates: HarmonicEstimates) -> list[int | None]:
    """Say the highest harmonic kept of each series; nothing where none could be tested, which is not none."""
    tested = ~np.isnan(estimates.p_value[:, :, 1:])
    return [int(n) if of_one.any() else None for n, of_one in zip(estimates.n_kept, tested, strict=True)]


def _period_verdicts(fitted: _Fitted) -> list[PeriodVerdict]:
    """Judge the stated step by the day as local clocks have it: a change of the clock moves no day."""
    batch = fitted.batch
    if fitted.n_slots < MIN_JUDGED_SLOTS:
        sentence = f"{fitted.n_slots} values a day are too few to judge the length of the day by."
        return [PeriodVerdict(TOO_SHORT, sentence)] * len(batch.series_ids)
    dates, days = days_of(batch.value_clean, batch.local_date, batch.slot, fitted.n_slots)
    record = days.reshape(len(batch.series_ids), -1)
    return period_verdicts(record, batch.step_seconds, lambda index: str(dates[index // fitted.n_slots]))


def _period_columns(verdicts: list[PeriodVerdict]) -> pl.DataFrame:
    columns: dict[str, Any] = {
        "estimated_period_steps": [verdict.period_steps for verdict in verdicts],
        "period_lower_95": [verdict.lower_95 for verdict in verdicts],
        "period_upper_95": [verdict.upper_95 for verdict in verdicts],
    }
    frame = pl.DataFrame(columns, dict.fromkeys(columns, pl.Float64), nan_to_null=True)
    return frame.with_columns(period_verdict=pl.Series([v.kind for v in verdicts], dtype=pl.String))


def _period_rows(series_ids: Sequence[str], verdicts: list[PeriodVerdict]) -> pl.DataFrame:
    columns = {
        "series_id": list(series_ids),
        "statistic": [verdict.period_steps for verdict in verdicts],
        "verdict": [verdict.sentence for verdict in verdicts],
    }
    types = {"series_id": pl.String, "statistic": pl.Float64, "verdict": pl.String}
    return pl.DataFrame(columns, types, nan_to_null=True).with_columns(test=pl.lit("period"))


def _components(series_ids: Sequence[str], moment: str, estimates: HarmonicEstimates) -> list[pl.DataFrame]:
    n_harmonics = estimates.p_value.shape[2]
    index = {
        "lag": np.array(estimates.lags, dtype=np.int32),
        "k": np.arange(n_harmonics, dtype=np.int32),
    }
    return [
        long_frame(series_ids, index, {"re": found.real, "im": found.imag, "p_value": estimates.p_value})
        .drop_nulls("re")
        .with_columns(method=pl.lit(method), moment=pl.lit(moment))
        for method, found in estimates.harmonics.items()
    ]


def _test_rows(series_ids: Sequence[str], result: PeriodicityTest) -> pl.DataFrame:
    columns = {"statistic": result.statistic, "p_value": result.p_value, "verdict": result.verdicts}
    frame = pl.DataFrame({"series_id": series_ids} | columns, nan_to_null=True)
    # A slot that does not vary beside one that does has an infinite statistic, which no column of SQL holds.
    finite = pl.when(pl.col("statistic").is_finite()).then("statistic").alias("statistic")
    return frame.with_columns(finite, test=pl.lit(result.test))


def _continuous(fitted: _Fitted) -> pl.DataFrame:
    batch, n_slots = fitted.batch, fitted.n_slots
    longest = min(CONTINUOUS_DAYS * n_slots, batch.slot.size - 1)
    # Every lag, or every second, third, ... that divides the day, so that its multiples are among them.
    stride = next(s for s in range(1, n_slots + 1) if n_slots % s == 0 and longest // s < MAX_CONTINUOUS_LAGS)
    lags = range(0, longest + 1, stride)
    centrings: tuple[Centring, ...] = ("grand", "periodic")
    frames = []
    for centring in centrings:
        found = continuous_correlation(batch.value_clean, batch.slot, n_slots, lags, centring)
        values = {"covariance": found.covariance, "correlation": found.correlation}
        frame = long_frame(batch.series_ids, {"lag": np.array(lags, dtype=np.int32)}, values)
        frames.append(frame.with_columns(centring=pl.lit(centring)))
    return pl.concat(frames)
