"""Providers' traffic exports: from the content of a file to samples with their time, value and series.

``layout`` says what an export is; ``csv_lines`` splits text into cells; ``times``, ``values`` and
``header_units`` read cells; ``records`` accounts for each of them. Files' places and tables are elsewhere.
"""

from traffic.parsing.export.layout import (
    DEFAULT_TIME_FORMATS,
    REJECTED_SCHEMA,
    SAMPLE_SCHEMA,
    ExportLayout,
    ParsedExport,
    RefusedExportError,
)
from traffic.parsing.export.records import parse_export
from traffic.parsing.export.values import MISSING_WORDS

__all__ = [
    "DEFAULT_TIME_FORMATS",
    "MISSING_WORDS",
    "REJECTED_SCHEMA",
    "SAMPLE_SCHEMA",
    "ExportLayout",
    "ParsedExport",
    "RefusedExportError",
    "parse_export",
]
