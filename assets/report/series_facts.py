"""What a night knows of each series, gathered from its tables, and the order of risk.

How it is worded belongs to the sections.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from assets.printable import printable
from assets.report.night_frames import NightFrames
from assets.report.words import clock_text

NOT_FORECAST: Final = "none"
PRESSING: Final = 0.05
"""A link whose probability of being full tonight is at least this is named among the first lines."""


@dataclass(frozen=True)
class Congestion:
    """Probabilities of one series that its load exceeds a share of the capacity.

    Parameters
    ----------
    capacity : float
        In the unit of the series.
    probabilities : mapping of float to float
        Threshold to the probability at any moment of the 24 hours, 0 to 1; a threshold without one is absent.
    expected_peak : float or None
        Median of the highest value, in the unit of the series.
    hour_utc : datetime or None
        Hour at which the highest threshold that may be passed is most likely to be.
    """

    capacity: float
    probabilities: Mapping[float, float] = field(default_factory=dict)
    expected_peak: float | None = None
    hour_utc: datetime | None = None

    @property
    def when_full(self) -> float:
        """Probability of the highest threshold: 0 where none is known."""
        return self.probabilities[max(self.probabilities)] if self.probabilities else 0.0


@dataclass(frozen=True)
class SeriesFacts:
    """What a night knows of a series.

    Parameters
    ----------
    key : str
        Its name in a link; it follows the order of risk.
    row : mapping
        Its row of ``series.catalog``, with ``period_verdict`` and ``period_sentence``.
    model : str or None
        Its champion; None where nothing was forecast.
    model_reason : str or None
        Why.
    congestion : Congestion or None
        None without a capacity, or where no probability could be said.
    outlook : mapping
        Its row of ``planning.outlook``; empty where there is none.
    href : str
        Where it stands.
    platform_zone : str
        The platform's time zone, on whose clock the page begins.
    """

    key: str
    row: Mapping[str, Any]
    model: str | None = None
    model_reason: str | None = None
    congestion: Congestion | None = None
    outlook: Mapping[str, Any] = field(default_factory=dict)
    href: str = ""
    platform_zone: str = ""

    @property
    def name(self) -> str:
        """The series."""
        return str(self.row["series_id"])

    @property
    def unit(self) -> str:
        """Unit of its values."""
        return str(self.row["unit"])

    @property
    def zone(self) -> str:
        """Its time zone."""
        return str(self.row["time_zone"])

    def clock(self, at_utc: datetime) -> str:
        """Write a time by the clock of the series, with its zone where the platform's is another."""
        said = clock_text(at_utc, self.zone)
        return said if self.zone == self.platform_zone else f"{said} ({printable(self.zone)})"

    @property
    def is_usable(self) -> bool:
        """Whether the night works on it."""
        return self.row["status"] in ("ok", "short")


def congestion_of(night: NightFrames, of_before: bool = False) -> dict[str, Congestion]:
    """Return the probabilities of each series with a capacity, of this night or of the one before."""
    frame = night.before("congestion") if of_before else night.tonight("congestion")
    found: dict[str, Congestion] = {}
    for (name,), rows in frame.sort("threshold").group_by("series_id", maintain_order=True):
        known = rows.drop_nulls("probability")
        likely = rows.filter(rows["hour_probability"] >= PRESSING)
        found[str(name)] = Congestion(
            rows["capacity"][0],
            dict(zip(known["threshold"], known["probability"], strict=True)),
            rows["expected_peak"].drop_nulls().max(),  # type: ignore[arg-type]
            likely["hour_utc"][-1] if likely.height else None,
        )
    return found


def facts_of(
    night: NightFrames, series_per_page: int, page_names: list[str], platform_zone: str
) -> list[SeriesFacts]:
    """Gather what a night knows of its series, most at risk first.

    Parameters
    ----------
    night : NightFrames
        Its rows.
    series_per_page : int
        How many series stand on each page.
    page_names : list of str
        Files of the pages; series beyond the last have no link.
    platform_zone : str
        The platform's time zone.
    """
    congestion = congestion_of(night)
    champions = {row["series_id"]: row for row in night.tonight("champions").to_dicts()}
    outlook = {row["series_id"]: row for row in night.tonight("outlook").to_dicts()}
    gathered = [
        SeriesFacts(
            "",
            row,
            (champions.get(name) or {}).get("model"),
            (champions.get(name) or {}).get("reason"),
            congestion.get(name),
            outlook.get(name, {}),
        )
        for row in night["series"].to_dicts()
        for name in [row["series_id"]]
    ]
    ordered = sorted(gathered, key=risk_order)
    return [
        replace(
            facts,
            key=f"series-{number + 1}",
            href=_href(number, series_per_page, page_names),
            platform_zone=platform_zone,
        )
        for number, facts in enumerate(ordered)
    ]


def risk_order(facts: SeriesFacts) -> tuple[Any, ...]:
    """Key to sort series by: how likely full tonight, how near to it later, name; unusable ones last."""
    known = facts.congestion.probabilities if facts.congestion else {}
    tonight = tuple(-known[threshold] for threshold in sorted(known, reverse=True))
    runout, headroom = facts.outlook.get("runout_probability"), facts.outlook.get("headroom")
    return (
        not facts.is_usable,
        facts.congestion is None,
        tonight,
        -(runout or 0.0),
        float("inf") if headroom is None else headroom,
        facts.row["capacity"] is None,
        facts.name,
    )


def _href(number: int, series_per_page: int, page_names: list[str]) -> str:
    page = number // series_per_page
    if page >= len(page_names):
        return ""
    return f"{page_names[page] if page else ''}#series-{number + 1}"
