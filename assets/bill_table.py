"""The table ``[[bill]]`` of ``sources.toml``: the directions of a link that are billed together, and how.

What a bill counts is ``traffic.planning.bills``'s; what a key may hold, ``source_keys``'s.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from assets.source_keys import Quantity, SeriesId, TimeZone
from assets.source_table import Table
from traffic.planning.billing_months import LAST_FIRST_DAY


class Bill(Table):
    """A table ``[[bill]]``: what is billed by its 95th percentile."""

    name: str = Field(min_length=1)
    in_: SeriesId | None = Field(default=None, alias="in")
    out: SeriesId | None = None
    method: Literal["in", "out", "max", "aggregate"] | None = None
    commitment: Quantity | None = None
    time_zone: TimeZone | None = None
    begins_on: int = Field(default=1, ge=1, strict=True)

    @model_validator(mode="after")
    def _check(self) -> Bill:
        if not self.directions:
            raise ValueError('a bill counts a series; add in = "<source>/<label>", out, or both')
        if self.in_ == self.out:
            raise ValueError(f"in and out are both {self.in_!r}; name two series, or remove one of the keys")
        if self.begins_on > LAST_FIRST_DAY:
            raise ValueError(f"begins_on = {self.begins_on}: not every month has that day; write 1 to 28")
        needed = {"in": {"in"}, "out": {"out"}, "max": {"in", "out"}, "aggregate": {"in", "out"}}
        absent = needed.get(self.method or "", set()) - self.directions.keys()
        if absent:
            key = min(absent)
            raise ValueError(
                f'method = "{self.method}" counts the series of {key}; add {key} = "<source>/<label>"'
            )
        return self

    @property
    def directions(self) -> dict[Literal["in", "out"], str]:
        """The series by direction, those that are named."""
        named: dict[Literal["in", "out"], str] = {}
        if self.in_ is not None:
            named["in"] = self.in_
        if self.out is not None:
            named["out"] = self.out
        return named

    @property
    def billed_method(self) -> Literal["in", "out", "max", "aggregate"]:
        """The method that is paid by: the larger of two percentiles, unless it is said or there is one."""
        if self.method is not None:
            return self.method
        return "max" if len(self.directions) == 2 else next(iter(self.directions))
