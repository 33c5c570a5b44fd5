-- The scores of each forecast in one row.
CREATE OR REPLACE VIEW forecasts.accuracy AS
SELECT
    scores.series_id,
    scores.model,
    coalesce(champions.model = scores.model, false) AS is_champion,
    scores.issued_at_utc,
    scores.step_seconds,
    count(scores.actual) AS n_scored,
    avg(abs(scores.error)) AS mae,
    avg(abs(scores.scaled_error)) AS mase,
    avg(scores.error) AS bias,
    avg(CAST(scores.covered_80 AS INTEGER)) AS coverage_80,
    avg(CAST(scores.covered_95 AS INTEGER)) AS coverage_95
FROM forecasts.scores AS scores
LEFT JOIN models.champions AS champions
    ON champions.series_id = scores.series_id AND champions.issued_at_utc = scores.issued_at_utc
GROUP BY scores.series_id, scores.model, champions.model, scores.issued_at_utc, scores.step_seconds;

COMMENT ON VIEW forecasts.accuracy IS
    'How good each forecast was, once its day was over: one row per series, model, night and step.';

COMMENT ON COLUMN forecasts.accuracy.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN forecasts.accuracy.model IS
    'Model that made the forecast.';
COMMENT ON COLUMN forecasts.accuracy.is_champion IS
    'Whether this model spoke for the series in that night.';
COMMENT ON COLUMN forecasts.accuracy.issued_at_utc IS
    'Midnight of the platform, in UTC, at which the forecast was issued.';
COMMENT ON COLUMN forecasts.accuracy.step_seconds IS
    'Step of the forecast, in seconds.';
COMMENT ON COLUMN forecasts.accuracy.n_scored IS
    'Targets at which something was measured, in steps.';
COMMENT ON COLUMN forecasts.accuracy.mae IS
    'Mean absolute error, in the unit of the series.';
COMMENT ON COLUMN forecasts.accuracy.mase IS
    'Mean absolute scaled error, a pure number: below 1 is better than yesterday''s value at the same time is on average.';
COMMENT ON COLUMN forecasts.accuracy.bias IS
    'Mean of actual - forecast, in the unit of the series: positive when there was more than forecast.';
COMMENT ON COLUMN forecasts.accuracy.coverage_80 IS
    'Share of the targets within q10 to q90, 0 to 1; 0.8 is right.';
COMMENT ON COLUMN forecasts.accuracy.coverage_95 IS
    'Share of the targets within q025 to q975, 0 to 1; 0.95 is right.';
