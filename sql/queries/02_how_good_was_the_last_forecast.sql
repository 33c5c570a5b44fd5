-- Question: How good was the last forecast whose day is over, by series and model?
-- Answers with: one row per series and model, the champion first: the scaled error (below 1 beats the value
-- of the day before), the bias in the unit of the series (positive: more than forecast), and how often the 80
-- and 95 % bands held.
SELECT
    series_id,
    model,
    is_champion,
    issued_at_utc,
    n_scored,
    round(mase, 3) AS scaled_error,
    round(bias, 1) AS bias,
    round(100 * coverage_80, 1) AS within_80_percent,
    round(100 * coverage_95, 1) AS within_95_percent
FROM forecasts.accuracy
QUALIFY issued_at_utc = max(issued_at_utc) OVER (PARTITION BY series_id)
ORDER BY series_id, is_champion DESC, scaled_error NULLS LAST, model;
