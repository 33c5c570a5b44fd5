"""Shows what-ifs: a table with two columns for people, rows for programs."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assets.printable import printable
from assets.quantity_text import quantity_text, share_text
from traffic.planning.whatif import SHARE, Figure, Question, Value

_COLUMNS = ("name", "unit", "threshold", "window", "at_local", "as_it_is", "what_if")
_NAMES = {
    "capacity": "capacity",
    "busy_hour_local": "busy hour",
    "busy_hour_p95": "busy hour's 95th percentile, last week",
    "headroom": "headroom",
    "growth_per_week": "growth a week",
    "growth_lower_95": "  from (95 %)",
    "growth_upper_95": "  to",
    "p95_billing_to_date": "month's 95th percentile to date",
    "p95_billing_q10": "  at month's end, 10 % quantile",
    "p95_billing_q50": "  median",
    "p95_billing_q90": "  90 % quantile",
}
_RUNOUT_DATES = {
    "runout_date_q10": "  10 % quantile",
    "runout_date_q50": "  median",
    "runout_date_q90": "  90 % quantile",
}
_BEYOND = "beyond"
_READING = (
    "what if: as if the link had been so all along, the month so far with it; its bill counts no more than "
    "the capacity."
)
_LEAST_TOLD = 0.0005


def show_figures(
    figures: list[Figure],
    question: Question,
    series_id: str,
    changes: str,
    output: str,
    remark: str | None = None,
    *,
    time_zone: str,
) -> None:
    """Write figures to standard output.

    Parameters
    ----------
    figures : list of Figure
        What was asked.
    question : Question
        Its thresholds, and when.
    series_id : str
        The link.
    changes : str
        What was changed, in words.
    output : {"table", "csv", "json"}
        How. A table has of the slots and hours only the likeliest.
    remark : str, optional
        What is to be known of all figures.
    time_zone : str
        Of the link, on whose clock its hours and slots are told.
    """
    if output == "json":
        rows = [{name: _plain(value) for name, value in asdict(figure).items()} for figure in figures]
        head = {
            "series_id": series_id,
            "issued_at_utc": _plain(question.issued_at_utc),
            "time_zone": time_zone,
            "changes": changes,
            "remark": remark,
        }
        sys.stdout.write(json.dumps(head | {"figures": rows}, indent=1, allow_nan=False) + "\n")
    elif output == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows([_plain(getattr(figure, name)) for name in _COLUMNS] for figure in figures)
        if remark:
            sys.stderr.write(f"{remark}\n")  # rows have no place for it
    else:
        title = (
            f"{printable(series_id)}, night of {question.issued_at_utc} UTC: what if {printable(changes)}?"
        )
        remarks = [_READING, *([remark] if remark else [])]
        _show_table(Console(), title, figures, _worded(figures, question, printable(time_zone)), remarks)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _show_table(
    console: Console,
    title: str,
    figures: list[Figure],
    rows: list[tuple[str, str, str]],
    remarks: list[str],
) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=Text(title, style="bold"), title_justify="left")
    table.add_column("")
    for name in ("as it is", "what if"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)
    for figure in figures:
        if figure.name == "reason":
            for when, sentence in (("as it is", figure.as_it_is), ("what if", figure.what_if)):
                if sentence:
                    console.print(f"  {when}: {printable(str(sentence))}", markup=False, soft_wrap=True)
    for remark in remarks:
        console.print(f"  {remark}", markup=False, soft_wrap=True)


def _worded(figures: list[Figure], question: Question, clock: str) -> list[tuple[str, str, str]]:
    """Rows of the table, in the order that people ask in."""
    names = _NAMES | {"busy_hour_local": f"{_NAMES['busy_hour_local']} ({clock})"}
    named = [(words, figure) for name, words in names.items() for figure in figures if figure.name == name]
    rows = [_row(*pair) for pair in named[:1]]
    for threshold in question.thresholds:
        for window in ("night", "hour", "slot"):
            mine = [
                figure
                for figure in figures
                if (figure.name, figure.window, figure.threshold) == ("probability_above", window, threshold)
            ]
            if mine and window == "night":
                rows.append(_row(f"above {share_text(threshold)} of the capacity tonight", mine[0]))
            elif mine:
                sides = _likeliest(mine, "as_it_is"), _likeliest(mine, "what_if")
                rows.append((f"  likeliest {window} ({clock})", *sides))
    rows += [
        _row("expected peak tonight", f) for f in figures if (f.name, f.window) == ("expected_peak", "night")
    ]
    rows += [_row(*pair) for pair in named[1:7]]
    return [*rows, *_runout_rows(figures, question), *(_row(*pair) for pair in named[7:])]


def _runout_rows(figures: list[Figure], question: Question) -> list[tuple[str, str, str]]:
    weeks = next((figure for figure in figures if figure.name == "horizon_weeks"), None)
    horizon = weeks and (weeks.what_if or weeks.as_it_is)
    rows = []
    for figure in figures:
        if figure.threshold != question.runout_threshold:
            continue
        if figure.name == "runout_probability":
            rows.append(_row(f"full ({share_text(figure.threshold)}) within {horizon} weeks", figure))
        elif figure.name in _RUNOUT_DATES:
            rows.append(_row(_RUNOUT_DATES[figure.name], figure))
    return rows


def _row(words: str, figure: Figure) -> tuple[str, str, str]:
    return words, _cell(figure.as_it_is, figure), _cell(figure.what_if, figure)


def _likeliest(figures: list[Figure], of: str) -> str:
    """Write the highest probability and its time, which another load or capacity moves."""
    known = [figure for figure in figures if getattr(figure, of) is not None]
    if not known:
        return "–"
    worst = max(known, key=lambda figure: float(getattr(figure, of)))
    share = _cell(getattr(worst, of), worst)
    # Of chances that all round to nothing, the time says nothing.
    is_told = worst.at_local is not None and float(getattr(worst, of)) >= _LEAST_TOLD
    return f"{worst.at_local:%H:%M} {share}" if is_told else share


def _cell(value: Value, figure: Figure) -> str:
    if value is None:
        return _BEYOND if figure.unit == "date" else "–"
    if figure.name == "busy_hour_local":
        return f"{value}:00"
    if figure.unit == SHARE and isinstance(value, (int, float)):
        return f"{value:.1%}".replace("-0.0%", "0.0%")
    if isinstance(value, (int, float)):
        return quantity_text(value, figure.unit)
    return str(value)
