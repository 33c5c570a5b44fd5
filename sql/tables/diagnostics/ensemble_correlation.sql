-- How the slots of a day hang together over the ensemble of days.
CREATE TABLE diagnostics.ensemble_correlation (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    slot          INTEGER NOT NULL,
    lag           INTEGER NOT NULL,
    covariance    DOUBLE,
    correlation   DOUBLE,
    CHECK (slot >= 0)
);

COMMENT ON TABLE diagnostics.ensemble_correlation IS
    'One row per series, night, slot and lag: covariance and correlation over the cycles, after removing the periodic mean. Lags 1 to 12, a day, two days and a week. Key: (series_id, issued_at_utc, slot, lag), kept by the writer; not indexed, because an index makes loading many times as slow.';

COMMENT ON COLUMN diagnostics.ensemble_correlation.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.slot IS
    'Slot t of the day, counted from 0, in steps.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.lag IS
    'Lag u, in steps.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.covariance IS
    'Covariance of the values at t and t + u, in the unit of the series, squared.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.correlation IS
    'The same over the standard deviations at t and t + u, -1 to 1.';
