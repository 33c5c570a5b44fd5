"""The provider's traffic as the daily CSV files of its two collectors.

Only the writing belongs here: stamps, columns and the cut into days. What the figures are belongs to
``provider``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from traffic.simulation.provider import Export
from traffic.simulation.truth import FileTruth, SeriesTruth

WIDE_TIME_FORMAT = "%Y-%m-%d %H:%M"
LONG_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


def write_export(
    export: Export, series: Sequence[SeriesTruth]
) -> tuple[dict[str, bytes], dict[str, FileTruth]]:
    """Daily CSV files of one export, with what a correct reader counts in them.

    Parameters
    ----------
    export : Export
        Shape, zone and name.
    series : sequence of SeriesTruth
        Its series, all on the same grid.

    Returns
    -------
    files : dict of str to bytes
        By path, one a local day.
    truth : dict of str to FileTruth
        By the same paths.
    """
    table = _wide_table(export, series) if export.shape == "wide" else _long_table(export, series)
    rows_per_line = len(series) if export.shape == "wide" else 1
    files: dict[str, bytes] = {}
    truth: dict[str, FileTruth] = {}
    for (day,), lines in table.partition_by(
        "local_date", as_dict=True, include_key=False, maintain_order=True
    ).items():
        path = f"landing/exports/{export.source}/{_iso(day)}.csv"
        files[path] = lines.write_csv().encode("ascii")
        truth[path] = FileTruth(
            source=export.source,
            lines_read=lines.height + 1,
            lines_skipped=1,
            records_loaded=lines.height,
            records_rejected=0,
            rows_written=lines.height * rows_per_line,
            rejected_by_kind={},
        )
    return files, truth


def _iso(day: object) -> str:
    """Name of a day's file; partition keys are typed as any object."""
    if not isinstance(day, date):
        raise TypeError(f"a daily file needs a date for its name, not {day!r}: partition by local_date")
    return day.isoformat()


def _local(export: Export, truth: SeriesTruth) -> pl.Series:
    """Wall-clock times of the grid."""
    at_utc = pl.Series("local", truth.at_utc)
    return at_utc.dt.replace_time_zone("UTC").dt.convert_time_zone(export.time_zone)


def _label(truth: SeriesTruth) -> str:
    """Name of the series inside its source."""
    return truth.series_id.partition("/")[2]


def _whole(truth: SeriesTruth) -> pl.Series:
    """Values as integers, null in the gap."""
    return pl.Series(_label(truth), truth.value).fill_nan(None).cast(pl.Int64)


def _wide_table(export: Export, series: Sequence[SeriesTruth]) -> pl.DataFrame:
    """One line a time and one column a series; lines of the gap are absent."""
    local = _local(export, series[0])
    columns: Mapping[str, pl.Series] = {_label(truth): _whole(truth) for truth in series}
    stamps = {"local_date": local.dt.date(), "time": local.dt.strftime(WIDE_TIME_FORMAT)}
    return pl.DataFrame({**stamps, **columns}).drop_nulls()


def _long_table(export: Export, series: Sequence[SeriesTruth]) -> pl.DataFrame:
    """One line a time and series, in order of time: a repeated hour stands twice, summer time first."""
    parts = []
    for truth in series:
        local = _local(export, truth)
        parts.append(
            pl.DataFrame(
                {
                    "at_utc": truth.at_utc,
                    "local_date": local.dt.date(),
                    "time": local.dt.strftime(LONG_TIME_FORMAT),
                    "link": [_label(truth)] * local.len(),
                    "value_bps": _whole(truth),
                }
            )
        )
    return pl.concat(parts).sort("at_utc", "link").drop("at_utc").drop_nulls()
