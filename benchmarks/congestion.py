"""Whether probabilities of congestion can be believed: rolling nights of the panels, beside plainer ways.

Run with ``make bench-congestion``. Every night is forecast from what was known at its eve by the code of the
nightly tables; thresholds are levels of the series' own past, known at the eve too. Prints the tables of
benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from congestion_baselines import baselines
from forecast_panels import Panel, read_panels
from forecast_windows import HISTORY_DAYS, LEAST_HISTORY_DAYS
from numpy.typing import NDArray
from process_cost import REPOSITORY

from traffic.planning.congestion import congestion_batch
from traffic.planning.reliability import reliability_table
from traffic.planning.windows import highest
from traffic.windowing.histories import DAYS_A_WEEK, Histories

DATA = REPOSITORY.parent / "shared" / "data"
OURS = "diurnal"
QUANTILES, MULTIPLES = (0.8, 0.95, 0.99), (1.1, 1.3)
"""Capacities: quantiles of the highest values of the known days, and multiples of the largest."""

LEAST_KNOWN_DAYS = 14


@dataclass
class Judged:
    """Probabilities and what came, of one panel and window."""

    nights: list[NDArray[np.float64]] = field(default_factory=list)
    came: list[NDArray[np.float64]] = field(default_factory=list)
    said: dict[str, list[NDArray[np.float64]]] = field(default_factory=dict)

    def add(self, night: int, came: NDArray[np.float64], said: dict[str, NDArray[np.float64]]) -> None:
        """Add the forecasts of a night whose outcome is known."""
        is_known = ~np.isnan(came)
        self.nights.append(np.full(int(is_known.sum()), float(night)))
        self.came.append(came[is_known])
        for name, probability in said.items():
            self.said.setdefault(name, []).append(probability[is_known])

    def join(self, other: Judged, panel: int) -> None:
        """Add all forecasts of another panel, whose nights are others."""
        self.nights += [nights + panel * 1e6 for nights in other.nights]
        self.came += other.came
        for name, parts in other.said.items():
            self.said.setdefault(name, []).extend(parts)


def main() -> None:
    """Judge every panel, and print the tables."""
    wanted = _wanted()
    together: dict[str, Judged] = {window: Judged() for window in ("slot", "hour", "night")}
    for number, panel in enumerate(read_panels(wanted.data, wanted.panels)):
        begun = time.process_time()
        judged = _judged(panel, wanted.nights, wanted.skip)
        for window, one in judged.items():
            together[window].join(one, number)
        _print(panel.name, judged, time.process_time() - begun)
    if wanted.together:
        _print("together", {window: one for window, one in together.items() if one.came})


def _wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the public sets")
    parser.add_argument("--panels", nargs="+", help="names of the panels; all by default")
    parser.add_argument("--nights", type=int, default=112, help="nights of each record at most")
    parser.add_argument("--skip", type=int, default=0, help="nights at the record's end that are left out")
    parser.add_argument("--together", action="store_true", help="judge the panels as one, too")
    return parser.parse_args()


def _judged(panel: Panel, n_nights: int, skip: int) -> dict[str, Judged]:
    judged = {window: Judged() for window in ("slot", "hour", "night")}
    for number, record in enumerate(panel.records):
        for origin in _origins(record.values.shape[1] - skip * panel.day_steps, panel.day_steps, n_nights):
            night = number * 10_000 + origin // panel.day_steps
            for window, came, said in _night(panel, record.values, origin):
                judged[window].add(night, came, said)
    return {window: one for window, one in judged.items() if one.came}


def _origins(n_steps: int, day_steps: int, n_nights: int) -> NDArray[np.int64]:
    least = max(LEAST_KNOWN_DAYS, LEAST_HISTORY_DAYS)
    n = max(min(n_nights, n_steps // day_steps - least), min(2, n_steps // day_steps - LEAST_HISTORY_DAYS))
    return n_steps - np.arange(n, 0, -1) * day_steps


def _night(
    panel: Panel, values: NDArray[np.float64], origin: int
) -> Iterator[tuple[str, NDArray[np.float64], dict[str, NDArray[np.float64]]]]:
    """Forecast one night: windows, what came and what each way said, of shape (series, thresholds, ...)."""
    steps = panel.day_steps
    known = values[:, max(0, origin - HISTORY_DAYS * steps) : origin]
    days = np.full((len(known), HISTORY_DAYS * steps), np.nan)
    days[:, -known.shape[1] :] = known
    histories = Histories(days.reshape(-1, HISTORY_DAYS, steps), np.arange(HISTORY_DAYS + 1) % DAYS_A_WEEK)
    thresholds = _capacities(histories.values)
    actual = values[:, origin : origin + steps]
    ahead, _ = congestion_batch(histories, 86_400 // steps, thresholds)
    others = baselines(histories, 86_400 // steps, thresholds)
    passed = _passed(highest(actual), thresholds)
    ours = {"slot": ahead.slots, "night": ahead.windows[..., -1:], "hour": ahead.windows[..., :-1]}
    came = {"slot": _passed(actual, thresholds), "night": passed[..., -1:], "hour": passed[..., :-1]}
    for window, probability in ours.items():
        if probability.shape[2]:
            said = {OURS: probability} | {name: found[window] for name, found in others.items()}
            gone = np.isnan(probability)
            yield window, np.where(gone, np.nan, came[window]), said


def _capacities(past: NDArray[np.float64]) -> NDArray[np.float64]:
    peaks = highest(past)[..., -1]
    made = np.full((len(past), len(QUANTILES) + len(MULTIPLES)), np.nan)
    for row, one in enumerate(peaks):
        seen = one[~np.isnan(one)]
        if seen.size:
            made[row] = [*np.quantile(seen, QUANTILES), *(seen.max() * np.array(MULTIPLES))]
    return made


def _passed(values: NDArray[np.float64], thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
    came = values[:, None] > thresholds[:, :, None]
    return np.where(np.isnan(values)[:, None] | np.isnan(thresholds)[:, :, None], np.nan, came)


def _print(name: str, judged: dict[str, Judged], seconds: float | None = None) -> None:
    print(f"\n## {name}" + ("" if seconds is None else f"\n\n{seconds:.0f} CPU s."))
    for window, one in judged.items():
        nights, came = np.concatenate(one.nights), np.concatenate(one.came)
        print(f"\n{window}: {came.size:,} forecasts of {np.unique(nights).size} nights\n")
        print("| way | Brier | log score |\n| --- | ---: | ---: |")
        for way, parts in one.said.items():
            p = np.concatenate(parts)
            q = np.clip(p, 1e-4, 1 - 1e-4)
            log = -np.mean(came * np.log(q) + (1 - came) * np.log1p(-q))
            print(f"| {way} | {np.mean((p - came) ** 2):.4f} | {log:.4f} |")
        print("\n| forecast, % | forecasts | mean, % | came, % | 95 % band |")
        print("| --- | ---: | ---: | ---: | --- |")
        for row in reliability_table(np.concatenate(one.said[OURS]), came, nights).iter_rows(named=True):
            if row["n_forecasts"]:
                mark = "" if row["lower_95"] <= row["share_happened"] <= row["upper_95"] else " *"
                print(
                    f"| {100 * row['bin_left']:g} to {100 * row['bin_right']:g} | {row['n_forecasts']:,} | "
                    f"{100 * row['mean_probability']:.2f} | {100 * row['share_happened']:.2f}{mark} | "
                    f"{100 * row['lower_95']:.2f} to {100 * row['upper_95']:.2f} |"
                )


if __name__ == "__main__":
    main()
