"""How good and how dear the forecasts are, beside statsforecast's models and Prophet on the same windows.

Run with ``make bench-forecast``. The peers get an environment of their own in ``.peers/``, where their
forecasts are kept too: they take about an hour of CPU the first time, and a run that was stopped goes on
where it was. Prints the tables of benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from forecast_comparison import compare
from forecast_panels import Panel, read_panels
from forecast_peers import HOURLY_ONLY, ONE_THREAD, PEERS, Forecasts, Peers, default_folder, job_of
from forecast_report import OURS, PanelResult, as_json, print_hours, print_panel, print_summary
from process_cost import REPOSITORY

OUR_FITS = Path(__file__).with_name("forecast_our_fits.py")
DATA = REPOSITORY.parent / "shared" / "data"


def main() -> None:
    """Forecast every panel with every model, and print the tables."""
    wanted = _wanted()
    panels = list(read_panels(wanted.data, wanted.panels))
    peers = Peers(wanted.peers)
    if wanted.fresh:
        peers.forget()
    found, by_hours = [], {}
    for hours_back in wanted.origin_hours:
        said = _ask_peers(peers, panels, hours_back)
        results = [_result(panel, said[panel.name], hours_back, wanted.only_peers) for panel in panels]
        print(f"\n## Days that end {hours_back} h before the record's end\n")
        print(f"One thread each, {os.cpu_count()} cores, Python {sys.version.split()[0]}.")
        for result in results:
            print_panel(result)
        print_summary(results)
        by_hours[hours_back] = results
        found += [as_json(result, hours_back) for result in results]
    if len(by_hours) > 1 and not wanted.only_peers:
        print_hours(by_hours)
    if wanted.json:
        wanted.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


def _wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the public sets")
    parser.add_argument("--panels", nargs="+", help="names of the panels; all by default")
    parser.add_argument("--origin-hours", type=int, nargs="+", default=[0], help="such as 0 6 12 18")
    parser.add_argument("--peers", type=Path, default=default_folder(), help="the folder of the peers")
    parser.add_argument("--fresh", action="store_true", help="forget the peers' results first")
    parser.add_argument("--only-peers", action="store_true", help="leave our own forecasts out")
    parser.add_argument("--json", type=Path, help="write every figure to this file too")
    return parser.parse_args()


def _ask_peers(peers: Peers, panels: list[Panel], hours_back: int) -> dict[str, list[Forecasts]]:
    """Ask the peers, hourly panels first, slow peers last: what is cheap is there if the run is stopped."""
    said: dict[str, list[Forecasts]] = {panel.name: [] for panel in panels}
    asked = [(panel, peer) for peer in PEERS for panel in panels]
    for panel, peer in sorted(asked, key=lambda pair: (pair[1] in HOURLY_ONLY, -pair[0].step_seconds)):
        _tell(f"{panel.name}, {peer}, {hours_back} h back")
        answer = peers.forecast(panel, peer, hours_back)
        said[panel.name] += [answer] if answer is not None else []
    return said


def _result(panel: Panel, said: list[Forecasts], hours_back: int, only_peers: bool) -> PanelResult:
    if only_peers:
        return PanelResult(panel.name, None, compare(panel, said, None, hours_back), np.nan, np.nan)
    _tell(f"{panel.name}, {OURS}, {hours_back} h back")
    ours, alone, many = _ours(panel, hours_back)
    row, *rows = compare(panel, [ours, *said], ours, hours_back)
    return PanelResult(panel.name, row, rows, 1e3 * alone, 1e3 * many)


def _ours(panel: Panel, hours_back: int) -> tuple[Forecasts, float, float]:
    """Forecast in a process of its own, with one thread as the peers have it."""
    with tempfile.TemporaryDirectory() as folder:
        job, out = Path(folder) / "job.npz", Path(folder) / "out.npz"
        np.savez(job, **job_of(panel, hours_back))
        environment = os.environ | ONE_THREAD | {"PYTHONPATH": str(REPOSITORY)}
        subprocess.run([sys.executable, str(OUR_FITS), str(job), str(out)], env=environment, check=True)
        with np.load(out) as made:
            n_records = range(len(panel.records))
            quantiles = tuple(made[f"quantiles_{r}"] for r in n_records)
            points = tuple(made[f"points_{r}"] for r in n_records)
            ours = Forecasts(OURS, quantiles, points, float(made["seconds"]))
            return ours, float(made["seconds_alone"]), float(made["seconds_of_many"])


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
