"""Eight weeks of five-minute traffic on three links of one provider, in bit/s.

Each direction of a link is a periodically correlated process: a course of the day that depends on the
weekday (a holiday is a Sunday), shifted day by day by a random phase (Khvostivskyi et al. 2021, eq. 1),
growing slowly, times autocorrelated lognormal noise. On top lie the troubles of real exports: an outage,
a gap, spikes. How the figures are written into files belongs to ``exports``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from traffic.simulation.courses import (
    EVENING_WEIGHT,
    MINUTES_PER_DAY,
    OFFICE_WEIGHT,
    day_course,
    lognormal_noise,
    random_stream,
)
from traffic.simulation.span import FIRST_DAY, HOLIDAY, LAST_DAY, LocalClock, days, local_clock
from traffic.simulation.truth import Interval, SeriesTruth

STEP_SECONDS = 300
SLOTS = MINUTES_PER_DAY * 60 // STEP_SECONDS
PHASE_SD_MINUTES = 12.0
SPIKES_PER_SERIES = 5
SPIKE_FACTORS = (2.0, 2.6)
# Above this share of the capacity a spike would hit the ceiling before it stood out.
SPIKE_LOAD = 0.35
SUNDAY = 6
GBIT = 1e9
# Counters are written in whole kbit/s: enough digits, and no processor's last bit shows in the files.
RESOLUTION = 1000.0

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Link:
    """One link of the provider.

    Parameters
    ----------
    name : str
        Its ends, such as ``FRA_AMS``.
    capacity : float
        In bit/s.
    mean_load : mapping of str to float
        By direction (``in``, ``out``): share of the capacity that the average week starts with.
    growth_per_week : float
        Rate g of the growth ``exp(g * weeks)``.
    outage_utc : Interval or None
        When the link carried nothing.
    """

    name: str
    capacity: float
    mean_load: Mapping[str, float]
    growth_per_week: float
    outage_utc: Interval | None = None


@dataclass(frozen=True)
class Export:
    """How one of the provider's collectors hands over its links.

    Parameters
    ----------
    source : str
        Name in sources.toml, and the folder of its files.
    shape : {"wide", "long"}
        One column a series, or one line a series.
    time_zone : str
        Clock of the stamps, of the files' days and of the links' users.
    links : tuple of Link
        What it exports.
    gap_utc : Interval or None
        When the collector wrote nothing.
    """

    source: str
    shape: Literal["wide", "long"]
    time_zone: str
    links: tuple[Link, ...]
    gap_utc: Interval | None = None


OUTAGE_UTC = Interval(datetime(2025, 10, 14, 9, 20), datetime(2025, 10, 14, 12, 25))
GAP_UTC = Interval(datetime(2025, 11, 4, 1, 0), datetime(2025, 11, 4, 6, 30))

EXPORTS = (
    Export(
        source="metro",
        shape="wide",
        time_zone="UTC",
        links=(
            Link("FRA_AMS", 100 * GBIT, {"in": 0.34, "out": 0.22}, growth_per_week=0.008),
            Link(
                "FRA_PAR", 10 * GBIT, {"in": 0.40, "out": 0.28}, growth_per_week=0.012, outage_utc=OUTAGE_UTC
            ),
        ),
        gap_utc=GAP_UTC,
    ),
    Export(
        source="metro_berlin",
        shape="long",
        time_zone="Europe/Berlin",
        links=(Link("FRA_BER", 10 * GBIT, {"in": 0.36, "out": 0.24}, growth_per_week=0.010),),
    ),
)


def simulate_export(export: Export, seed: int) -> tuple[SeriesTruth, ...]:
    """Traffic of every link and direction of one export.

    Parameters
    ----------
    export : Export
        What to simulate.
    seed : int
        Seed of the landing zone, not negative.

    Returns
    -------
    tuple of SeriesTruth
        In the order of the links, ``in`` before ``out``.
    """
    clock = local_clock(export.time_zone, STEP_SECONDS)
    return tuple(
        _simulate_direction(export, link, direction, clock, seed)
        for link in export.links
        for direction in link.mean_load
    )


def _simulate_direction(
    export: Export, link: Link, direction: str, clock: LocalClock, seed: int
) -> SeriesTruth:
    """One series: the expected course, then noise, then what goes wrong."""
    # Both directions serve the same people, so they share the phases of the days.
    phases = _day_phases(random_stream(seed, "phase", link.name))
    rng = random_stream(seed, "load", link.name, direction)
    level = link.capacity * link.mean_load[direction]
    expected = level * _expected_course(clock, phases, link.growth_per_week)
    noise = lognormal_noise(rng, expected.size, slow_sd=0.06, carry=0.97, quick_sd=0.025)
    value = expected * noise
    is_troubled = _within(clock, link.outage_utc) | _within(clock, export.gap_utc) | _is_holiday(clock)
    spikes = _draw_spikes(rng, expected / link.capacity, clock, is_troubled)
    value[spikes] *= rng.uniform(*SPIKE_FACTORS, size=spikes.size)
    value = RESOLUTION * np.rint(np.minimum(value, 0.995 * link.capacity) / RESOLUTION)
    value[_within(clock, link.outage_utc)] = 0.0
    value[_within(clock, export.gap_utc)] = np.nan
    return SeriesTruth(
        series_id=f"{export.source}/{link.name}_{direction}",
        capacity=link.capacity,
        time_zone=export.time_zone,
        step_seconds=STEP_SECONDS,
        at_utc=clock.at_utc,
        value=value,
        expected=expected,
        periodic_mean=level * _week_course() / _week_course().mean(),
        growth_per_week=link.growth_per_week,
        phase_minutes=dict(zip(days(FIRST_DAY, LAST_DAY), phases.tolist(), strict=True)),
        holidays=(HOLIDAY,),
        outage_utc=link.outage_utc,
        gap_utc=export.gap_utc,
        spikes_utc=tuple(clock.at_utc[spikes].tolist()),
    )


def _day_phases(rng: np.random.Generator) -> FloatArray:
    """Shift of each local day in minutes, summing to zero because a phase is against the ensemble."""
    phases = rng.normal(0.0, PHASE_SD_MINUTES, size=(LAST_DAY - FIRST_DAY).days + 1)
    phases -= phases.mean()
    return phases


def _week_course() -> FloatArray:
    """Course of each weekday without phase or growth, shape (7, slot), in no unit."""
    minute = np.arange(SLOTS, dtype=np.float64) * (STEP_SECONDS / 60)
    return day_course(minute[None, :], OFFICE_WEIGHT[:, None], EVENING_WEIGHT[:, None])


def _expected_course(clock: LocalClock, phases: FloatArray, growth_per_week: float) -> FloatArray:
    """Noiseless course on the grid, relative to the mean of a week at the start of the span."""
    weekday = (clock.day + FIRST_DAY.weekday()) % 7
    weekday[_is_holiday(clock)] = SUNDAY
    shifted = clock.minute - phases[clock.day]
    weeks = np.arange(clock.day.size) * (STEP_SECONDS / (7 * 86_400))
    course = day_course(shifted, OFFICE_WEIGHT[weekday], EVENING_WEIGHT[weekday]) / _week_course().mean()
    grown: FloatArray = course * np.exp(growth_per_week * weeks)
    return grown


def _is_holiday(clock: LocalClock) -> NDArray[np.bool_]:
    """Mark the steps of the holiday."""
    mask: NDArray[np.bool_] = clock.day == (HOLIDAY - FIRST_DAY).days
    return mask


def _within(clock: LocalClock, interval: Interval | None) -> NDArray[np.bool_]:
    """Mark the steps that lie in the interval; none if there is no interval."""
    if interval is None:
        return np.zeros(clock.at_utc.size, dtype=np.bool_)
    start, end = (np.datetime64(edge, "us") for edge in interval)
    mask: NDArray[np.bool_] = (clock.at_utc >= start) & (clock.at_utc < end)
    return mask


def _draw_spikes(
    rng: np.random.Generator, load: FloatArray, clock: LocalClock, is_troubled: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Choose the positions of the spikes, where the link has room for one and nothing else happens."""
    # The first and the last day stay plain: a spike there has neighbours on one side only, or sits in the
    # one day that a first forecast is judged by.
    is_inside = (clock.day > 0) & (clock.day < clock.day[-1])
    candidates = np.flatnonzero((load < SPIKE_LOAD) & is_inside & ~is_troubled)
    return np.sort(rng.choice(candidates, size=SPIKES_PER_SERIES, replace=False))
