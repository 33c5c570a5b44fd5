"""Runs a suite on a frame: the one place that talks to Great Expectations.

It hands over pandas frames of the needed columns in slices, and tells a check that failed from one that
could not run. What is expected belongs to the suites, what is done about it to the asset checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from assets.expectations.library import load_library
from assets.expectations.pandas_frame import to_pandas
from assets.expectations.results import (
    DETAILS_LIMIT,
    EXAMPLES,
    OBSERVED_LIMIT,
    ExpectationResult,
    describe_rows,
    describe_unexpected,
)
from assets.expectations.suite import Suite
from assets.printable import printable

SLICE_ROWS = 100_000
"""Rows handed over at a time, so that the copy in pandas stays small beside the frame."""

RESULT_FORMAT = {"result_format": "COMPLETE", "exclude_unexpected_values": True}


@dataclass(frozen=True)
class _Verdict:
    """What Great Expectations said of one slice, and what is kept of the rows that it did not expect."""

    result: Any
    examples: pl.DataFrame
    groups: frozenset[str]


def run_suite(
    suite: Suite, frames: pl.DataFrame | Iterable[pl.DataFrame], *, source: str = ""
) -> list[ExpectationResult]:
    """Judge rows by a suite.

    Nothing is raised for what is wrong with the data or with a check: both are in the results. Every
    expectation judges rows one by one (what needs several rows is derived before, over a whole frame), so
    the slices in which a large frame is handed over do not change a result.

    Parameters
    ----------
    suite : Suite
        What is expected.
    frames : polars.DataFrame or iterable of polars.DataFrame
        Rows of the suite's table, in any order; may be empty, may have further columns. Of several frames,
        one is held at a time, and no two have a key in common.
    source : str
        Source or series that the rows belong to, repeated in the results; ``''`` for all.

    Returns
    -------
    list of ExpectationResult
        One per expectation, in the suite's order. If the expectations themselves cannot be built, a single
        error in the name of the suite.
    """
    try:
        expectations = suite.expectations()
    except Exception as error:
        return [_error(suite, source, "", "", _sentence(error))]
    configurations = [expectation.configuration for expectation in expectations]
    try:
        verdicts = _validate(suite, expectations, [frames] if isinstance(frames, pl.DataFrame) else frames)
    except Exception as error:
        return [_error(suite, source, c.type, _columns(c.kwargs), _sentence(error)) for c in configurations]
    return [
        _result(suite, source, configuration, found)
        for configuration, found in zip(configurations, verdicts, strict=True)
    ]


def _validate(
    suite: Suite, expectations: Sequence[Any], frames: Iterable[pl.DataFrame]
) -> list[list[_Verdict]]:
    """Validate slice by slice; the verdicts of each expectation."""
    gx = load_library()
    for position, expectation in enumerate(expectations):
        # Results come back in another order than asked for, and this comes back with them.
        expectation.meta = {"position": position}
    of_library = gx.ExpectationSuite(name="expectations", expectations=list(expectations))
    batches = _quiet_context(gx).data_sources.add_pandas("frames").add_dataframe_asset("frame")
    definition = batches.add_batch_definition_whole_dataframe("slice")
    verdicts: list[list[_Verdict]] = [[] for _ in expectations]
    for frame in frames:
        for rows in _slices(suite.prepare(frame)):
            batch = definition.get_batch(batch_parameters={"dataframe": to_pandas(rows)})
            for result in batch.validate(of_library, result_format=RESULT_FORMAT).results:
                verdicts[result.expectation_config.meta["position"]].append(_verdict(suite, result, rows))
    return verdicts


def _verdict(suite: Suite, result: Any, rows: pl.DataFrame) -> _Verdict:
    unexpected = rows[result.result.get("unexpected_index_list") or []]
    return _Verdict(result, unexpected.head(EXAMPLES), frozenset(_groups(unexpected, suite.grouped_by)))


def _quiet_context(gx: Any) -> Any:
    """Return a context in memory: no project folder, no usage reports, no progress bars."""
    base = gx.data_context.types.base
    configuration = base.DataContextConfig(
        # Else every context makes a folder for pages that are never written, and removes it again.
        store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=base.ProgressBarsConfig(globally=False),
    )
    return gx.get_context(mode="ephemeral", project_config=configuration)


def _slices(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut a frame into slices; an empty frame is one slice."""
    for first_row in range(0, max(frame.height, 1), SLICE_ROWS):
        yield frame.slice(first_row, SLICE_ROWS)


