"""Metrics in JSON: AWS CloudWatch's GetMetricData, Prometheus's range query, Zabbix's history.

Which of them a file is shows in its own keys. A record is a data point.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import zip_longest
from typing import Any

from traffic.parsing.export.data_points import DataPoints, refuse_long
from traffic.parsing.export.layout import ExportLayout, ParsedExport, RefusedExportError

_ABSENT = object()
# What Prometheus answers has neither a name nor labels where a query sums them away.
UNNAMED = "value"
_KNOWN = "AWS GetMetricData, a Prometheus range query or Zabbix history.get"


def read_metrics_json(content: bytes, layout: ExportLayout) -> ParsedExport:
    """Read metrics in JSON.

    Parameters
    ----------
    content : bytes
        The whole file.
    layout : ExportLayout
        Of which the zone, the unit and the label of a series without a name hold: such a file says itself
        what its parts are.

    Returns
    -------
    ParsedExport
        Every data point is counted once; ``lines_read`` is None.

    Raises
    ------
    RefusedExportError
        If the content is longer than 64 MiB, no JSON, or none of the known kinds.
    """
    refuse_long(content, "JSON")
    try:
        # Numbers stay as they are written: an int of many figures would raise, and a float be rounded.
        answer = json.loads(content, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise RefusedExportError(f"it cannot be read as JSON ({error})") from error
    if isinstance(answer, dict) and isinstance(answer.get("MetricDataResults"), list):
        return _cloudwatch(answer).read(layout)
    if isinstance(answer, dict) and answer.get("status") == "error":
        raise RefusedExportError(f"Prometheus answered with an error: {str(answer.get('error'))[:200]}")
    if isinstance(answer, dict) and isinstance(answer.get("data"), dict):
        return _prometheus(answer, layout.label or UNNAMED).read(layout)
    history = answer.get("result") if isinstance(answer, dict) else answer
    if isinstance(history, list) and any(_is_zabbix(point) for point in history):
        return _zabbix(history).read(layout)
    raise RefusedExportError(f"it is JSON, but not {_KNOWN}")


def _cloudwatch(answer: dict[str, Any]) -> DataPoints:
    points = DataPoints("CloudWatch JSON")
    results = [result for result in answer["MetricDataResults"] if isinstance(result, dict)]
    labels = Counter(str(result.get("Label")) for result in results)
    for result in results:
        label = str(result.get("Label") or "")
        if not label or labels[label] > 1:
            label = str(result.get("Id") or label)
        if result.get("StatusCode") not in (None, "Complete"):
            points.notes.append(
                f"{label!r} is {str(result['StatusCode'])[:40]}, so that points may be missing"
            )
        times, values = _list(result.get("Timestamps")), _list(result.get("Values"))
        for time, value in zip_longest(times, values, fillvalue=_ABSENT):
            if _ABSENT in (time, value):
                points.reject(
                    "a timestamp without a value, or the reverse", value if time is _ABSENT else time
                )
            else:
                points.add(time, {label: value})
    if answer.get("NextToken"):
        points.notes.append("the answer was cut into pages, and this is not the last")
    return points


def _prometheus(answer: dict[str, Any], unnamed: str) -> DataPoints:
    points = DataPoints("Prometheus JSON")
    data = answer["data"]
    if data.get("resultType") != "matrix":
        raise RefusedExportError(
            f"it is a Prometheus {str(data.get('resultType'))[:40]}, and no answer of a range query (matrix)"
        )
    for result in _list(data.get("result")):
        if not isinstance(result, dict):
            points.reject("not a series of a Prometheus matrix", json.dumps(result))
            continue
        label = _selector(result.get("metric")) or unnamed
        for point in _list(result.get("values")):
            if isinstance(point, list) and len(point) == 2:
                points.add(point[0], {label: point[1]})
            else:
                points.reject("not a pair of a time and a value", json.dumps(point))
        if result.get("histograms"):
            points.notes.append(f"the histograms of {label[:80]!r} are left out")
    return points


def _selector(metric: object) -> str:
    """Write a metric as Prometheus does: its name, and its labels in braces in order."""
    labels = dict(metric) if isinstance(metric, dict) else {}
    name = str(labels.pop("__name__", ""))
    inside = ", ".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
    return f"{name}{{{inside}}}" if inside else name


def _zabbix(history: list[Any]) -> DataPoints:
    points = DataPoints("Zabbix JSON")
    for point in history:
        if _is_zabbix(point):
            # The nanoseconds beside the clock are when the value arrived, which no step has.
            points.add(point["clock"], {str(point["itemid"]): point["value"]})
        else:
            points.reject("not a Zabbix history value (itemid, clock, value)", json.dumps(point))
    return points


def _is_zabbix(point: object) -> bool:
    return isinstance(point, dict) and {"itemid", "clock", "value"} <= point.keys()


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
