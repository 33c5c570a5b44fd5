"""Claims about what one table says of itself: each is a query for the rows that contradict it.

A claim that needs more than a query is a function in ``tables``.
"""

from dataclasses import dataclass

import dagster as dg

from assets.charts import preview_markdown
from assets.table_specs import key_of
from warehouse import Warehouse, declaration

_SHOWN = 100


@dataclass(frozen=True)
class _Claim:
    """A claim, and the query whose rows contradict it; ``{newest}`` is the table's newest night."""

    table: str
    name: str
    description: str
    contradicting: str
    others: tuple[str, ...] = ()


def claim_checks() -> list[dg.AssetChecksDefinition]:
    """Return a check for each claim, among them one for each table whose writer keeps its key."""
    return [_check(claim) for claim in (*_CLAIMS, *map(_kept_key, _KEPT_BY_WRITER))]


def _within(table: str, name: str, what: str, value: str, lower: str, upper: str) -> _Claim:
    key = "series_id, issued_at_utc" if "peaks" not in table else "series_id, local_date"
    newest = "" if "peaks" in table else "WHERE issued_at_utc = {newest}"
    return _Claim(
        table,
        name,
        f"{what} lies within its 95 % interval.",
        f"SELECT {key}, {value}, {lower}, {upper} FROM (FROM {table} {newest}) WHERE isfinite({value}) "
        f"AND isfinite({lower}) AND isfinite({upper}) AND NOT {value} BETWEEN {lower} AND {upper}",
    )


def _probabilities(table: str, *key: str) -> _Claim:
    return _Claim(
        table,
        "p_values_are_probabilities",
        "Every p-value of the newest night lies between 0 and 1, and every test says what it found.",
        f"SELECT series_id, {', '.join(key)}, p_value, verdict FROM {table} WHERE issued_at_utc = {{newest}} "
        "AND (NOT coalesce(p_value, 0) BETWEEN 0 AND 1 OR coalesce(trim(verdict), '') = '')",
    )


def _kept_key(table: str) -> _Claim:
    key = ", ".join(f'"{name}"' for name in declaration(table).kept_key)
    return _Claim(
        table,
        "each_key_stands_once",
        "No key stands twice in the newest night; the table has no index that would see to it.",
        f"SELECT {key}, count(*) AS rows FROM {table} WHERE issued_at_utc = {{newest}} "
        f"GROUP BY {key} HAVING count(*) > 1",
    )


