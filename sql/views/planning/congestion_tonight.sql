-- How likely each link is to be congested in the 24 hours after its newest night, and when.
-- A time zone that DuckDB does not know leaves local_riskiest null, and the row in place.
CREATE OR REPLACE VIEW planning.congestion_tonight AS
WITH newest AS (
    SELECT *
    FROM planning.congestion
    QUALIFY issued_at_utc = max(issued_at_utc) OVER (PARTITION BY series_id)
),
riskiest AS (
    SELECT
        series_id,
        threshold,
        arg_max(target_utc, (probability_above, -epoch(target_utc))) AS target_utc,
        max(probability_above) AS probability_above
    FROM newest
    WHERE "window" = 'hour' OR ("window" = 'slot' AND series_id NOT IN (
        SELECT series_id FROM newest WHERE "window" = 'hour'
    ))
    GROUP BY series_id, threshold
)
SELECT
    night.series_id,
    catalog.source,
    night.issued_at_utc,
    night.threshold,
    night.capacity,
    catalog.unit,
    night.probability_above,
    night.expected_peak,
    riskiest.target_utc AS riskiest_utc,
    timezone(zones.name, timezone('UTC', riskiest.target_utc)) AS local_riskiest,
    riskiest.probability_above AS riskiest_probability
FROM newest AS night
JOIN series.catalog AS catalog ON catalog.series_id = night.series_id
LEFT JOIN riskiest ON riskiest.series_id = night.series_id AND riskiest.threshold = night.threshold
LEFT JOIN pg_timezone_names() AS zones ON zones.name = catalog.time_zone
WHERE night."window" = 'night';

COMMENT ON VIEW planning.congestion_tonight IS
    'One row per series with a capacity and threshold: how likely the load exceeds it at any moment of the 24 hours after the newest night of the series, and in which hour most. A stale series keeps its last night: see issued_at_utc.';

COMMENT ON COLUMN planning.congestion_tonight.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN planning.congestion_tonight.source IS
    'Source, as sources.toml names it.';
COMMENT ON COLUMN planning.congestion_tonight.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN planning.congestion_tonight.threshold IS
    'Share of the capacity that is to be exceeded: 0.7, 0.9 or 1, for example.';
COMMENT ON COLUMN planning.congestion_tonight.capacity IS
    'Capacity, in unit.';
COMMENT ON COLUMN planning.congestion_tonight.unit IS
    'Unit of capacity and expected_peak: bit/s, byte (a step), request (a step) or unknown.';
COMMENT ON COLUMN planning.congestion_tonight.probability_above IS
    'Probability that the load exceeds threshold x capacity at any moment of the 24 hours, 0 to 1.';
COMMENT ON COLUMN planning.congestion_tonight.expected_peak IS
    'Median of the highest value of the 24 hours, in unit.';
COMMENT ON COLUMN planning.congestion_tonight.riskiest_utc IS
    'Beginning of the hour in which that is likeliest (UTC), the first of several; of the slot, where steps are longer than an hour.';
COMMENT ON COLUMN planning.congestion_tonight.local_riskiest IS
    'The same in the time zone of the series.';
COMMENT ON COLUMN planning.congestion_tonight.riskiest_probability IS
    'Probability of that hour, 0 to 1.';
