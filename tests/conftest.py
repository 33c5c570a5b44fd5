"""Fixtures that every test may use: where the public data sets are, if they are here."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# As in a night (orchestration.definitions): before numpy is loaded, and for the processes that tests start.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

REPOSITORY = Path(__file__).resolve().parent.parent
REAL_DATA = REPOSITORY.parent / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Return the path of a file of the public data sets, or skip."""

    def path(name: str) -> Path:
        if not (REAL_DATA / name).exists():
            pytest.skip(f"needs the public data set {name} in ../shared/data")
        return REAL_DATA / name

    return path
