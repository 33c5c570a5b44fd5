-- The ensemble of days: every series cut into local days and aligned by local clock time.
CREATE TABLE series.day_ensemble (
    series_id  VARCHAR NOT NULL,
    local_date DATE NOT NULL,
    weekday    SMALLINT NOT NULL,
    slot       INTEGER NOT NULL,
    at_utc     TIMESTAMP NOT NULL,
    value      DOUBLE,
    CHECK (weekday BETWEEN 1 AND 7),
    CHECK (slot >= 0)
);

COMMENT ON TABLE series.day_ensemble IS
    'One row per series and grid point, with its place in the ensemble of local days. Key: (series_id, at_utc), kept by the writer and checked every night; not indexed, because an index makes loading twelve times as slow.';

COMMENT ON COLUMN series.day_ensemble.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN series.day_ensemble.local_date IS
    'Local calendar day, in the time zone of the series.';
COMMENT ON COLUMN series.day_ensemble.weekday IS
    'Day of the week of local_date, 1 = Monday to 7 = Sunday.';
COMMENT ON COLUMN series.day_ensemble.slot IS
    'Local time since midnight // step, in steps: a repeated hour repeats its slots, a skipped one leaves them out.';
COMMENT ON COLUMN series.day_ensemble.at_utc IS
    'Grid point (UTC), which alone identifies the row within its series.';
COMMENT ON COLUMN series.day_ensemble.value IS
    'value_clean of series.observations, in the unit of the series; null where there is none.';
