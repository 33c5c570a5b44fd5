"""Each model of a panel beside ours: always on the windows that both forecast.

What a measure is stands in ``forecast_measures``, how it is shown in ``forecast_report``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from forecast_measures import (
    coverage,
    geometric_mean,
    hits_by_day,
    interval_95,
    mase,
    resampled_coverage,
    scaled_pinball,
    scales_of,
)
from forecast_panels import Panel
from forecast_peers import Forecasts
from forecast_windows import origins_of, targets_of
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
NOMINAL = (80, 95)


@dataclass(frozen=True, eq=False)
class Coverage:
    """How often an interval held what came true.

    Parameters
    ----------
    share : float
        Over all values of the panel; NaN for a model without quantiles.
    hits, scored : int
        Values within the interval, and all.
    replicates : ndarray of shape (2000,)
        The share in the bootstrap.
    """

    share: float
    hits: int
    scored: int
    replicates: FloatArray

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the share."""
        return interval_95(self.replicates)


@dataclass(frozen=True, eq=False)
class Row:
    """One model on one panel.

    Parameters
    ----------
    model : str
        Its name.
    days : tuple of int
        Days forecast of each record.
    unscored : tuple of str
        Series without a scale or without a value.
    mase, pinball : float
        Geometric means over the series.
    our_mase, our_pinball : float
        Ours on the same windows.
    covered : dict of int to Coverage
        By nominal percentage.
    cpu_ms : float
        A fit with its forecast.
    note : str
        What did not go well.
    """

    model: str
    days: tuple[int, ...]
    unscored: tuple[str, ...]
    mase: float
    pinball: float
    our_mase: float
    our_pinball: float
    covered: dict[int, Coverage]
    cpu_ms: float
    note: str

    @property
    def ratios(self) -> dict[str, float]:
        """Ours over this model's, by measure, on the same windows: below one is better than it."""
        return {"MASE": self.our_mase / self.mase, "pinball": self.our_pinball / self.pinball}


def compare(panel: Panel, models: Sequence[Forecasts], ours: Forecasts | None, hours_back: int) -> list[Row]:
    """Measure every model of a panel.

    Parameters
    ----------
    panel : Panel
        What came true.
    models : sequence of Forecasts
        Ours may be among them.
    ours : Forecasts or None
        What each is held against; None leaves those figures NaN.
    hours_back : int
        As the windows were chosen.

    Returns
    -------
    list of Row
        In the order of ``models``.
    """
    actual = []
    for record in panel.records:
        origins = origins_of(record.values.shape[1], panel.day_steps, hours_back)
        actual.append(targets_of(record.values, origins, panel.day_steps))
    scales = [scales_of(record.values, panel.day_steps) for record in panel.records]
    return [_row(panel, actual, scales, model, ours) for model in models]


def _row(
    panel: Panel,
    actual: list[FloatArray],
    scales: list[FloatArray],
    model: Forecasts,
    ours: Forecasts | None,
) -> Row:
    windows = [_forecast_windows(points) for points in model.points]
    if ours is not None:
        windows = [w & _forecast_windows(points) for w, points in zip(windows, ours.points, strict=True)]
    common = [np.where(w[:, :, None], a, np.nan) for w, a in zip(windows, actual, strict=True)]
    errors, losses = _losses(common, scales, model)
    our_errors, our_losses = _losses(common, scales, ours) if ours else ([np.nan], [np.nan])
    names = [name for record in panel.records for name in record.names]
    return Row(
        model=model.model,
        days=tuple(int(w.any(axis=0).sum()) for w in windows),
        unscored=tuple(name for name, error in zip(names, errors, strict=True) if np.isnan(error)),
        mase=geometric_mean(np.array(errors)),
        pinball=geometric_mean(np.array(losses)),
        our_mase=geometric_mean(np.array(our_errors)),
        our_pinball=geometric_mean(np.array(our_losses)),
        covered={nominal: _coverage(panel, actual, model, nominal) for nominal in NOMINAL},
        cpu_ms=1e3 * model.cpu_seconds,
        note=model.note,
    )


def _forecast_windows(points: FloatArray) -> NDArray[np.bool_]:
    """Mark the windows that were forecast; shape (series, origins)."""
    return ~np.isnan(points).any(axis=2)


def _losses(
    actual: list[FloatArray], scales: list[FloatArray], model: Forecasts
) -> tuple[list[float], list[float]]:
    """MASE and scaled pinball loss of each series, record after record."""
    errors, losses = [], []
    for truth, scale, points, quantiles in zip(actual, scales, model.points, model.quantiles, strict=True):
        errors += mase(truth, points, scale).tolist()
        losses += scaled_pinball(truth, quantiles, scale).tolist()
    return errors, losses


def _coverage(panel: Panel, actual: list[FloatArray], model: Forecasts, nominal: int) -> Coverage:
    days = [
        hits_by_day(truth, quantiles, nominal)
        for truth, quantiles in zip(actual, model.quantiles, strict=True)
    ]
    hits, scored = np.sum([record.sum(axis=0) for record in days], axis=0).tolist()
    replicates = resampled_coverage(days, [record.source for record in panel.records])
    return Coverage(coverage(days), hits, scored, replicates)


def pooled(rows: Sequence[Row], nominal: int) -> Coverage:
    """Coverage over panels, each counting alike; ``hits`` and ``scored`` are sums over all values.

    Parameters
    ----------
    rows : sequence of Row
        One model's, a panel each.
    nominal : {80, 95}
        Which interval.
    """
    found = [row.covered[nominal] for row in rows]
    return Coverage(
        share=float(np.mean([each.share for each in found])),
        hits=sum(each.hits for each in found),
        scored=sum(each.scored for each in found),
        replicates=np.mean([each.replicates for each in found], axis=0),
    )


# A peer that was stopped before is no yardstick: two days tell good luck from skill for nobody.
FEWEST_DAYS = 4


def strongest(rows: Sequence[Row], measure: str) -> Row | None:
    """Return the peer that ours does worst against, of those with enough days; None without one."""
    with_ratio = [row for row in rows if not np.isnan(row.ratios[measure]) and sum(row.days) >= FEWEST_DAYS]
    return max(with_ratio, key=lambda row: row.ratios[measure], default=None)
