-- Question: Which outliers and outages were there in the last eight weeks?
-- Answers with: one row per event, the newest first, back from the newest value of each series: its flag,
-- when it began and ended (UTC), how long it lasted, its lowest and highest value, and how far beyond the
-- limit it went.
SELECT
    runs.series_id,
    runs.flag,
    runs.start_utc,
    runs.end_utc,
    round(runs.duration_seconds / 60, 1) AS minutes,
    round(runs.lowest_value, 1) AS lowest_value,
    round(runs.highest_value, 1) AS highest_value,
    round(runs.largest_excess, 1) AS largest_excess,
    runs.unit
FROM series.flagged_runs AS runs
JOIN series.catalog AS catalog ON catalog.series_id = runs.series_id
WHERE runs.end_utc > catalog.last_utc - INTERVAL 56 DAY
ORDER BY runs.start_utc DESC, runs.series_id, runs.flag;
