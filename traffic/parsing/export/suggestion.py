"""What sources.toml should say of an unknown export: the keys, the reasons for them, and what is in doubt.

How it is found out is in ``recognition``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from traffic.parsing.export.layout import AUTO, Decimal, ExportLayout, Form, Shape
from traffic.parsing.export.presets import PRESETS, Preset
from traffic.parsing.quantity import UNKNOWN_UNIT


@dataclass(frozen=True)
class Suggestion:
    """What a table ``[[export]]`` should say of a file; a value of None or () is one that it need not say.

    Parameters
    ----------
    form : str
        What the file is written as.
    preset : str or None
        The ready-made mapping that fits.
    shape, time_column, time_formats, hour_column, columns, series_column, value_column
        As the keys of the same names.
    separator, decimal, unit
        As the keys of the same names.
    step_seconds : int or None
        The most frequent spacing of a series' times.
    reasons, doubts : tuple of str
        Sentences on why, and on what a person has to settle.
    """

    form: Form
    shape: Shape
    time_column: str
    preset: Preset | None = None
    time_formats: tuple[str, ...] = ()
    hour_column: str | None = None
    columns: tuple[str, ...] = ()
    series_column: str | None = None
    value_column: str | None = None
    separator: str | None = None
    decimal: Decimal | None = None
    unit: str | None = None
    step_seconds: int | None = None
    reasons: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def keys(self) -> dict[str, object]:
        """Return the keys of ``[[export]]`` that the file needs, but name, files, capacity and time_zone."""
        said = {
            "preset": self.preset,
            "shape": self.shape,
            "time_column": self.time_column,
            "time_formats": list(self.time_formats),
            "hour_column": self.hour_column,
            "columns": list(self.columns),
            "series_column": self.series_column,
            "value_column": self.value_column,
            "separator": self.separator,
            "decimal": self.decimal,
            "unit": self.unit,
            "step": None if self.step_seconds is None else _duration(self.step_seconds),
        }
        known = PRESETS[self.preset] if self.preset else {}
        return {key: value for key, value in said.items() if value and known.get(key) != value}

    def layout(self, label: str, time_zone: str = "UTC") -> ExportLayout:
        """Return the layout to read the file with, to show its first rows.

        Parameters
        ----------
        label : str
            Names the series of a single export.
        time_zone : str
            IANA name of the zone of times without an offset.
        """
        layout = ExportLayout(
            shape=self.shape,
            time_column=self.time_column,
            time_zone=time_zone,
            value_columns=(self.value_column,) if self.value_column else self.columns,
            series_column=self.series_column,
            label=label if self.shape == "single" else None,
            separator=self.separator or AUTO,
            decimal=self.decimal or "auto",
            hour_column=self.hour_column,
            unit=self.unit or UNKNOWN_UNIT,
        )
        return replace(layout, time_formats=self.time_formats or layout.time_formats)


def _duration(seconds: int) -> str:
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
