"""What RRDtool writes as XML: the rows of ``rrdtool xport``, and the finest archive of ``rrdtool dump``.

A record is a row. A row's time stands as RRDtool gives it: the end of the interval that its values hold for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from traffic.parsing.export.data_points import DataPoints, refuse_long
from traffic.parsing.export.layout import ExportLayout, ParsedExport, RefusedExportError


def read_rrd_xml(content: bytes, layout: ExportLayout) -> ParsedExport:
    """Read RRDtool's XML.

    Parameters
    ----------
    content : bytes
        The whole file.
    layout : ExportLayout
        Of which the unit holds: such a file says itself what its parts are.

    Returns
    -------
    ParsedExport
        Every row is counted once; ``lines_read`` is None. Of a dump the archive with the shortest step is
        read, of averages if there is one.

    Raises
    ------
    RefusedExportError
        If the content is longer than 64 MiB, no XML, declares entities, or is none of the two.
    """
    refuse_long(content, "XML")
    try:
        root: Element = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise RefusedExportError(f"it cannot be read as XML ({error})") from error
    if root.tag == "xport":
        return _xport(root).read(layout)
    if root.tag == "rrd":
        return _dump(root).read(layout)
    raise RefusedExportError(f"it is XML of {root.tag[:40]!r}, and neither rrdtool xport nor rrdtool dump")


def _xport(root: Element) -> DataPoints:
    points = DataPoints("RRD xport")
    labels = [(entry.text or "").strip() for entry in root.findall("./meta/legend/entry")]
    start, step = _whole(root, "./meta/start"), _whole(root, "./meta/step")
    labels = _distinct(labels)
    for place, row in enumerate(root.findall("./data/row")):
        values = [cell.text for cell in row if cell.tag.startswith("v")]
        time = row.findtext("t")
        if time is None and start is not None and step is not None:  # written without --showtime
            time = str(start + place * step)
        _add(points, time, labels, values)
    return points


def _dump(root: Element) -> DataPoints:
    points = DataPoints("RRD dump")
    step, updated = _whole(root, "./step"), _whole(root, "./lastupdate")
    if step is None or step <= 0 or updated is None:
        raise RefusedExportError("it is an RRD dump without step or lastupdate")
    archives = [(archive, _whole(archive, "./pdp_per_row") or 0) for archive in root.findall("./rra")]
    archives = [(archive, steps) for archive, steps in archives if steps > 0]
    averages = [one for one in archives if (one[0].findtext("./cf") or "").strip() == "AVERAGE"]
    if not archives:
        raise RefusedExportError("it is an RRD dump without an archive")
    archive, steps = min(averages or archives, key=lambda one: one[1])
    rows = archive.findall("./database/row")
    seconds = step * steps
    last = updated - updated % seconds
    points.told.append(f"{(archive.findtext('./cf') or '').strip()} of {seconds} s")
    labels = _distinct([(name.text or "").strip() for name in root.findall("./ds/name")])
    for place, row in enumerate(rows):
        _add(
            points,
            str(last - (len(rows) - 1 - place) * seconds),
            labels,
            [cell.text for cell in row.findall("v")],
        )
    return points


def _add(points: DataPoints, time: str | None, labels: list[str], values: list[str | None]) -> None:
    if len(values) != len(labels) or not labels:
        points.reject(
            f"{len(values)} values where the header names {len(labels)}", ", ".join(map(str, values))
        )
    else:
        stripped: Iterable[Any] = (value.strip() if value else value for value in values)
        points.add(time and time.strip(), dict(zip(labels, stripped, strict=True)))


def _distinct(labels: list[str]) -> list[str]:
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise RefusedExportError(f"the series {twice[0]!r} stands more than once in its header")
    return labels


def _whole(element: Element, path: str) -> int | None:
    text = (element.findtext(path) or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
