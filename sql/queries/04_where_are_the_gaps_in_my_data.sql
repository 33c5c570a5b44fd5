-- Question: Where are the gaps in my data?
-- Answers with: the three longest gaps of each series, runs of steps without a measurement, the longest of all first and of
-- equal ones the newest: when each began and ended (UTC), how many steps and minutes it lasted; beside it of the whole series
-- how many gaps it has, their hours together, when the newest one ended, and the share that was measured, in percent.
SELECT
    gaps.series_id,
    gaps.start_utc,
    gaps.end_utc,
    gaps.steps,
    round(gaps.duration_seconds / 60, 1) AS minutes,
    count(*) OVER of_series AS series_gaps,
    round(sum(gaps.duration_seconds) OVER of_series / 3600, 1) AS series_gap_hours,
    max(gaps.end_utc) OVER of_series AS series_newest_end_utc,
    round(100 * catalog.observed_share, 2) AS series_observed_percent
FROM series.data_gaps AS gaps
JOIN series.catalog AS catalog ON catalog.series_id = gaps.series_id
WINDOW of_series AS (PARTITION BY gaps.series_id)
QUALIFY
    row_number() OVER (
        PARTITION BY gaps.series_id ORDER BY gaps.duration_seconds DESC, gaps.start_utc DESC
    ) <= 3
ORDER BY gaps.duration_seconds DESC, gaps.start_utc DESC, gaps.series_id;
