"""The table ``[[export]]`` of ``sources.toml``: a provider's traffic exports, and how they are read."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from assets.source_keys import Name, Seconds, Separator, Size, TimeFormats, TimeZone, Unit
from assets.source_table import SourceTable
from traffic.parsing.export import DEFAULT_TIME_FORMATS, ExportLayout
from traffic.parsing.quantity import UNKNOWN_UNIT, size_bytes


class Export(SourceTable):
    """A table ``[[export]]``: the traffic exports of one provider."""

    kind: Literal["export"] = "export"
    max_size: Size = size_bytes("256 MiB")  # an export is held in memory, several times over
    shape: Literal["wide", "long", "single"]
    time_column: str
    time_formats: TimeFormats = DEFAULT_TIME_FORMATS
    time_zone: TimeZone
    columns: tuple[str, ...] = ()
    series_column: str | None = None
    value_column: str | None = None
    series: Name | None = None
    separator: Separator = ","
    unit: Unit = UNKNOWN_UNIT
    step: Seconds

    @model_validator(mode="after")
    def _check(self) -> Export:
        allowed = {"wide": {"columns"}, "long": {"series_column", "value_column"}}
        allowed["single"] = {"value_column", "series"}
        for key in ("columns", "series_column", "value_column", "series"):
            if getattr(self, key) and key not in allowed[self.shape]:
                raise ValueError(f'{key} does not belong to shape = "{self.shape}"; remove it')
        for key in sorted(allowed[self.shape] - {"columns", "series"}):
            if not getattr(self, key):
                raise ValueError(f'shape = "{self.shape}" needs {key} = "<a column of the file>"')
        named = [self.time_column, *self.columns, self.series_column, self.value_column]
        twice = [name for name in named if name and named.count(name) > 1]
        if twice:
            raise ValueError(f"the column {twice[0]!r} is named twice; a column holds one thing")
        self._check_capacity(self.unit, self.step)
        return self

    def layout(self, stem: str) -> ExportLayout:
        """Return how a file of this export is laid out.

        Parameters
        ----------
        stem : str
            The file's name without its endings, which names the series of a single export.
        """
        return ExportLayout(
            shape=self.shape,
            time_column=self.time_column,
            time_formats=self.time_formats,
            time_zone=self.time_zone,
            value_columns=self.columns if self.value_column is None else (self.value_column,),
            series_column=self.series_column,
            label=self.series or stem,
            separator=self.separator,
        )
