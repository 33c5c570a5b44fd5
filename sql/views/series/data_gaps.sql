-- Runs of steps without a measurement.
-- Steps of one run keep their distance on the grid: time less rank x step is the same for all of them.
CREATE OR REPLACE VIEW series.data_gaps AS
WITH missing AS (
    SELECT
        observations.series_id,
        observations.at_utc,
        catalog.step_seconds,
        observations.at_utc - to_seconds(
            catalog.step_seconds
            * row_number() OVER (PARTITION BY observations.series_id ORDER BY observations.at_utc)
        ) AS run
    FROM series.observations AS observations
    JOIN series.catalog AS catalog ON catalog.series_id = observations.series_id
    WHERE NOT observations.is_observed
)

SELECT
    series_id,
    min(at_utc) AS start_utc,
    max(at_utc) + to_seconds(step_seconds) AS end_utc,
    count(*) AS steps,
    count(*) * step_seconds AS duration_seconds
FROM missing
GROUP BY series_id, step_seconds, run;

COMMENT ON VIEW series.data_gaps IS
    'One row per gap: a run of steps of a series without a measurement.';

COMMENT ON COLUMN series.data_gaps.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN series.data_gaps.start_utc IS
    'Beginning of the first step without a measurement (UTC).';
COMMENT ON COLUMN series.data_gaps.end_utc IS
    'End of the last step without a measurement (UTC).';
COMMENT ON COLUMN series.data_gaps.steps IS
    'Length, in steps.';
COMMENT ON COLUMN series.data_gaps.duration_seconds IS
    'Length, in seconds.';
