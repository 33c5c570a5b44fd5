-- Question: Is traffic growing week over week?
-- Answers with: one row per series and week of seven days, counted back from its newest value: the mean of
-- the week in the unit of the series, and its growth over the week before, in percent. Weeks of which less
-- than half was measured are left out.
WITH placed AS (
    SELECT
        catalog.series_id,
        catalog.unit,
        catalog.step_seconds,
        catalog.last_utc,
        date_diff('second', observations.at_utc, catalog.last_utc) // 604800 AS weeks_ago,
        observations.value_clean
    FROM series.observations AS observations
    JOIN series.catalog AS catalog ON catalog.series_id = observations.series_id
    WHERE observations.value_clean IS NOT NULL
),

weeks AS (
    SELECT
        series_id,
        unit,
        weeks_ago,
        last_utc + to_seconds(step_seconds) - to_days(CAST(7 * weeks_ago AS INTEGER)) AS week_ends_utc,
        avg(value_clean) AS mean
    FROM placed
    GROUP BY series_id, unit, step_seconds, last_utc, weeks_ago
    HAVING count(*) * step_seconds >= 604800 / 2
)

SELECT
    weeks.series_id,
    weeks.week_ends_utc,
    round(weeks.mean, 1) AS mean,
    weeks.unit,
    round(100 * (weeks.mean / nullif(previous.mean, 0) - 1), 2) AS growth_percent
FROM weeks
JOIN weeks AS previous
    ON previous.series_id = weeks.series_id AND previous.weeks_ago = weeks.weeks_ago + 1
ORDER BY weeks.series_id, weeks.week_ends_utc;