def _result(suite: Suite, source: str, configuration: Any, verdicts: list[_Verdict]) -> ExpectationResult:
    """Join what the slices said of one expectation."""
    column = _columns(configuration.kwargs)
    message = _error_message([verdict.result for verdict in verdicts])
    if message is not None:
        expression = suite.derivations.get(column)
        if expression is not None:
            names = ", ".join(dict.fromkeys(expression.meta.root_names()))
            message = f"{message} ({column} is derived from {names})"
        return _error(suite, source, configuration.type, column, message)
    success = _success(configuration, [verdict.result for verdict in verdicts])
    examples = [verdict.examples for verdict in verdicts if verdict.examples.height]
    rows = pl.concat(examples).head(EXAMPLES) if examples else pl.DataFrame()
    details = configuration.description or ""
    faulty: frozenset[str] = frozenset()
    if not success and rows.height:
        key = [name for name in suite.key if name in rows.columns]
        details = f"{details}; not so at {describe_rows(rows.select(key))}"
        faulty = faulty.union(*(verdict.groups for verdict in verdicts))
    return ExpectationResult(
        suite.table_name,
        suite.name,
        configuration.type,
        column,
        success,
        False,
        _observed(column, [verdict.result.result for verdict in verdicts], rows),
        printable(details, DETAILS_LIMIT),
        source,
        tuple(sorted(faulty)),
    )


def _success(configuration: Any, results: Sequence[Any]) -> bool:
    """Whether the expectation holds over all slices: of the share of rows asked for, or of each slice."""
    mostly = configuration.kwargs.get("mostly", 1.0)
    if len(results) == 1 or mostly == 1.0:
        return all(result.success for result in results)
    unexpected, considered = _counts([result.result for result in results])
    return not considered or bool((considered - unexpected) / considered >= mostly)


def _counts(found: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Unexpected and judged rows over all slices; missing values are not judged but by their own claim."""
    unexpected = sum(part["unexpected_count"] for part in found)
    return unexpected, sum(part["element_count"] - part.get("missing_count", 0) for part in found)


def _observed(column: str, found: Sequence[Mapping[str, Any]], rows: pl.DataFrame) -> str:
    if all("unexpected_count" in part for part in found):
        unexpected, considered = _counts(found)
        examples = rows[column] if column in rows.columns else pl.Series([])
        return describe_unexpected(unexpected, considered, examples)
    value = found[0].get("observed_value")
    if isinstance(value, list):
        # Of the table's columns only the missing ones are news: further ones are allowed.
        missing = found[0].get("details", {}).get("mismatched", {}).get("missing", [])
        return printable(f"missing: {', '.join(missing) or 'none'}", OBSERVED_LIMIT)
    return printable(str(value), OBSERVED_LIMIT)


def _groups(rows: pl.DataFrame, grouped_by: str) -> list[str]:
    return (
        rows[grouped_by].drop_nulls().unique().cast(pl.String).to_list() if grouped_by in rows.columns else []
    )


def _error_message(results: Sequence[Any]) -> str | None:
    """First message of a check that could not run, None when every slice was judged."""
    if not results:
        return "Great Expectations returned no result for it"
    for result in results:
        info = result.exception_info or {}
        # An exception of the whole check lies at the top, those of its metrics one level below.
        for entry in (info, *info.values()):
            if isinstance(entry, Mapping) and entry.get("raised_exception"):
                return str(entry.get("exception_message") or "no message")
        if not result.success and not result.result:
            return "Great Expectations gave neither a verdict nor a reason"
    return None


def _columns(kwargs: Mapping[str, Any]) -> str:
    """Name the column or columns that an expectation is about; empty for the table."""
    if "column" in kwargs:
        return str(kwargs["column"])
    pair = [kwargs[name] for name in ("column_A", "column_B") if name in kwargs]
    return ",".join(kwargs.get("column_list", pair))


def _error(suite: Suite, source: str, expectation: str, column: str, message: str) -> ExpectationResult:
    return ExpectationResult(
        suite.table_name,
        suite.name,
        expectation or "suite",
        column,
        None,
        True,
        "could not run",
        printable(message, DETAILS_LIMIT),
        source,
    )


def _sentence(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
