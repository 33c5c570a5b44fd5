-- Question: What is the 95th percentile of the last 30 days, as a transit bill would count it?
-- Answers with: one row per series, its last 30 days by its own newest value: the mean, the 95th percentile
-- (the highest value once the top 5 % of the samples are dropped) and the maximum in the unit of the series,
-- the 95th percentile in Mbit/s where the unit allows it, and in percent of the capacity. Samples are as long
-- as the step: bills want 300 s. The calendar month's bill, of both directions, is in query 16.
WITH recent AS (
    SELECT
        catalog.series_id,
        catalog.unit,
        catalog.step_seconds,
        catalog.capacity,
        observations.at_utc,
        observations.value
    FROM series.observations AS observations
    JOIN series.catalog AS catalog ON catalog.series_id = observations.series_id
    WHERE observations.at_utc > catalog.last_utc - INTERVAL 30 DAY
        AND observations.is_observed
        AND observations.flag IS DISTINCT FROM 'impossible'
),

by_series AS (
    SELECT
        series_id,
        unit,
        step_seconds,
        capacity,
        min(at_utc) AS first_utc,
        count(*) AS samples,
        avg(value) AS mean,
        quantile_disc(value, 0.95) AS p95,
        max(value) AS maximum
    FROM recent
    GROUP BY series_id, unit, step_seconds, capacity
)

SELECT
    series_id,
    first_utc,
    samples,
    step_seconds,
    round(mean, 1) AS mean,
    round(p95, 1) AS p95,
    round(maximum, 1) AS maximum,
    unit,
    round(CASE unit WHEN 'bit/s' THEN p95 WHEN 'byte' THEN 8 * p95 / step_seconds END / 1e6, 3) AS p95_mbit_per_s,
    round(100 * p95 / capacity, 1) AS p95_percent_of_capacity
FROM by_series
ORDER BY series_id;
