"""Ready-made mappings: what sources.toml need not say of exports that a well-known program has written.

Which document or file each was tried on is in ``docs/export_formats.md``; the keys are ``[[export]]``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from traffic.parsing.export.times import OLE_UTC

Preset = Literal["aws_cloudwatch", "grafana", "prometheus", "prtg", "rrd", "zabbix"]
# Files of data points name their series themselves; the columns are what such points are called here.
_DATA_POINTS = {"shape": "long", "time_column": "time", "series_column": "series", "value_column": "value"}
PRESETS: Mapping[Preset, Mapping[str, object]] = {
    "aws_cloudwatch": {"shape": "single", "time_column": "timestamp", "value_column": "value"},
    "grafana": {"shape": "wide", "time_column": "Time"},
    "prometheus": {"format": "json", **_DATA_POINTS},
    "prtg": {"shape": "wide", "time_column": "Date Time(RAW)", "time_formats": [OLE_UTC]},
    "rrd": {"format": "xml", **_DATA_POINTS},
    "zabbix": {"format": "json", **_DATA_POINTS},
}
_OF_THE_SHAPE = ("value_column", "series_column")


def with_preset(keys: Mapping[str, object]) -> dict[str, object]:
    """Fill in what a preset says; the table's own keys win.

    Parameters
    ----------
    keys : mapping
        A table ``[[export]]`` as sources.toml has it; without a preset that is known it stays as it is.

    Returns
    -------
    dict
        The keys of the preset and of the table. With another shape the preset's value columns do not hold.
    """
    preset = next((PRESETS[name] for name in PRESETS if name == keys.get("preset")), {})
    if keys.get("shape", preset.get("shape")) != preset.get("shape"):
        preset = {key: value for key, value in preset.items() if key not in _OF_THE_SHAPE}
    return {**preset, **keys}
