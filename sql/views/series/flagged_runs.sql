-- Runs of steps that carry the same flag.
-- Steps of one run keep their distance on the grid: time less rank x step is the same for all of them.
CREATE OR REPLACE VIEW series.flagged_runs AS
WITH flagged AS (
    SELECT
        observations.series_id,
        observations.flag,
        observations.at_utc,
        observations.value,
        observations.value_clean,
        catalog.step_seconds,
        catalog.unit,
        observations.at_utc - to_seconds(
            catalog.step_seconds
            * row_number() OVER (PARTITION BY observations.series_id, observations.flag ORDER BY observations.at_utc)
        ) AS run
    FROM series.observations AS observations
    JOIN series.catalog AS catalog ON catalog.series_id = observations.series_id
    WHERE observations.flag IS NOT NULL
)

SELECT
    series_id,
    flag,
    min(at_utc) AS start_utc,
    max(at_utc) + to_seconds(step_seconds) AS end_utc,
    count(*) AS steps,
    count(*) * step_seconds AS duration_seconds,
    min(value) AS lowest_value,
    max(value) AS highest_value,
    max(abs(value - value_clean)) AS largest_excess,
    unit
FROM flagged
GROUP BY series_id, flag, step_seconds, unit, run;

COMMENT ON VIEW series.flagged_runs IS
    'One row per event: a run of steps of a series that carry the same flag.';

COMMENT ON COLUMN series.flagged_runs.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN series.flagged_runs.flag IS
    'outlier, outage or impossible.';
COMMENT ON COLUMN series.flagged_runs.start_utc IS
    'Beginning of the first flagged step (UTC).';
COMMENT ON COLUMN series.flagged_runs.end_utc IS
    'End of the last flagged step (UTC).';
COMMENT ON COLUMN series.flagged_runs.steps IS
    'Length, in steps.';
COMMENT ON COLUMN series.flagged_runs.duration_seconds IS
    'Length, in seconds.';
COMMENT ON COLUMN series.flagged_runs.lowest_value IS
    'Lowest value in the run, in unit.';
COMMENT ON COLUMN series.flagged_runs.highest_value IS
    'Highest value in the run, in unit.';
COMMENT ON COLUMN series.flagged_runs.largest_excess IS
    'Farthest that a value lies beyond the limit of the outlier rule, in unit; null for an outage or what is impossible.';
COMMENT ON COLUMN series.flagged_runs.unit IS
    'Unit of the values: bit/s, byte (a step), request (a step) or unknown.';
