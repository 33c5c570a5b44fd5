-- The scores of each forecast day by day, beside what the seasonal naive and the mean would have scored.
CREATE OR REPLACE VIEW forecasts.accuracy AS
WITH scores AS (
    SELECT *, 1 + date_diff('second', issued_at_utc, target_utc) // 86400 AS day_ahead
    FROM forecasts.scores
)

SELECT
    scores.series_id,
    scores.model,
    coalesce(bool_or(scores.is_champion), false) AS is_champion,
    scores.issued_at_utc,
    scores.step_seconds,
    scores.day_ahead,
    count(scores.actual) AS n_scored,
    avg(abs(scores.error)) AS mae,
    avg(abs(scores.naive_error)) AS mae_naive,
    avg(abs(scores.mean_error)) AS mae_mean,
    1 - avg(abs(scores.error)) FILTER (scores.naive_error IS NOT NULL)
        / nullif(avg(abs(scores.naive_error)), 0) AS skill_naive,
    1 - avg(abs(scores.error)) FILTER (scores.mean_error IS NOT NULL)
        / nullif(avg(abs(scores.mean_error)), 0) AS skill_mean,
    avg(abs(scores.scaled_error)) AS mase,
    avg(scores.pinball) AS pinball,
    avg(scores.error) AS bias,
    avg(CAST(scores.covered_80 AS INTEGER)) AS coverage_80,
    avg(CAST(scores.covered_95 AS INTEGER)) AS coverage_95
FROM scores
GROUP BY scores.series_id, scores.model, scores.issued_at_utc, scores.step_seconds, scores.day_ahead;

COMMENT ON VIEW forecasts.accuracy IS
    'How good each forecast was, once its day was over: one row per series, model, night, step and day ahead.';

COMMENT ON COLUMN forecasts.accuracy.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN forecasts.accuracy.model IS
    'Model that made the forecast.';
COMMENT ON COLUMN forecasts.accuracy.is_champion IS
    'Whether this model spoke for the series in that night, of that day ahead.';
COMMENT ON COLUMN forecasts.accuracy.issued_at_utc IS
    'Midnight of the platform, in UTC, at which the forecast was issued.';
COMMENT ON COLUMN forecasts.accuracy.step_seconds IS
    'Step of the forecast, in seconds: that of the series, or 3600 of the 7 days.';
COMMENT ON COLUMN forecasts.accuracy.day_ahead IS
    'Day after issue in which the targets lie, 1 to 7: 1 is the 24 hours after issue.';
COMMENT ON COLUMN forecasts.accuracy.n_scored IS
    'Targets at which something was measured, in steps.';
COMMENT ON COLUMN forecasts.accuracy.mae IS
    'Mean absolute error, in the unit of the series.';
COMMENT ON COLUMN forecasts.accuracy.mae_naive IS
    'The same of the seasonal naive, the last known day''s value at the same time; in the unit of the series.';
COMMENT ON COLUMN forecasts.accuracy.mae_mean IS
    'The same of the mean of the 42 days before issue; in the unit of the series.';
COMMENT ON COLUMN forecasts.accuracy.skill_naive IS
    '1 - mae over mae_naive, over the targets that have both; a pure number: 0 is as good as the seasonal naive, 1 without error, below 0 worse; null where mae_naive is zero.';
COMMENT ON COLUMN forecasts.accuracy.skill_mean IS
    '1 - mae over mae_mean, over the targets that have both; a pure number as skill_naive.';
COMMENT ON COLUMN forecasts.accuracy.mase IS
    'Mean absolute scaled error, a pure number: below 1 is better than yesterday''s value at the same time is on average.';
COMMENT ON COLUMN forecasts.accuracy.pinball IS
    'Mean pinball loss of the seven quantiles over the same scale as mase; a pure number.';
COMMENT ON COLUMN forecasts.accuracy.bias IS
    'Mean of actual - forecast, in the unit of the series: positive when there was more than forecast.';
COMMENT ON COLUMN forecasts.accuracy.coverage_80 IS
    'Share of the targets within q10 to q90, 0 to 1; 0.8 is right.';
COMMENT ON COLUMN forecasts.accuracy.coverage_95 IS
    'Share of the targets within q025 to q975, 0 to 1; 0.95 is right.';
