"""Which plain picture a table's page shows: the query behind it, the chart, and its words.

Tables whose picture has a form of its own (a forecast with bands, a correlogram) are drawn where the asset
is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl

from assets.nights import Night
from assets.pictures import picture
from assets.plain_charts import bars_chart, dots_chart, lines_chart, spans_chart
from warehouse import Warehouse

_DAYS_DRAWN = 14


@dataclass(frozen=True)
class _Picture:
    """One picture: the rows that it needs, and what draws them.

    A query may name ``$night``; if it returns ``series_id``, the title ends in the first one.
    """

    entry: str
    title: str
    sql: str
    draw: Callable[[pl.DataFrame, str], bytes]


def picture_of(warehouse: Warehouse, table: str, night: Night | None = None) -> dict[str, Any]:
    """Draw the plain picture of a table.

    Parameters
    ----------
    warehouse : Warehouse
        Where the table has been written.
    table : str
        Qualified name.
    night : Night, optional
        Whose rows are drawn, of a table that has nights.

    Returns
    -------
    dict of str to MetadataValue
        One entry; none if the table has no plain picture.
    """
    wanted = _PICTURES.get(table)
    if wanted is None:
        return {}

    def draw() -> bytes:
        rows = warehouse.query(wanted.sql, {"night": night.issued_at_utc} if night else {})
        of = f" {rows['series_id'][0]}" if "series_id" in rows.columns and rows.height else ""
        return wanted.draw(rows, f"{wanted.title}{of}")

    return picture(wanted.entry, wanted.title, draw)


def _loaded(table: str) -> _Picture:
    # A stamp in the future is a wrong clock's: it must not push the week out of the picture.
    newest = f"(SELECT max(at_utc) FROM {table} WHERE at_utc <= now()::TIMESTAMP)"
    return _Picture(
        "rows",
        f"{table.split('.')[1].replace('_', ' ').capitalize()} of the newest week",
        f"SELECT source AS part, date_trunc('hour', at_utc) AS x, count(*)::DOUBLE AS y FROM {table} "
        f"WHERE at_utc > {newest} - INTERVAL 7 DAY AND at_utc <= {newest} GROUP BY ALL ORDER BY ALL",
        partial(lines_chart, said="rows an hour by source", x="UTC", y="rows an hour"),
    )


def _verdicts(table: str, name: str) -> _Picture:
    return _Picture(
        "p_values",
        "Tests and what they find",
        f"SELECT {name} AS name, CASE WHEN p_value < 0.05 THEN 'p < 0.05' WHEN p_value >= 0.05 "
        f"THEN 'p at least 0.05' ELSE 'no p-value' END AS part, count(*) AS n "
        f"FROM {table} WHERE issued_at_utc = $night GROUP BY ALL ORDER BY ALL",
        partial(bars_chart, said="series by test, and how many are significant at 5 %", amount="series"),
    )


def _of_first(table: str, more: str = "true") -> str:
    """Return the condition for the night's first series that has such rows."""
    first = f"SELECT min(series_id) FROM {table} WHERE issued_at_utc = $night AND {more}"
    return f"issued_at_utc = $night AND {more} AND series_id = ({first})"


_OF_THE_MEAN = "model <> 'variable_volatility'"
_ORDER = "'(' || p || ', ' || d || ', ' || q || ')'"

