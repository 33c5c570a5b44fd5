"""The panels that forecasts are compared on: real exports and the simulated provider, as arrays.

Values are as published, NaN where missing; nothing is cleaned here. Which days are forecast is in
``forecast_windows``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.parsing.content import decompressed_chunks, lines_of
from traffic.parsing.export import ExportLayout, parse_export
from traffic.simulation.provider import EXPORTS, STEP_SECONDS, simulate_export
from traffic.windowing.grid import sample_grid

HOUR = 3_600
FIVE_MINUTES = 300
DAY = 86_400
SEED = 1
SIMULATED = ("metro/FRA_PAR_in", "metro_berlin/FRA_BER_in")
CLOUDWATCH = ("ec2_network_in_257a54", "elb_request_count_8c0756", "iio_us-east-1_i-a2eb1cd9_NetworkIn")
WHERE_TO_FETCH = """\
The public sets are not here: {path} does not exist.
Put them there, or name their folder with --data; inside it they are expected as
  exports/ukerna/B5M.csv             time,value: UKERNA's traffic in five minutes (P. Cortez and others)
  exports/esnet/trans_atl_links.csv  ESnet's transatlantic links by the hour in 2018 (ESnet, LBNL)
  exports/cesnet/ip103_hourly.csv    IP address 103 of CESNET-TimeSeries24, with its time ids joined as time
  exports/cloudwatch/NAME.csv        three files of the Numenta Anomaly Benchmark, realAWSCloudwatch
The simulated provider alone needs none of them: --panels "simulated hourly" "simulated five-minute"."""


@dataclass(frozen=True, eq=False)
class Record:
    """Series of one span on one grid.

    Parameters
    ----------
    source : str
        Whose they are; the same for a record and for its means by the hour.
    names : tuple of str
        Of the series.
    values : ndarray of shape (series, time)
        In the source's own unit, NaN where missing.
    """

    source: str
    names: tuple[str, ...]
    values: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Panel:
    """Records that are compared together.

    Parameters
    ----------
    name : str
        As it stands in the tables.
    step_seconds : int
        Spacing of every record.
    records : tuple of Record
        Each with a span, and so with days, of its own.
    """

    name: str
    step_seconds: int
    records: tuple[Record, ...]

    @property
    def day_steps(self) -> int:
        """Steps in a day."""
        return DAY // self.step_seconds


def read_panels(data: Path, names: list[str] | None = None) -> Iterator[Panel]:
    """Read the panels, the hourly ones first.

    Parameters
    ----------
    data : Path
        Folder of the public sets.
    names : list of str, optional
        Which; all by default.

    Yields
    ------
    Panel
        One at a time.

    Raises
    ------
    SystemExit
        If a name is unknown, or a file is not there; the message says where it can be had.
    """
    makers = {
        "UKERNA hourly": lambda: (_by_the_hour(_ukerna(data)),),
        "ESnet hourly": lambda: (_esnet(data),),
        "CESNET hourly": lambda: (_cesnet(data),),
        "simulated hourly": lambda: (_by_the_hour(_simulated()),),
        "CloudWatch five-minute": lambda: tuple(_cloudwatch(data, name) for name in CLOUDWATCH),
        "UKERNA five-minute": lambda: (_ukerna(data)[0],),
        "simulated five-minute": lambda: (_simulated()[0],),
    }
    unknown = [name for name in names or () if name not in makers]
    if unknown:
        raise SystemExit(f"There is no panel {unknown[0]!r}; there are {', '.join(map(repr, makers))}.")
    for name, make in makers.items():
        if names is None or name in names:
            yield Panel(name, HOUR if name.endswith("hourly") else FIVE_MINUTES, make())


def _ukerna(data: Path) -> tuple[Record, pl.Series]:
    layout = ExportLayout("single", "time", value_columns=("value",), label="B5M")
    return _read("ukerna", data / "exports/ukerna/B5M.csv", layout, FIVE_MINUTES)


def _esnet(data: Path) -> Record:
    layout = ExportLayout("wide", "Time", time_formats=("%m/%d/%Y %H:%M", "%m/%d/%y %H:%M"))
    record, _ = _read("esnet", data / "exports/esnet/trans_atl_links.csv", layout, HOUR)
    return _without_zeros(record)


def _cesnet(data: Path) -> Record:
    layout = ExportLayout("wide", "time")
    return _read("cesnet", data / "exports/cesnet/ip103_hourly.csv", layout, HOUR)[0]


def _cloudwatch(data: Path, name: str) -> Record:
    layout = ExportLayout("single", "timestamp", value_columns=("value",), label=name)
    return _read(name, data / f"exports/cloudwatch/{name}.csv", layout, FIVE_MINUTES)[0]


def _simulated() -> tuple[Record, pl.Series]:
    """One link of each collector: with an outage, and on another clock."""
    truths = [truth for export in EXPORTS for truth in simulate_export(export, SEED)]
    inbound = [truth for truth in truths if truth.series_id in SIMULATED]
    grid = np.unique(np.concatenate([truth.at_utc for truth in inbound]))
    values = np.full((len(inbound), grid.size), np.nan)
    for row, truth in enumerate(inbound):
        values[row, np.searchsorted(grid, truth.at_utc)] = truth.value
    record = Record("simulated", tuple(truth.series_id for truth in inbound), values)
    return _without_zeros(record), pl.Series("at_utc", grid)


def _read(source: str, path: Path, layout: ExportLayout, step_seconds: int) -> tuple[Record, pl.Series]:
    if not path.exists():
        raise SystemExit(WHERE_TO_FETCH.format(path=path))
    with path.open("rb") as stream:
        samples = parse_export(lines_of(decompressed_chunks(stream)), layout).samples
    names = tuple(samples["label"].unique(maintain_order=True))
    grids = [sample_grid(samples.filter(label=name), step_seconds).frame for name in names]
    if len({(grid["at_utc"][0], grid["at_utc"][-1]) for grid in grids}) > 1:
        raise ValueError(f"the series of {path.name} differ in their spans: they are records of their own.")
    values = np.stack([grid["value"].to_numpy() for grid in grids])
    return Record(source, names, values), grids[0]["at_utc"]


def _without_zeros(record: Record) -> Record:
    """Exact zeros are outages on links that never rest."""
    return Record(record.source, record.names, np.where(record.values == 0, np.nan, record.values))


def _by_the_hour(read: tuple[Record, pl.Series]) -> Record:
    """Means of the clock's hours, missing unless all twelve values are there; hours cut off at an end go."""
    record, at_utc = read
    hour = at_utc.dt.truncate("1h")
    first = int((hour == at_utc).arg_max() or 0)
    n_hours = (len(at_utc) - first) // (HOUR // STEP_SECONDS)
    end = first + n_hours * (HOUR // STEP_SECONDS)
    values = record.values[:, first:end].reshape(len(record.names), n_hours, -1)
    # A mean with a NaN among its values is NaN.
    return Record(record.source, record.names, values.mean(axis=2))
