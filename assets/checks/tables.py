"""Claims about whole tables: they meet their suite, they have no unmarked gap, the ledger adds up."""

import dagster as dg
import polars as pl

from assets.charts import preview_markdown
from assets.decayed_champions import decayed_champions
from assets.quality import SUITES, TABLE, newest_results
from assets.table_specs import key_of
from warehouse import Warehouse

_UNMARKED_GAPS = """
    SELECT series_id,
        1 + date_diff('second', min(at_utc), max(at_utc)) // any_value(step_seconds) - count(*) AS gaps
    FROM series.observations JOIN series.catalog USING (series_id)
    GROUP BY series_id HAVING gaps <> 0 ORDER BY series_id
"""
_WRONG_SUMS = """
    SELECT file.source, file.path
    FROM raw.ingested_files AS file
    LEFT JOIN (
        SELECT source, file_id, count(*) AS rejected FROM raw.rejected_lines GROUP BY ALL
    ) AS lines USING (source, file_id)
    WHERE status IN ('loaded', 'growth') AND (
        lines_read <> lines_skipped + records_read
        OR records_read <> records_loaded + records_rejected + records_duplicate
        OR records_rejected <> coalesce(rejected, 0)
    )
"""
_WITHOUT_CANDIDATE = """
    SELECT series_id, p, d, q FROM models.constant_volatility AS fitted
    WHERE is_selected AND status = 'ok'
        AND issued_at_utc = (SELECT max(issued_at_utc) FROM models.constant_volatility)
        AND NOT EXISTS (
            FROM models.order_candidates AS candidate
            WHERE candidate.is_selected AND candidate.is_admissible
                AND (candidate.series_id, candidate.issued_at_utc) = (fitted.series_id, fitted.issued_at_utc)
                AND (candidate.p, candidate.d, candidate.q) = (fitted.p, fitted.d, fitted.q)
        )
"""
_WRONG_STEPS = """
    SELECT series_id, period_steps, estimated_period_steps, verdict
    FROM models.periodic JOIN diagnostics.periodicity_tests AS tests USING (series_id, issued_at_utc)
    WHERE test = 'period' AND issued_at_utc = (SELECT max(issued_at_utc) FROM models.periodic)
        AND period_verdict IN ('clock_drift', 'step_wrong', 'samples_dropped', 'clock_change')
    ORDER BY series_id
"""


class CheckCouldNotRunError(RuntimeError):
    """An expectation could not be judged: that says nothing about the data."""


@dg.asset_check(
    asset=key_of("series.observations"),
    name="observations_have_no_unmarked_gap",
    description="Each series has a row at every step from its first to its last; a missing value is marked.",
)
def observations_have_no_unmarked_gap(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """Count the rows of each series against the steps of its span; the suite judges the spacing itself."""
    return _empty(warehouse.query(_UNMARKED_GAPS), "series with a gap that no row marks")


@dg.asset_check(
    asset=key_of("raw.ingested_files"),
    name="ledger_accounts_for_every_line",
    description="Lines read are skipped or records; records are loaded, rejected or duplicate, none lost.",
)
def ledger_accounts_for_every_line(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """Add the ledger up against itself and against the rejected lines."""
    return _empty(warehouse.query(_WRONG_SUMS), "files whose sums do not hold")


@dg.asset_check(
    asset=key_of("models.constant_volatility"),
    name="selected_orders_stand_among_their_candidates",
    description="The order fitted in the newest night is the one that its table of candidates selects.",
    additional_deps=[key_of("models.order_candidates")],
)
def selected_orders_stand_among_their_candidates(
    warehouse: dg.ResourceParam[Warehouse],
) -> dg.AssetCheckResult:
    """Look every selected order up among the admissible candidates of its series."""
    return _empty(warehouse.query(_WITHOUT_CANDIDATE), "selected orders that no candidate explains")


@dg.asset_check(
    asset=key_of("models.periodic"),
    name="stated_steps_agree_with_the_day",
    description="The day of each series is as long as its stated step makes it: no wrong label or clock.",
    additional_deps=[key_of("diagnostics.periodicity_tests")],
)
def stated_steps_agree_with_the_day(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """List the series whose record contradicts their step in the newest night."""
    # The record may be odd and all else right: the night is done.
    return _empty(
        warehouse.query(_WRONG_STEPS),
        "series whose day is not as long as their step makes it",
        dg.AssetCheckSeverity.WARN,
    )


@dg.asset_check(
    asset=key_of("forecasts.scores"),
    name="champions_have_not_decayed",
    description="Over the last scored days no champion erred more than the seasonal naive that it beat in "
    "its backtest, nor much more than in the days before.",
    additional_deps=[key_of("models.champions")],
)
def champions_have_not_decayed(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """List the champions of the newest night whose forecasts decay, with the figures."""
    night = warehouse.query("SELECT max(issued_at_utc) AS night FROM models.champions")["night"].item()
    # The traffic may have changed and all else be right: the night is done.
    return _empty(
        pl.DataFrame() if night is None else decayed_champions(warehouse.query, night),
        "champions whose forecasts have become worse",
        dg.AssetCheckSeverity.WARN,
    )


def suite_checks() -> list[dg.AssetChecksDefinition]:
    """Return one check for each suite, named after its table."""
    return [_suite_check(suite.table_name) for suite in SUITES]


def _suite_check(table: str) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=key_of(table),
        name=f"{table.split('.')[1]}_meet_their_expectations",
        description=f"The suite of {table} in Great Expectations holds for what the last night judged.",
        additional_deps=[key_of(TABLE)],
    )
    def check(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
        results = newest_results(warehouse, table)
        errors = results.filter("is_error")
        if errors.height:
            raise CheckCouldNotRunError(f"{errors['expectation'][0]}: {errors['details'][0]}")
        failed = results.filter(~pl.col("success"))
        shown = ("source", "expectation", "column_name", "observed")
        return dg.AssetCheckResult(
            passed=failed.is_empty(),
            description=f"{results.height} expectations judged, {failed.height} failed",
            metadata={
                "results": dg.MetadataValue.md(
                    preview_markdown((failed if failed.height else results).select(shown))
                )
            },
        )

    return check


def _empty(
    found: pl.DataFrame, what: str, severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=found.is_empty(),
        severity=severity,
        description=f"{found.height} {what}",
        metadata={"found": dg.MetadataValue.md(preview_markdown(found))} if found.height else {},
    )
