"""The peers' environment, and their forecasts of a panel, kept so that a run goes on where it stopped.

How each peer is asked is in ``forecast_peer_fits``, which runs in that environment.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from forecast_panels import Panel
from forecast_peer_fits import PEERS, RECIPE
from forecast_windows import origins_of
from numpy.typing import NDArray
from process_cost import REPOSITORY

REQUIREMENTS = Path(__file__).with_name("peers-requirements.txt")
FITS = Path(__file__).with_name("forecast_peer_fits.py")
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
# Its search takes minutes a fit on days of 288 steps.
HOURLY_ONLY = ("AutoARIMA",)


@dataclass(frozen=True, eq=False)
class Forecasts:
    """What one model said of every window of a panel.

    Parameters
    ----------
    model : str
        Its name.
    quantiles : tuple of ndarray of shape (series, origins, day_steps, 7)
        One array a record; NaN where there is no forecast.
    points : tuple of ndarray of shape (series, origins, day_steps)
        Likewise.
    cpu_seconds : float
        Of one fit with its forecast, on average.
    stride : int
        It forecast every ``stride``-th origin, counted from the newest; 0 for none.
    note : str
        What did not go well, for the table.
    """

    model: str
    quantiles: tuple[NDArray[np.float64], ...]
    points: tuple[NDArray[np.float64], ...]
    cpu_seconds: float
    stride: int = 1
    note: str = ""


class Peers:
    """The peers, installed, with a folder of results.

    Parameters
    ----------
    folder : Path
        Made if it is not there; holds the environment and the results.
    """

    def __init__(self, folder: Path) -> None:
        self._python = folder / "env" / "bin" / "python"
        self._results = folder / "results"
        self._results.mkdir(parents=True, exist_ok=True)
        self._versions = _install(folder / "env")

    def forget(self) -> None:
        """Delete all results."""
        shutil.rmtree(self._results)
        self._results.mkdir()

    def forecast(self, panel: Panel, peer: str, hours_back: int) -> Forecasts | None:
        """Return what a peer says of a panel, computed if it is not kept; None if it is not asked.

        Parameters
        ----------
        panel : Panel
            Its newest windows are forecast.
        peer : str
            A key of ``PEERS``.
        hours_back : int
            How much earlier than each record's end the last day ends.

        Raises
        ------
        SystemExit
            If the peer's process ends badly; with its last words.
        """
        if peer in HOURLY_ONLY and not panel.name.endswith("hourly"):
            return None
        job = job_of(panel, hours_back)
        name = f"{panel.name.replace(' ', '-')}_{peer}_{hours_back}h_{self._key(job, peer)}.npz"
        kept = self._results / name.lower()
        if not kept.exists():
            self._run(peer, job, kept)
        with np.load(kept) as made:
            quantiles = tuple(made[f"quantiles_{r}"] for r in range(len(panel.records)))
            return Forecasts(
                model=peer,
                quantiles=quantiles,
                points=tuple(array[..., array.shape[-1] // 2] for array in quantiles),
                cpu_seconds=float(made["seconds"]),
                stride=int(made["stride"]) if int(made["fits"]) else 0,
                note=str(made["note"]),
            )

    def _key(self, job: dict[str, NDArray[np.float64]], peer: str) -> str:
        digest = hashlib.sha256(f"{RECIPE} {peer}\n{self._versions}".encode())
        for name, array in sorted(job.items()):
            digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:12]

    def _run(self, peer: str, job: dict[str, NDArray[np.float64]], out: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "job.npz"
            np.savez(path, **job)
            words = (str(self._python), str(FITS), peer, str(path), str(out))
            log = out.with_suffix(".log")
            with log.open("w") as stream:
                ended = subprocess.run(
                    words, env=os.environ | ONE_THREAD, stdout=stream, stderr=subprocess.STDOUT, check=False
                )
            if ended.returncode != 0:
                last = "\n".join(log.read_text().splitlines()[-15:])
                raise SystemExit(f"{peer} ended with status {ended.returncode}; see {log}\n{last}")
            log.unlink()


def job_of(panel: Panel, hours_back: int) -> dict[str, NDArray[np.float64]]:
    """Return the arrays that tell a process what to forecast: each record's values and origins."""
    job = {"day_steps": np.array(panel.day_steps), "n_records": np.array(len(panel.records))}
    for r, record in enumerate(panel.records):
        job[f"values_{r}"] = record.values
        job[f"origins_{r}"] = origins_of(record.values.shape[1], panel.day_steps, hours_back)
    return job


def _install(environment: Path) -> str:
    """Make the environment unless it is there as wanted; return the versions of what is in it."""
    uv = str(Path(sys.executable).with_name("uv"))
    python = str(environment / "bin" / "python")
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    marker = environment / "installed.txt"
    if not marker.exists() or marker.read_text(encoding="utf-8") != wanted:
        print(f"Installing the peers into {environment} ...", flush=True)
        subprocess.run(
            [uv, "venv", "--quiet", "--clear", "--python", sys.executable, environment], check=True
        )
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", python, "-r", str(REQUIREMENTS)], check=True
        )
        marker.write_text(wanted, encoding="utf-8")
    frozen = [uv, "pip", "freeze", "--quiet", "--python", python]
    return subprocess.run(frozen, check=True, capture_output=True, text=True).stdout


def default_folder() -> Path:
    """Return where the peers live: beside the checkout's other caches, and not in git."""
    return REPOSITORY / ".peers"


__all__ = ["PEERS", "Forecasts", "Peers", "default_folder", "job_of"]
