-- Question: How many bytes did each web server send per day, in how many requests?
-- Answers with: one row per web log and local day: bytes, requests, bytes per request, and how much of the
-- day the log covers, in percent: a day that the log only touches is not a quiet day.
WITH by_day AS (
    SELECT
        source,
        local_date,
        sum(total) FILTER (WHERE unit = 'byte') AS bytes,
        sum(total) FILTER (WHERE unit = 'request') AS requests,
        max(n_observed * catalog.step_seconds) AS observed_seconds
    FROM series.daily_load
    JOIN (SELECT series_id, step_seconds FROM series.catalog) AS catalog USING (series_id)
    WHERE kind = 'weblog'
    GROUP BY source, local_date
)

SELECT
    source,
    local_date,
    CAST(bytes AS BIGINT) AS bytes,
    CAST(requests AS BIGINT) AS requests,
    round(bytes / nullif(requests, 0), 1) AS bytes_per_request,
    round(observed_seconds / 864, 1) AS observed_percent_of_24_hours
FROM by_day
ORDER BY source, local_date;
