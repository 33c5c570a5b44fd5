"""Web-server logs: from numbered lines to requests, in every format that ``FORMATS`` names.

A line is a request, or is rejected with a reason that names the first thing wrong with it. Files and
decompression are not known here.
"""

from traffic.parsing.weblog.formats import FORMATS
from traffic.parsing.weblog.layout import Layout
from traffic.parsing.weblog.log_pattern import PATTERN_FORMAT, LogPatternError, pattern_layout
from traffic.parsing.weblog.reader import WebLogReader
from traffic.parsing.weblog.recognition import Recognition, recognise_format, share_read
from traffic.parsing.weblog.requests import REQUEST_SCHEMA, ParsedLines

__all__ = [
    "FORMATS",
    "PATTERN_FORMAT",
    "REQUEST_SCHEMA",
    "Layout",
    "LogPatternError",
    "ParsedLines",
    "Recognition",
    "WebLogReader",
    "pattern_layout",
    "recognise_format",
    "share_read",
]