_PICTURES = {
    "raw.ingested_files": _Picture(
        "files",
        "Files by source and what became of them",
        "SELECT source AS name, status AS part, count(*) AS n FROM raw.ingested_files GROUP BY ALL",
        partial(bars_chart, said="files that the ledger knows", amount="files"),
    ),
    "raw.web_requests": _loaded("raw.web_requests"),
    "raw.provider_samples": _loaded("raw.provider_samples"),
    "raw.rejected_lines": _Picture(
        "reasons",
        "Rejected lines by reason",
        # What a line says is left out of its reason: each would stand alone.
        r"""WITH reasons AS (SELECT source, regexp_replace(reason, '"[^"]*"', '"…"', 'g') AS reason
            FROM raw.rejected_lines)
        SELECT regexp_replace(reason, '\S*\d\S*( \S*\d\S*)*', '…', 'g') AS name, source AS part, count(*) AS n
        FROM reasons GROUP BY ALL""",
        partial(bars_chart, said="lines, the figures of their reasons left out", amount="lines"),
    ),
    "series.catalog": _Picture(
        "spans",
        "From when to when each series reaches",
        "SELECT series_id AS name, status AS part, first_utc, last_utc FROM series.catalog ORDER BY name",
        partial(spans_chart, said="first to last observation"),
    ),
    "series.observations": _Picture(
        "odd",
        "What is missing, flagged or impossible",
        """WITH counts AS (
            SELECT series_id AS name, count(*) AS steps,
                coalesce(cause, flag, CASE WHEN NOT is_observed THEN 'missing' END) AS part
            FROM series.observations
            SEMI JOIN (FROM series.catalog ORDER BY observed_share, series_id LIMIT 16) USING (series_id)
            GROUP BY ALL
        )
        SELECT * FROM (
            SELECT name, part, 100 * steps / sum(steps) OVER (PARTITION BY name) AS n FROM counts
        ) WHERE part IS NOT NULL""",
        partial(
            bars_chart,
            said="of the sixteen series with the most missing, those that have any",
            amount="% of the steps",
        ),
    ),
    "series.day_ensemble": _Picture(
        "days",
        "The newest days of",
        f"""WITH first AS (
            SELECT series_id, max(local_date) AS last, 1 + max(slot) // 300 AS width FROM series.day_ensemble
            WHERE series_id = (SELECT min(series_id) FROM series.day_ensemble) GROUP BY ALL
        )
        -- As many points as the picture is wide: the mean of the slots that share one.
        SELECT series_id, local_date::VARCHAR AS part, floor(slot / width) * width AS x, avg(value) AS y
        FROM series.day_ensemble JOIN first USING (series_id)
        WHERE local_date > last - {_DAYS_DRAWN} GROUP BY ALL ORDER BY part, x""",
        partial(
            lines_chart, said="a line for each local day, the last in front", x="slot of the day", y="value"
        ),
    ),
    "models.constant_volatility": _Picture(
        "orders",
        "Orders that were fitted",
        f"SELECT coalesce({_ORDER}, 'none') AS name, model AS part, count(*) AS n "
        "FROM models.constant_volatility WHERE issued_at_utc = $night GROUP BY ALL",
        partial(bars_chart, said="series by (p, d, q)", amount="series"),
    ),
    "models.coefficients": _Picture(
        "coefficients",
        "Coefficients of",
        "SELECT series_id, name, model AS part, estimate AS x, lower_95 AS lower, upper_95 AS upper "
        f"FROM models.coefficients WHERE {_of_first('models.coefficients', more=_OF_THE_MEAN)} "
        "ORDER BY name, model",
        partial(dots_chart, said="estimates with their 95 % intervals", amount="estimate"),
    ),
    "models.order_candidates": _Picture(
        "candidates",
        "Orders that were compared for",
        f"SELECT series_id, {_ORDER} AS name, CASE WHEN is_selected THEN 'selected' WHEN is_admissible "
        "THEN 'admissible' ELSE 'not admissible' END AS part, delta_aicc AS x FROM models.order_candidates "
        f"WHERE {_of_first('models.order_candidates')} ORDER BY delta_aicc",
        partial(dots_chart, said="AICc above that of the best", amount="AICc above the least"),
    ),
    "models.variable_volatility": _Picture(
        "volatilities",
        "What the volatility of each series follows",
        "SELECT coalesce(volatility, status) AS name, status AS part, count(*) AS n "
        "FROM models.variable_volatility WHERE issued_at_utc = $night GROUP BY ALL",
        partial(bars_chart, said="series by the model of their volatility", amount="series"),
    ),
    "models.volatility_candidates": _Picture(
        "candidates",
        "Volatilities that were compared for",
        "SELECT series_id, volatility AS name, "
        "CASE WHEN is_selected THEN 'selected' ELSE 'compared' END AS part, bic - min(bic) OVER () AS x "
        "FROM models.volatility_candidates "
        f"WHERE {_of_first('models.volatility_candidates')} ORDER BY bic",
        partial(dots_chart, said="BIC above that of the best", amount="BIC above the least"),
    ),
    "models.periodic": _Picture(
        "explained",
        "How much of each series its day explains",
        "SELECT series_id AS name, status AS part, 100 * explained_share AS x FROM models.periodic "
        "WHERE issued_at_utc = $night ORDER BY explained_share, name",
        partial(dots_chart, said="the least explained first", amount="% of the variance"),
    ),
    "models.periodic_components": _Picture(
        "components",
        "Harmonics of the mean of",
        "SELECT series_id, k::VARCHAR AS name, method AS part, sqrt(re * re + im * im) AS x "
        f"FROM models.periodic_components WHERE moment = 'mean' AND k > 0 "
        f"AND {_of_first('models.periodic_components')} ORDER BY k, method",
        partial(
            dots_chart, said="amplitude by harmonic of the day and method", amount="amplitude", is_log=True
        ),
    ),
    "models.champions": _Picture(
        "champions",
        "Which models speak",
        "SELECT model AS name, '' AS part, count(*) AS n FROM models.champions "
        "WHERE issued_at_utc = $night GROUP BY ALL",
        partial(bars_chart, said="series by champion", amount="series"),
    ),
    "models.backtests": _Picture(
        "backtests",
        "Errors on days that the models had not seen",
        "SELECT model AS name, CASE WHEN bool_or(is_champion) THEN 'speaks for some series' "
        "ELSE 'speaks for none' END AS part, median(mase) AS x, quantile_cont(mase, 0.25) AS lower, "
        "quantile_cont(mase, 0.75) AS upper FROM models.backtests WHERE issued_at_utc = $night "
        "GROUP BY ALL ORDER BY x",
        partial(
            dots_chart, said="median over the series, and from quartile to quartile", amount="scaled error"
        ),
    ),
    "forecasts.scores": _Picture(
        "errors",
        "Errors of the day before by hour of the day",
        """WITH scored AS (
            SELECT extract('hour' FROM target_utc) AS x, abs(scaled_error) AS champion,
                abs(naive_error * scaled_error / error) AS naive
            FROM forecasts.scores
            WHERE is_champion AND target_utc >= $night::TIMESTAMP - INTERVAL 25 HOUR AND target_utc < $night
        )
        SELECT 'champions' AS part, x, median(champion) AS y FROM scored GROUP BY x
        UNION ALL SELECT 'seasonal naive', x, median(naive) FROM scored GROUP BY x""",
        partial(
            lines_chart,
            said="median over series and forecasts; 1 is what the seasonal naive usually errs by",
            x="hour (UTC)",
            y="scaled error",
        ),
    ),
    "diagnostics.outlier_effects": _Picture(
        "outliers",
        "What each rule calls an outlier",
        "SELECT rule AS name, '' AS part, 100 * median(share) AS x, 100 * min(share) AS lower, "
        "100 * max(share) AS upper FROM diagnostics.outlier_effects "
        "WHERE issued_at_utc = $night AND handling = 'clipped' GROUP BY ALL ORDER BY x",
        partial(
            dots_chart,
            said="median over the series, and from the least to the most",
            amount="% of the values",
        ),
    ),
    "diagnostics.residual_tests": _verdicts("diagnostics.residual_tests", "model || ': ' || test"),
    "diagnostics.stationarity_tests": _verdicts("diagnostics.stationarity_tests", "stage || ': ' || test"),
    "diagnostics.periodicity_tests": _verdicts("diagnostics.periodicity_tests", "test"),
    "quality.expectations": _Picture(
        "expectations",
        "What was expected and what was found",
        "SELECT table_name AS name, CASE WHEN is_error THEN 'could not be judged' WHEN success THEN 'met' "
        "ELSE 'not met' END AS part, count(*) AS n FROM quality.expectations "
        "WHERE run_at_utc = (SELECT max(run_at_utc) FROM quality.expectations) GROUP BY ALL",
        partial(bars_chart, said="expectations of the newest night", amount="expectations"),
    ),
}
