-- What each series' forecast promised in its backtest, and what it kept over the last nights.
CREATE OR REPLACE VIEW models.model_skill AS
WITH newest AS (
    SELECT series_id, max(issued_at_utc) AS issued_at_utc
    FROM models.champions
    GROUP BY series_id
),

-- The 24 hours at the step of the series, as latest_forecast has them: of an hourly series, its first day.
kept AS (
    SELECT scores.*
    FROM forecasts.scores AS scores
    JOIN series.catalog AS catalog
        ON catalog.series_id = scores.series_id AND catalog.step_seconds = scores.step_seconds
    WHERE scores.is_champion
        AND (scores.target_utc < scores.issued_at_utc + INTERVAL 1 DAY OR scores.horizon = 1)
    QUALIFY scores.issued_at_utc > max(scores.issued_at_utc) OVER (PARTITION BY scores.series_id) - INTERVAL 7 DAY
),

scored AS (
    SELECT
        series_id,
        count(DISTINCT issued_at_utc) FILTER (actual IS NOT NULL) AS n_nights,
        max(issued_at_utc) AS last_night_utc,
        1 - avg(abs(error)) FILTER (naive_error IS NOT NULL) / nullif(avg(abs(naive_error)), 0) AS skill_naive,
        1 - avg(abs(error)) FILTER (mean_error IS NOT NULL) / nullif(avg(abs(mean_error)), 0) AS skill_mean,
        avg(pinball) AS pinball,
        avg(CAST(covered_80 AS INTEGER)) AS coverage_80,
        avg(CAST(covered_95 AS INTEGER)) AS coverage_95
    FROM kept
    GROUP BY series_id
),

-- The run that is shortest of those at the finest step: the 24 hours, where both were tried.
backtests AS (
    SELECT *
    FROM models.backtests
    QUALIFY row_number() OVER (PARTITION BY series_id, model, issued_at_utc ORDER BY step_seconds, horizon) = 1
)

SELECT
    champions.series_id,
    champions.issued_at_utc,
    champions.model,
    backtests.n_origins,
    backtests.skill_naive AS backtest_skill_naive,
    backtests.skill_mean AS backtest_skill_mean,
    backtests.pinball AS backtest_pinball,
    backtests.coverage_80 AS backtest_coverage_80,
    backtests.coverage_95 AS backtest_coverage_95,
    coalesce(scored.n_nights, 0) AS n_nights,
    scored.last_night_utc,
    scored.skill_naive,
    scored.skill_mean,
    scored.pinball,
    scored.coverage_80,
    scored.coverage_95
FROM models.champions AS champions
JOIN newest ON newest.series_id = champions.series_id AND newest.issued_at_utc = champions.issued_at_utc
LEFT JOIN backtests
    ON backtests.series_id = champions.series_id
    AND backtests.issued_at_utc = champions.issued_at_utc
    AND backtests.model = champions.model
LEFT JOIN scored ON scored.series_id = champions.series_id;

COMMENT ON VIEW models.model_skill IS
    'One row per series: its champion of its newest night, how that did in the backtest of that night, and how the champions'' forecasts of 24 hours did in the last 7 nights that are scored.';

COMMENT ON COLUMN models.model_skill.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.model_skill.issued_at_utc IS
    'Newest night of the series, its midnight in UTC.';
COMMENT ON COLUMN models.model_skill.model IS
    'Champion of that night; none where no model could be fitted.';
COMMENT ON COLUMN models.model_skill.n_origins IS
    'Origins of the backtest, in origins; null where the model has none.';
COMMENT ON COLUMN models.model_skill.backtest_skill_naive IS
    '1 - mean absolute error over that of the seasonal naive in the backtest; a pure number: 0 is as good, 1 without error.';
COMMENT ON COLUMN models.model_skill.backtest_skill_mean IS
    'The same beside the mean; a pure number.';
COMMENT ON COLUMN models.model_skill.backtest_pinball IS
    'Mean pinball loss over the scale of mase in the backtest; a pure number.';
COMMENT ON COLUMN models.model_skill.backtest_coverage_80 IS
    'Share of values within q10 to q90 in the backtest, 0 to 1; 0.8 is right.';
COMMENT ON COLUMN models.model_skill.backtest_coverage_95 IS
    'Share of values within q025 to q975 in the backtest, 0 to 1; 0.95 is right.';
COMMENT ON COLUMN models.model_skill.n_nights IS
    'Nights among the last 7 scored ones of whose day something was measured, at most 7.';
COMMENT ON COLUMN models.model_skill.last_night_utc IS
    'Newest night that is scored, its midnight in UTC; null where none is.';
COMMENT ON COLUMN models.model_skill.skill_naive IS
    '1 - mean absolute error over that of the seasonal naive in these nights; a pure number: 0 is as good, 1 without error, below 0 worse.';
COMMENT ON COLUMN models.model_skill.skill_mean IS
    'The same beside the mean of the 42 days before issue; a pure number.';
COMMENT ON COLUMN models.model_skill.pinball IS
    'Mean pinball loss over the scale of mase in these nights; a pure number.';
COMMENT ON COLUMN models.model_skill.coverage_80 IS
    'Share of values within q10 to q90 in these nights, 0 to 1; 0.8 is right.';
COMMENT ON COLUMN models.model_skill.coverage_95 IS
    'Share of values within q025 to q975 in these nights, 0 to 1; 0.95 is right.';
