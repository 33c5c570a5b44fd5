"""The forecaster: from histories side by side to point forecasts, quantiles and the reason of each champion.

The order of the steps belongs here; each step is a module of its own. Frames belong to ``frames``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.calendars import believe_calendar
from traffic.models.forecasting.calibration import ErrorLaw, error_law
from traffic.models.forecasting.candidates import INTRADAY, CandidateMaker, split_name
from traffic.models.forecasting.champions import COMBINATION, N_SEASONAL, Champions, choose_champions
from traffic.models.forecasting.combination import combine, daily_errors, judged_days
from traffic.models.forecasting.day_weights import FIRST_FORECAST_DAY, N_DAYS
from traffic.models.forecasting.earlier_holidays import earlier_holidays
from traffic.models.forecasting.models import AUTO
from traffic.models.forecasting.naive import (
    LAST_VALUE,
    NAIVE,
    SEASONAL_NAIVE_DAY,
    SEASONAL_NAIVE_WEEK,
    naive_forecasts,
)
from traffic.models.forecasting.profiles import PROFILES
from traffic.models.forecasting.scales import FOURTH_ROOT, IDENTITY, Scale
from traffic.models.forecasting.young_records import widen_young
from traffic.windowing.histories import DAYS_A_WEEK, Histories

_VALUES_AT_ONCE: Final = 100_000
"""Of the histories of one pass: what is made of them then stays in a processor's cache."""


@dataclass(frozen=True, eq=False)
class DayAhead:
    """Some series' forecasts of one day ahead, and how each model would have done before.

    Parameters
    ----------
    lead : int
        1 for the first day ahead.
    models : tuple of str
        Candidates, naive forecasts and last the combination.
    forecasts : ndarray of shape (models, series, rows, slots)
        Rows as in ``Candidates``; the last is the day ahead.
    is_judged : ndarray of bool of shape (series, rows - 1)
        Days on which forecasts are judged.
    champions : Champions
    points : ndarray of shape (series, rows, slots)
        The champions' forecasts.
    law : ErrorLaw
        Of the day ahead.
    standardised : ndarray of shape (series, rows - 1, slots)
        Errors of ``points`` over their spread; NaN where not known.
    learned : ndarray of shape (series, N_DAYS, slots)
        The histories that all of this was learned from: cut where they are spikes.
    calendar_share : ndarray of shape (series,)
        How much the calendar of holidays is believed of the day ahead; NaN if that is no holiday.
    """

    lead: int
    models: tuple[str, ...]
    forecasts: NDArray[np.float64]
    is_judged: NDArray[np.bool_]
    champions: Champions
    points: NDArray[np.float64]
    law: ErrorLaw
    standardised: NDArray[np.float64]
    learned: NDArray[np.float64]
    calendar_share: NDArray[np.float64]


