"""Twenty readers of the published copy while a night runs: none is blocked, none sees half a night."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.pipeline

FIRST = datetime(2024, 3, 1)
NIGHTS = [datetime(2024, 3, 11) + timedelta(days=k) for k in range(2)]
READER = Path(__file__).with_name("published_reader.py")
KINDS = ["duckdb"] * 6 + ["polars"] * 4 + ["scan_parquet"] * 4 + ["pandas"] * 4 + ["cli"] * 2


@pytest.fixture
def home(
    tmp_path: Path,
    diurnal: Any,
    installation: Any,
    hourly_csv: Callable[..., str],
    single_export: Callable[..., str],
    without_arima: str,
) -> Path:
    """A home with a first night."""
    made = installation(tmp_path / "home", without_arima + single_export("cloud", "landing/*.csv"))
    (made.path / "landing").mkdir()
    for name in ("a", "b"):
        (made.path / "landing" / f"{name}.csv").write_text(hourly_csv(FIRST, 13 * 24))
    ended = diurnal("nightly", "--home", made.path, "--as-of", f"{NIGHTS[0]:%Y-%m-%d}")
    assert ended.code == 0, ended
    return Path(made.path)


@pytest.fixture
def readers(home: Path, tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Twenty processes that look at the copy until ``stop`` is there; each writes into a file of its own."""
    started = []
    for number, kind in enumerate(KINDS):
        log = (tmp_path / f"{number}.log").open("w")
        words = [sys.executable, str(READER), kind, str(home / "published"), str(tmp_path / "stop")]
        with log:  # one thread each: twenty of them share the cores with a night
            alone = os.environ | {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
            started.append(subprocess.Popen(words, stdout=log, stderr=log, text=True, env=alone))
    yield started
    for process in started:
        process.kill()
        process.wait()


def looks(tmp_path: Path, number: int) -> list[tuple[float, float, datetime]]:
    lines = (tmp_path / f"{number}.log").read_text().splitlines()
    found = [json.loads(line) for line in lines if line.startswith("[")]
    return [(begin, end, datetime.fromisoformat(night)) for begin, end, night in found]


def test_twenty_readers_see_whole_nights_and_none_waits(
    home: Path,
    readers: list[subprocess.Popen[str]],
    tmp_path: Path,
    diurnal: Any,
    wait_for: Callable[..., Any],
) -> None:
    numbers = range(len(readers))
    assert len(readers) == 20
    wait_for(lambda: all(looks(tmp_path, number) for number in numbers), "a first look of each reader")
    begin = time.monotonic()
    ended = diurnal("nightly", "--home", home, "--as-of", f"{NIGHTS[1]:%Y-%m-%d}")
    end = time.monotonic()
    assert ended.code == 0, ended
    (tmp_path / "stop").touch()
    for number, process in enumerate(readers):
        assert process.wait(timeout=120) == 0, (
            KINDS[number],
            (tmp_path / f"{number}.log").read_text()[-2_000:],
        )
        seen = looks(tmp_path, number)
        nights = [night for _, _, night in seen]
        assert nights == sorted(nights), "a reader went back to an older night"
        assert (nights[0], nights[-1]) == (NIGHTS[0], NIGHTS[-1])
        # It was answered while the night was at work, not only before and after.
        assert any(begin < looked and answered < end for looked, answered, _ in seen), KINDS[number]