_KEPT_BY_WRITER = (
    "models.periodic_components",
    "diagnostics.ensemble_correlation",
    "diagnostics.continuous_correlation",
    "diagnostics.density",
    "forecasts.points",
    "planning.congestion",
)
_CLAIMS = (
    _Claim(
        "planning.reliability",
        "bands_are_ordered",
        "Every share that happened and both ends of its band lie between 0 and 1, the lower end first.",
        'SELECT issued_at_utc, "window", bin_left, share_happened, lower_95, upper_95 '
        "FROM planning.reliability WHERE issued_at_utc = {newest} AND n_forecasts > 0 "
        "AND NOT (0 <= lower_95 AND lower_95 <= upper_95 AND upper_95 <= 1 "
        "AND share_happened BETWEEN 0 AND 1)",
    ),
    _Claim(
        "planning.outlook",
        "what_is_missing_has_a_reason",
        "An outlook of the newest night without a busy hour says why.",
        "SELECT series_id FROM planning.outlook WHERE issued_at_utc = {newest} "
        "AND busy_hour_local IS NULL AND coalesce(trim(reason), '') = ''",
    ),
    _Claim(
        "planning.runouts",
        "probabilities_add_up",
        "The weeks' probabilities of the newest night add up to that of the last week's end, 1 at most.",
        "SELECT series_id, threshold, sum(probability_first) AS total, max(probability_by_end) AS by_end "
        "FROM planning.runouts WHERE issued_at_utc = {newest} GROUP BY ALL "
        "HAVING abs(sum(probability_first) - max(probability_by_end)) > 1e-6",
    ),
    _Claim(
        "alerts.events",
        "events_say_what_happened",
        "Every event has a subject and a sentence.",
        "SELECT event_id, rule FROM alerts.events WHERE trim(subject) = '' OR trim(sentence) = ''",
    ),
    _Claim(
        "alerts.deliveries",
        "deliveries_belong_to_events",
        "Every delivery is that of an event that is known.",
        "SELECT event_id, channel FROM alerts.deliveries AS delivery "
        "WHERE NOT EXISTS (FROM alerts.events AS event WHERE event.event_id = delivery.event_id)",
        ("alerts.events",),
    ),
    _Claim(
        "alerts.evaluations",
        "what_held_became_an_event",
        "Of what held in the newest night that was judged none lacks its event.",
        "SELECT issued_at_utc, n_held FROM alerts.evaluations AS night WHERE issued_at_utc = {newest} "
        "AND n_held > (SELECT count(*) FROM alerts.events WHERE last_issued_at_utc >= night.issued_at_utc)",
        ("alerts.events",),
    ),
    _Claim(
        "forecasts.scores",
        "each_key_stands_once",
        "No key stands twice in the newest day of scores; the table has no index that would see to it.",
        "SELECT series_id, model, issued_at_utc, step_seconds, target_utc, count(*) AS rows "
        "FROM forecasts.scores "
        "WHERE target_utc > (SELECT max(target_utc) FROM forecasts.scores) - INTERVAL 1 DAY "
        "GROUP BY ALL HAVING count(*) > 1",
    ),
    _Claim(
        "raw.rejected_lines",
        "every_rejected_line_has_a_file_and_a_reason",
        "Each rejected line belongs to a file of the ledger and says why it was left out.",
        "SELECT lines.* FROM raw.rejected_lines AS lines "
        "WHERE coalesce(trim(reason), '') = '' OR NOT EXISTS (FROM raw.ingested_files AS file "
        "WHERE (file.source, file.file_id) = (lines.source, lines.file_id))",
        ("raw.ingested_files",),
    ),
    _Claim(
        "series.day_ensemble",
        "days_hold_every_observation",
        "The days of a series have as many steps as its observations: none was lost in putting them by day.",
        "SELECT series_id, steps, in_days "
        "FROM (SELECT series_id, count(*) AS steps FROM series.observations GROUP BY ALL) "
        "FULL JOIN (SELECT series_id, count(*) AS in_days FROM series.day_ensemble GROUP BY ALL) "
        "USING (series_id) WHERE steps IS DISTINCT FROM in_days ORDER BY series_id",
        ("series.observations",),
    ),
    _within(
        "models.coefficients",
        "estimates_lie_in_their_intervals",
        "Every estimate of the newest night",
        "estimate",
        "lower_95",
        "upper_95",
    ),
    _Claim(
        "models.order_candidates",
        "one_order_is_selected_for_each_series",
        "Of the orders compared for a series in the newest night one is selected, and it is admissible.",
        "SELECT series_id, count(*) FILTER (is_selected) AS selected FROM models.order_candidates "
        "WHERE issued_at_utc = {newest} GROUP BY series_id "
        "HAVING count(*) FILTER (is_selected) <> 1 OR bool_or(is_selected AND NOT is_admissible)",
    ),
    _Claim(
        "models.volatility_candidates",
        "one_volatility_at_most_is_selected_for_each_series",
        "Of the volatilities compared for a series in the newest night at most one is selected.",
        "SELECT series_id, count(*) AS selected FROM models.volatility_candidates "
        "WHERE issued_at_utc = {newest} AND is_selected GROUP BY series_id HAVING count(*) > 1",
    ),
    _Claim(
        "models.variable_volatility",
        "volatilities_stand_among_their_candidates",
        "The volatility fitted in the newest night is the one that its table of candidates selects.",
        "SELECT series_id, volatility FROM models.variable_volatility AS fitted "
        "WHERE issued_at_utc = {newest} AND status = 'ok' AND NOT EXISTS ("
        "FROM models.volatility_candidates AS one WHERE one.is_selected "
        "AND (one.series_id, one.issued_at_utc, one.volatility) = "
        "(fitted.series_id, fitted.issued_at_utc, fitted.volatility))",
        ("models.volatility_candidates",),
    ),
    _within(
        "models.periodic_moments",
        "means_lie_in_their_intervals",
        "Every slot's mean of the newest night",
        "mean",
        "lower_95",
        "upper_95",
    ),
    _Claim(
        "models.backtests",
        "one_model_at_most_is_champion",
        "Of the models tried on a series, step and horizon in the newest night at most one is champion.",
        "SELECT series_id, step_seconds, horizon, count(*) AS champions FROM models.backtests "
        "WHERE issued_at_utc = {newest} AND is_champion GROUP BY ALL HAVING count(*) > 1",
    ),
    _Claim(
        "models.champions",
        "every_series_has_a_champion_or_a_reason",
        "Every series that the newest night worked on has a champion, or a sentence that says why not.",
        "SELECT series_id, champion.reason FROM models.periodic AS worked_on "
        "LEFT JOIN models.champions AS champion USING (series_id, issued_at_utc) "
        "WHERE issued_at_utc = {newest} AND coalesce(trim(champion.reason), '') = ''",
        ("models.periodic",),
    ),
    _Claim(
        "diagnostics.autocorrelation",
        "autocorrelations_lie_within_one",
        "No autocorrelation of the newest night is below -1 or above 1.",
        "SELECT series_id, stage, lag, acf FROM diagnostics.autocorrelation "
        "WHERE issued_at_utc = {newest} AND isfinite(acf) AND abs(acf) > 1 + 1e-9",
    ),
    _within(
        "diagnostics.daily_peaks",
        "phases_lie_in_their_intervals",
        "Every day's phase",
        "phase_minutes",
        "phase_lower_95",
        "phase_upper_95",
    ),
    _Claim(
        "diagnostics.residual_histogram",
        "bins_follow_each_other",
        "The bins of each histogram of the newest night adjoin: every residual is counted in one.",
        "SELECT series_id, model, bin_left, bin_right, before FROM (SELECT *, lag(bin_right) OVER "
        "(PARTITION BY series_id, model ORDER BY bin_left) AS before FROM diagnostics.residual_histogram "
        "WHERE issued_at_utc = {newest}) "
        "WHERE abs(bin_left - before) > 1e-6 * (abs(bin_left) + bin_right - bin_left)",
    ),
    _Claim(
        "diagnostics.outlier_effects",
        "no_rule_calls_nothing_an_outlier",
        "Where no rule is applied no value is an outlier, and every rule's share is one.",
        "SELECT series_id, rule, handling, n_outliers, share FROM diagnostics.outlier_effects "
        "WHERE issued_at_utc = {newest} "
        "AND ((rule = 'none' AND n_outliers > 0) OR NOT coalesce(share, 0) BETWEEN 0 AND 1)",
    ),
    _probabilities("diagnostics.residual_tests", "model", "test"),
    _probabilities("diagnostics.stationarity_tests", "stage", "test"),
    _probabilities("diagnostics.periodicity_tests", "test"),
    _Claim(
        "quality.expectations",
        "every_expectation_could_be_judged",
        "No expectation of the newest night broke instead of saying whether it is met.",
        "SELECT table_name, source, expectation, column_name, details FROM quality.expectations "
        "WHERE is_error AND run_at_utc = (SELECT max(run_at_utc) FROM quality.expectations)",
    ),
)


def _check(claim: _Claim) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=key_of(claim.table),
        name=claim.name,
        description=claim.description,
        additional_deps=[key_of(table) for table in claim.others],
    )
    def check(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
        newest = f"(SELECT max(issued_at_utc) FROM {claim.table})"
        sql = claim.contradicting.replace("{newest}", newest)
        count = warehouse.query(f"SELECT count(*) AS n FROM ({sql})")["n"].item()
        shown = warehouse.query(f"FROM ({sql}) LIMIT {_SHOWN}") if count else None
        return dg.AssetCheckResult(
            passed=not count,
            # The row may be odd and all else right: the night is done.
            severity=dg.AssetCheckSeverity.WARN,
            description=f"{count:,} rows contradict this",
            metadata={} if shown is None else {"found": dg.MetadataValue.md(preview_markdown(shown))},
        )

    return check