def passes(histories: Histories) -> Iterator[tuple[NDArray[np.intp], Histories]]:
    """Cut histories into parts that are forecast together.

    Parameters
    ----------
    histories : Histories
        Of ``N_DAYS`` days.

    Yields
    ------
    rows : ndarray of int
        Which of the series.
    part : Histories
        Either none of its series has a gap, or any may; either none has a negative value, or any may.
    """
    values = histories.values
    has_gap = np.isnan(values).any(axis=(1, 2))
    with np.errstate(invalid="ignore"):
        is_signed = (values < 0).any(axis=(1, 2))
    at_once = max(_VALUES_AT_ONCE // (N_DAYS * histories.day_steps), 1)
    for signed in (False, True):
        for gap in (False, True):
            rows = np.flatnonzero((has_gap == gap) & (is_signed == signed))
            for begin in range(0, rows.size, at_once):
                part = rows[begin : begin + at_once]
                yield part, histories.part(part)


def forecast_ahead(
    values: NDArray[np.float64],
    kinds: NDArray[np.int64],
    levels: NDArray[np.float64],
    model: str = AUTO,
) -> Iterator[DayAhead]:
    """Forecast each day ahead of some series.

    Parameters
    ----------
    values : ndarray of shape (series, N_DAYS, slots)
        Of one of the parts that ``passes`` yields, NaN where missing and where an outage was found.
    kinds : ndarray of int of shape (N_DAYS + days ahead,)
        Kind of each day.
    levels : ndarray of shape (levels,)
        Probabilities of the quantiles, ascending.
    model : str
        Name of the model that speaks for every series; ``auto`` lets the past choose.

    Yields
    ------
    DayAhead
        Of lead 1, 2, ... up to the days ahead.
    """
    is_root = not bool((values < 0).any())
    scale = Scale.of(FOURTH_ROOT if is_root else IDENTITY, values)
    maker = CandidateMaker(values, kinds % DAYS_A_WEEK, scale)
    with_calendar = CandidateMaker(values, kinds, scale) if (kinds >= DAYS_A_WEEK).any() else None
    # Neither the naive forecasts nor anybody's weight nor an interval shall hang on one wrong sample.
    values = maker.values
    for lead in range(1, kinds.size - N_DAYS + 1):
        is_judged = judged_days(values, lead)
        made = maker.candidates(lead)
        naive = naive_forecasts(values, lead)
        models = (*made.names, *NAIVE, COMBINATION)
        n_made = len(made.names)
        forecasts = np.concatenate([_spoken(made.forecasts, naive), naive, naive[:1]])
        # Tomorrow the seasonal naive forecasts have nothing to add; in a week they have.
        naive_too = (LAST_VALUE,) if lead == 1 else (SEASONAL_NAIVE_DAY, SEASONAL_NAIVE_WEEK, LAST_VALUE)
        believed = [*range(n_made), *(n_made + NAIVE.index(name) for name in naive_too)]
        errors = daily_errors(forecasts[:-1], values, is_judged)
        forecasts[-1] = combine(forecasts[believed], errors[believed], is_judged, lead)
        calendar_share = np.full(values.shape[0], np.nan)
        if with_calendar is not None:
            forecasts[:n_made] = _spoken(with_calendar.candidates(lead).forecasts, naive)
            forecasts[-1], share = _with_calendar(forecasts, believed, values, kinds, is_judged, lead)
            if kinds[N_DAYS - 1 + lead] >= DAYS_A_WEEK:
                calendar_share = share[:, -1]
            forecasts[:n_made] = made.forecasts
        champions, points = _champions(forecasts, values, is_judged, errors, lead)
        if model in models:
            points = forecasts[models.index(model)]
        elif model != AUTO:
            points = _spoken(_plain(model, values, kinds, lead), naive)
        law, standardised = error_law(
            points, values[:, FIRST_FORECAST_DAY:], is_judged, levels, lead, is_root=is_root
        )
        law = widen_young(law, values)
        yield DayAhead(
            *(lead, models, forecasts, is_judged, champions, points, law, standardised, values),
            calendar_share,
        )


def _spoken(made: NDArray[np.float64], naive: NDArray[np.float64]) -> NDArray[np.float64]:
    """Let the last value speak where a long gap has left models without any: who is silent never errs."""
    is_silent = np.isnan(made)
    if is_silent.any():
        np.copyto(made, naive[NAIVE.index(LAST_VALUE)], where=is_silent)
    return made


def _with_calendar(
    forecasts: NDArray[np.float64],
    believed: list[int],
    values: NDArray[np.float64],
    kinds: NDArray[np.int64],
    is_judged: NDArray[np.bool_],
    lead: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Set the combination of what was made with a calendar beside that without, last of the forecasts."""
    errors = daily_errors(forecasts[believed], values, is_judged)
    combined = combine(forecasts[believed], errors, is_judged, lead)
    both = np.stack([forecasts[-1], combined])
    rows = np.append(np.arange(FIRST_FORECAST_DAY, N_DAYS), N_DAYS - 1 + lead)
    is_holiday = kinds[rows] >= DAYS_A_WEEK
    of_both = daily_errors(both, values, is_judged)
    return believe_calendar(both, of_both, is_judged, is_holiday, lead, earlier_holidays(values, kinds))


def _plain(
    model: str, values: NDArray[np.float64], kinds: NDArray[np.int64], lead: int
) -> NDArray[np.float64]:
    """Forecast by a profile without updates, on a scale of its own."""
    profile, scale = split_name(model)
    if profile not in PROFILES:  # an intraday update, of a day whose eve is not known
        profile = profile.removesuffix(f"_{INTRADAY}")
    is_signed = bool((values < 0).any())
    maker = CandidateMaker(values, kinds, Scale.of(IDENTITY if is_signed else scale, values))
    points = maker.plain(profile, lead)
    return points if is_signed else np.maximum(points, 0.0)


def _champions(
    forecasts: NDArray[np.float64],
    values: NDArray[np.float64],
    is_judged: NDArray[np.bool_],
    errors: NDArray[np.float64],
    lead: int,
) -> tuple[Champions, NDArray[np.float64]]:
    """Let the combination, last of the forecasts, stand against the naive ones before it."""
    of_combination = daily_errors(forecasts[-1:], values, is_judged)
    first_naive = forecasts.shape[0] - 1 - len(NAIVE)
    seasonal = errors[first_naive : first_naive + N_SEASONAL]
    champions = choose_champions(np.concatenate([of_combination, seasonal]), is_judged, lead)
    contestants = np.concatenate([forecasts[-1:], forecasts[first_naive : first_naive + N_SEASONAL]])
    return champions, champions.forecasts(contestants)
