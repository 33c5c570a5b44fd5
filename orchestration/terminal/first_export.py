"""The first file of an export, read as ``sources.toml`` says before a night does: its series, or a fault.

A file that no entry names yet is ``guess``'s.
"""

from __future__ import annotations

from dataclasses import dataclass

from assets.export_source import Export
from assets.landing import LandingFile
from assets.printable import printable
from orchestration.terminal.guess import LOOKED_AT_BYTES, WHOLE_BYTES, beginning_of
from traffic.parsing.content import UnreadableContentError
from traffic.parsing.export import RefusedExportError
from traffic.parsing.export.reading import content_form, read_export


@dataclass(frozen=True)
class Trial:
    """What became of the first file.

    Parameters
    ----------
    labels : tuple of str
        Names of the series within the source; none where one file does not tell them all.
    fault : str or None
        Why a night would refuse the file, or reject each of its records.
    """

    labels: tuple[str, ...] = ()
    fault: str | None = None


def try_export(source: Export, files: list[LandingFile]) -> Trial:
    """Read the beginning of the first file as a night would read it.

    Parameters
    ----------
    source : Export
        How it is read.
    files : list of LandingFile
        The source's files, at least one.
    """
    first = files[0]
    if first.refusal is not None:
        return Trial(fault=first.refusal)
    try:
        content = beginning_of(first.path, LOOKED_AT_BYTES)
        if content_form(content) != "csv":  # only of text is a part enough
            content = beginning_of(first.path, WHOLE_BYTES)
        parsed = read_export([content], source.layout(first.stem))
    except (RefusedExportError, UnreadableContentError, OSError) as error:
        return Trial(fault=printable(str(error)))
    if parsed.samples.is_empty() and parsed.rejected.height:
        number, reason, _ = parsed.rejected.row(0)
        return Trial(fault=f"line {number}: {printable(reason)}")
    if source.shape == "single":
        return Trial(tuple(source.series or file.stem for file in files))
    # The records of a long export name its series: what follows may bring others.
    return Trial(tuple(parsed.samples["label"].unique().sort()) if source.shape == "wide" else ())
