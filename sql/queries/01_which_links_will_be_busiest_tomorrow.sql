-- Question: Which links will be busiest tomorrow, when, and how close do they come to their capacity?
-- Answers with: one row per series of the newest night, the fullest first: the expected peak (median) and the
-- high peak (90 % quantile) with their local times, in the unit of the series, and the high peak in percent
-- of the capacity.
SELECT
    series_id,
    arg_max(local_target, q50) AS expected_peak_local,
    round(max(q50), 1) AS expected_peak,
    arg_max(local_target, q90) AS high_peak_local,
    round(max(q90), 1) AS high_peak,
    unit,
    capacity,
    round(100 * max(q90) / capacity, 1) AS high_peak_percent
FROM forecasts.latest_forecast
WHERE issued_at_utc = (SELECT max(issued_at_utc) FROM forecasts.latest_forecast)
GROUP BY series_id, unit, capacity
ORDER BY high_peak_percent DESC NULLS LAST, series_id;
