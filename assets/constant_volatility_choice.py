"""Which series get ARIMA and GARCH: what ``[platform]`` of sources.toml says of them, applied to the catalog.

How the chosen ones are fitted belongs to ``constant_volatility_rows``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from assets.nights import USABLE
from assets.sources import Platform
from traffic.models.requirements import CONSTANT_VOLATILITY_MIN_OBSERVATIONS as MIN_OBSERVATIONS
from warehouse import Warehouse

PATTERNS_KEY = "constant_volatility"
BOUND_KEY = "constant_volatility_at_most"
_HOPELESS = """
    SELECT series_id FROM series.observations GROUP BY series_id
    HAVING count(value_clean) < ? OR min(value_clean) = max(value_clean)
"""


@dataclass(frozen=True)
class ChosenSeries:
    """The series that get ARIMA and GARCH, and why the others do not.

    Parameters
    ----------
    chosen : tuple of str
        In order of preference.
    why_not : dict of str to str
        For each series left out, a sentence that names the key which changes it.
    unmatched : tuple of str
        Patterns that no series matches.
    """

    chosen: tuple[str, ...]
    why_not: dict[str, str]
    unmatched: tuple[str, ...]

    @property
    def remarks(self) -> list[str]:
        """A sentence for each pattern that no series matches."""
        return [f"[platform] {PATTERNS_KEY}: no series matches {one!r}" for one in self.unmatched]

    @property
    def sentence(self) -> str:
        """How many of how many, and which keys change it."""
        said = f"{len(self.chosen)} of {len(self.chosen) + len(self.why_not)} series get ARIMA and GARCH"
        reasons = " ".join(set(self.why_not.values()))
        keys = " and ".join(key for key in (PATTERNS_KEY, BOUND_KEY) if f"{key} " in reasons)
        return f"{said}, by {keys} of [platform] in sources.toml" if keys else said


def choose_series(
    series_ids: Iterable[str], patterns: Sequence[str], at_most: int, hopeless: Collection[str] = ()
) -> ChosenSeries:
    """Choose series by patterns, in order of preference, up to a number.

    Parameters
    ----------
    series_ids : iterable of str
        All series there are; of those that one pattern matches, the first ones are preferred.
    patterns : sequence of str
        Shell patterns, the preferred ones first; a series' own name always matches it.
    at_most : int
        How many are chosen at most.
    hopeless : collection of str
        Series that cannot be fitted: they are chosen, and told why, only where a place is left.

    Returns
    -------
    ChosenSeries
        Every series once, chosen or with the reason why not.
    """
    names = list(series_ids)
    matches = [[name for name in names if name == one or fnmatchcase(name, one)] for one in patterns]
    wanted = sorted(
        dict.fromkeys(name for found in matches for name in found), key=set(hopeless).__contains__
    )
    beyond = (
        f"{BOUND_KEY} = {at_most} of [platform] in sources.toml leaves it out: {len(wanted)} series match."
    )
    unnamed = f"No pattern of {PATTERNS_KEY} of [platform] in sources.toml matches it."
    why_not = dict.fromkeys(wanted[at_most:], beyond)
    why_not |= dict.fromkeys((name for name in names if name not in set(wanted)), unnamed)
    unmatched = tuple(one for one, found in zip(patterns, matches, strict=True) if not found)
    return ChosenSeries(tuple(wanted[:at_most]), why_not, unmatched)


def chosen_series(warehouse: Warehouse, platform: Platform) -> ChosenSeries:
    """Choose among tonight's series; of those that one pattern matches, the long enough come first.

    What has too few values or none that differ takes a place only where no other series wants it.
    """
    catalog = warehouse.read("series.catalog", ("series_id", "status"), {"status": USABLE})
    names = catalog.sort("status", "series_id")["series_id"]  # ok before short
    at_most = platform.constant_volatility_at_most
    beyond = len(names) > at_most
    hopeless = warehouse.query(_HOPELESS, [MIN_OBSERVATIONS])["series_id"].to_list() if beyond else ()
    return choose_series(names, platform.constant_volatility, at_most, hopeless)
