"""The tables of the forecasting benchmark: a panel each, then accuracy, coverage and cost with their goals.

Nothing is measured here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecast_comparison import NOMINAL, Coverage, Row, pooled, strongest
from process_cost import print_table

OURS = "diurnal"
MEASURES = ("MASE", "pinball")
RATIO_GOALS = {"UKERNA hourly": 0.60, "ESnet hourly": 0.92}
WORST_RATIO_GOAL = 1.00
MEAN_RATIO_GOAL = 0.85
COVERAGE_POINTS_GOAL = 2
COST_GOALS = {"hourly": 300, "five-minute": 1_000}
NONE = "–"


@dataclass(frozen=True, eq=False)
class PanelResult:
    """What was found on one panel.

    Parameters
    ----------
    panel : str
        Its name.
    ours : Row or None
        None if only the peers ran.
    peers : list of Row
        In the order of the tables.
    alone_ms, many_ms : float
        CPU of ours a series: one series alone, and 512 at once.
    """

    panel: str
    ours: Row | None
    peers: list[Row]
    alone_ms: float
    many_ms: float


def print_panel(result: PanelResult) -> None:
    """Print the table of one panel: every model, and ours on the same windows."""
    print(f"\n### {result.panel}\n")
    header = (
        "model",
        "days",
        *MEASURES,
        "ours, same days",
        "ratio",
        "covers 80 %",
        "covers 95 %",
        "CPU, ms a fit",
    )
    rows = [*([result.ours] if result.ours else []), *result.peers]
    print_table(header, [_model_cells(row, result.ours) for row in rows])
    for row in rows:
        if row.note:
            print(f"\n{row.model}: {row.note}.")
    unscored = sorted({name for row in rows if row.days != (0,) * len(row.days) for name in row.unscored})
    if unscored:
        print(f"\nNot scored in every row, for want of a scale or of a value: {', '.join(unscored)}.")


def _model_cells(row: Row, ours: Row | None) -> list[str]:
    is_ours = row is ours
    both = f"{_number(row.our_mase)} / {_number(row.our_pinball)}"
    ratio = f"{_number(row.ratios['MASE'], 2)} / {_number(row.ratios['pinball'], 2)}"
    return [
        row.model,
        ", ".join(map(str, row.days)),
        _number(row.mase),
        _number(row.pinball),
        NONE if is_ours or ours is None else both,
        NONE if is_ours or ours is None else ratio,
        *(_percent(row.covered[nominal]) for nominal in NOMINAL),
        _milliseconds(row.cpu_ms),
    ]


def print_summary(results: Sequence[PanelResult]) -> None:
    """Print accuracy, coverage and cost over the panels, beside the goals."""
    if any(result.ours is None for result in results):
        return
    print("\n### Accuracy: ours over the best single peer, on the days that both forecast\n")
    header = ["panel"]
    for measure in MEASURES:
        header += [f"{measure}, ours", "best peer", "ratio"]
    print_table([*header, "goal"], [*map(_accuracy_cells, results), _mean_accuracy_cells(results)])
    print("\n### Coverage, with 95 % intervals of a block bootstrap over days\n")
    print_table(
        ("panel", *(f"{nominal} %" for nominal in NOMINAL), "holds the nominal"), _coverage_rows(results)
    )
    print("\n### Cost: CPU milliseconds a series\n")
    header = ["panel", "ours, the panel at once", "512 series at once", "one series alone", "MSTL"]
    header += ["MSTL / ours", "MSTL / 512", "MSTL / alone", "goal"]
    print_table(header, [_cost_cells(result) for result in results])


def _accuracy_cells(result: PanelResult) -> list[str]:
    cells = [result.panel]
    for measure in MEASURES:
        peer = strongest(result.peers, measure)
        if peer is None:
            cells += [NONE, NONE, NONE]
            continue
        theirs, ours = (peer.mase, peer.our_mase) if measure == "MASE" else (peer.pinball, peer.our_pinball)
        cells += [_number(ours), f"{peer.model} {_number(theirs)}", _number(peer.ratios[measure], 2)]
    return [*cells, f"at most {RATIO_GOALS.get(result.panel, WORST_RATIO_GOAL):.2f}"]


def _mean_accuracy_cells(results: Sequence[PanelResult]) -> list[str]:
    cells = ["geometric mean over panels"]
    for measure in MEASURES:
        cells += ["", "", _number(mean_ratio(results, measure), 2)]
    return [*cells, f"at most {MEAN_RATIO_GOAL:.2f}"]


def mean_ratio(results: Sequence[PanelResult], measure: str) -> float:
    """Geometric mean over panels of the ratio to the best single peer."""
    peers = [strongest(result.peers, measure) for result in results]
    logs = [math.log(peer.ratios[measure]) for peer in peers if peer is not None]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan


def _coverage_rows(results: Sequence[PanelResult]) -> list[list[str]]:
    ours = [result.ours for result in results if result.ours]
    rows = []
    for row in ours:
        holds = [_holds(row.covered[nominal].interval, nominal) for nominal in NOMINAL]
        panel = next(result.panel for result in results if result.ours is row)
        rows.append([panel, *(_percent(row.covered[nominal]) for nominal in NOMINAL), ", ".join(holds)])
    found = [pooled(ours, nominal) for nominal in NOMINAL]
    within = [
        "yes" if abs(100 * each.share - nominal) <= COVERAGE_POINTS_GOAL else "no"
        for each, nominal in zip(found, NOMINAL, strict=True)
    ]
    goal = f"within {COVERAGE_POINTS_GOAL} points: {', '.join(within)}"
    rows.append(["all, each panel alike", *map(_percent, found), goal])
    rows.append(["all, each value alike", *(f"{100 * each.hits / each.scored:.1f}" for each in found), ""])
    return rows


def _holds(interval: tuple[float, float], nominal: int) -> str:
    low, high = interval
    return "yes" if low <= nominal / 100 <= high else "no"


def _cost_cells(result: PanelResult) -> list[str]:
    mstl = next((row.cpu_ms for row in result.peers if row.model == "MSTL"), math.nan)
    ours = result.ours.cpu_ms if result.ours else math.nan
    spent = (ours, result.many_ms, result.alone_ms)
    goal = next(goal for step, goal in COST_GOALS.items() if result.panel.endswith(step))
    times = [NONE if math.isnan(mstl / each) else f"{mstl / each:,.0f}" for each in spent]
    return [result.panel, *map(_milliseconds, spent), _milliseconds(mstl), *times, f"at least {goal:,}"]


def _number(x: float, decimals: int = 3) -> str:
    return NONE if math.isnan(x) else f"{x:.{decimals}f}"


def _milliseconds(x: float) -> str:
    return NONE if math.isnan(x) else f"{x:,.0f}" if x >= 10 else f"{x:.2f}"


def _percent(found: Coverage) -> str:
    if math.isnan(found.share):
        return NONE
    low, high = found.interval
    return f"{100 * found.share:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def print_hours(by_hours: Mapping[int, Sequence[PanelResult]]) -> None:
    """Print the ratios to the best single peer side by side, for days that begin at other hours."""
    print("\n### MASE / pinball, ours over the best single peer, by hours before the record's end\n")
    rows = []
    for results in zip(*by_hours.values(), strict=True):
        best = [[strongest(result.peers, measure) for measure in MEASURES] for result in results]
        rows.append([results[0].panel, *(" / ".join(map(_ratio, peers, MEASURES)) for peers in best)])
    print_table(["panel", *map(str, by_hours)], rows)


def _ratio(peer: Row | None, measure: str) -> str:
    return NONE if peer is None else _number(peer.ratios[measure], 2)


def as_json(result: PanelResult, hours_back: int) -> dict[str, Any]:
    """Return every figure of a panel's table as plain values, null where there is none."""
    rows = [*([result.ours] if result.ours else []), *result.peers]
    return {
        "panel": result.panel,
        "hours_back": hours_back,
        "cpu_ms_alone": _known(result.alone_ms),
        "cpu_ms_of_512": _known(result.many_ms),
        "models": [_row_as_json(row) for row in rows],
    }


def _row_as_json(row: Row) -> dict[str, Any]:
    figures = ("mase", "pinball", "our_mase", "our_pinball", "cpu_ms")
    return {
        **{name: getattr(row, name) for name in ("model", "days", "unscored", "note")},
        **{name: _known(getattr(row, name)) for name in figures},
        "ratios": {measure: _known(ratio) for measure, ratio in row.ratios.items()},
        "coverage": {
            nominal: {"share": _known(found.share), "interval": [_known(end) for end in found.interval]}
            for nominal, found in row.covered.items()
        },
    }


def _known(x: float) -> float | None:
    return None if math.isnan(x) else x
