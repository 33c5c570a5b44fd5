-- Question: Where are the gaps in my data?
-- Answers with: one row per run of steps without a measurement, the longest first: when it began and ended
-- (UTC), how many steps and minutes it lasted, and the share of the whole series that was measured, in
-- percent.
SELECT
    gaps.series_id,
    gaps.start_utc,
    gaps.end_utc,
    gaps.steps,
    round(gaps.duration_seconds / 60, 1) AS minutes,
    round(100 * catalog.observed_share, 2) AS series_observed_percent
FROM series.data_gaps AS gaps
JOIN series.catalog AS catalog ON catalog.series_id = gaps.series_id
ORDER BY gaps.duration_seconds DESC, gaps.series_id, gaps.start_utc;
