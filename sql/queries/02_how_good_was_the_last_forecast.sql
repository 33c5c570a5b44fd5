-- Question: How good was the last forecast whose day is over, by series and model?
-- Answers with: one row per series and model, the champion first: the scaled error (below 1 beats the value
-- of the day before), the skill (the share of the error of the seasonal naive and of the mean that it avoids), the
-- bias in the unit of the series (positive: more than forecast), and how often the 80 and 95 % bands held.
SELECT
    accuracy.series_id,
    accuracy.model,
    accuracy.is_champion,
    accuracy.issued_at_utc,
    accuracy.n_scored,
    round(accuracy.mase, 3) AS scaled_error,
    round(accuracy.skill_naive, 3) AS skill_over_naive,
    round(accuracy.skill_mean, 3) AS skill_over_mean,
    round(accuracy.bias, 1) AS bias,
    round(100 * accuracy.coverage_80, 1) AS within_80_percent,
    round(100 * accuracy.coverage_95, 1) AS within_95_percent
FROM forecasts.accuracy AS accuracy
JOIN series.catalog AS catalog
    ON catalog.series_id = accuracy.series_id AND catalog.step_seconds = accuracy.step_seconds
WHERE accuracy.day_ahead = 1
QUALIFY accuracy.issued_at_utc = max(accuracy.issued_at_utc) OVER (PARTITION BY accuracy.series_id)
ORDER BY accuracy.series_id, accuracy.is_champion DESC, scaled_error NULLS LAST, accuracy.model;
