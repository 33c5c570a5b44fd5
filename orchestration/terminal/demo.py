"""Writes the simulated landing zone into a home. What it holds is drawn in ``traffic.simulation``."""

from __future__ import annotations

from orchestration.home import Home
from traffic.simulation.landing_zone import simulate_landing_zone


class DemoRefusedError(RuntimeError):
    """The home is in use; the message says what to do."""


def write_demo(home: Home) -> int:
    """Write the simulated files, and sources.toml last.

    Parameters
    ----------
    home : Home
        Created if absent.

    Returns
    -------
    int
        How many files were written beside sources.toml.

    Raises
    ------
    DemoRefusedError
        If the home has a sources.toml.
    """
    if home.sources_toml.exists():
        raise DemoRefusedError(
            f"{home.sources_toml} exists and stays as it is; name an empty --home for the demo"
        )
    zone = simulate_landing_zone()
    for name, content in zone.files.items():
        path = home.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    home.sources_toml.write_text(zone.sources_toml, encoding="utf-8")
    return len(zone.files)
