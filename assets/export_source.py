"""The table ``[[export]]`` of ``sources.toml``: a provider's traffic exports, and how they are read.

What a cell means is ``traffic.parsing.export``'s; what a key may hold, ``source_keys``'s.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from assets.source_keys import Name, Seconds, Separator, Size, TimeFormats, TimeZone, Unit
from assets.source_table import SourceTable
from traffic.parsing.export import DEFAULT_TIME_FORMATS, ExportLayout
from traffic.parsing.export.layout import AUTO, HEADER_UNIT, Decimal, Form, Measures, Shape
from traffic.parsing.export.presets import Preset, with_preset
from traffic.parsing.quantity import UNKNOWN_UNIT, is_rate, size_bytes

_EXAMPLES = {"rate": "bit/s", "volume": "byte", "counter": "byte"}


class Export(SourceTable):
    """A table ``[[export]]``: the traffic exports of one provider."""

    kind: Literal["export"] = "export"
    max_size: Size = size_bytes("256 MiB")  # an export is held in memory, several times over
    preset: Preset | None = None
    format: Form = "auto"
    shape: Shape
    time_column: str
    time_formats: TimeFormats = DEFAULT_TIME_FORMATS
    time_zone: TimeZone
    hour_column: str | None = None
    first_hour: Literal[0, 1] | None = None
    columns: tuple[str, ...] = ()
    series_column: str | None = None
    value_column: str | None = None
    series: Name | None = None
    separator: Separator = AUTO
    decimal: Decimal = "auto"
    unit: Unit = UNKNOWN_UNIT
    measures: Measures | None = None
    counter_bits: Literal[32, 64] | None = None
    step: Seconds

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, keys: Any) -> Any:
        return with_preset(keys) if isinstance(keys, dict) else keys

    @model_validator(mode="after")
    def _check(self) -> Export:
        self._check_columns()
        self._check_measures()
        if self.unit != HEADER_UNIT:  # which only the files tell
            self._check_capacity(self.unit, self.step)
        return self

    def _check_columns(self) -> None:
        allowed = {"wide": {"columns"}, "long": {"series_column", "value_column"}}
        allowed["single"] = {"value_column", "series"}
        for key in ("columns", "series_column", "value_column", "series"):
            if getattr(self, key) and key not in allowed[self.shape]:
                raise ValueError(f'{key} does not belong to shape = "{self.shape}"; remove it')
        for key in sorted(allowed[self.shape] - {"columns", "series"}):
            if not getattr(self, key):
                raise ValueError(f'shape = "{self.shape}" needs {key} = "<a column of the file>"')
        if self.preset == "prtg" and not self.columns:
            raise ValueError(
                'preset = "prtg" needs columns = ["Traffic In (speed)(RAW)", …]: beside its raw values the '
                "file holds the same ones with their units as text"
            )
        named = [self.time_column, self.hour_column, *self.columns, self.series_column, self.value_column]
        twice = [name for name in named if name and named.count(name) > 1]
        if twice:
            raise ValueError(f"the column {twice[0]!r} is named twice; a column holds one thing")
        if self.first_hour is not None and self.hour_column is None:
            raise ValueError("first_hour does not belong to an export without hour_column; remove it")

    def _check_measures(self) -> None:
        if self.counter_bits is not None and self.measures != "counter":
            raise ValueError('counter_bits belongs to measures = "counter"; write that, or remove it')
        if self.measures is None or self.unit in (UNKNOWN_UNIT, HEADER_UNIT):
            return
        if is_rate(self.unit) != (self.measures == "rate"):
            raise ValueError(
                f'measures = "{self.measures}" does not go with unit = "{self.unit}"; write a unit such as '
                f"'{_EXAMPLES[self.measures]}', or other measures"
            )

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
            label=(self.series or stem) if self.shape == "single" else None,
            separator=self.separator,
            decimal=self.decimal,
            hour_column=self.hour_column,
            first_hour=self.first_hour,
            unit=self.unit,
            measures=self.measures,
            form=self.format,
        )
