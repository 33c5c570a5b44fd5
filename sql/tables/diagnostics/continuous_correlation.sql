-- The correlation over the whole record, after removing the grand or the periodic mean.
CREATE TABLE diagnostics.continuous_correlation (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    centring      VARCHAR NOT NULL,
    lag           INTEGER NOT NULL,
    covariance    DOUBLE,
    correlation   DOUBLE,
    CHECK (centring IN ('grand', 'periodic')),
    CHECK (lag >= 0)
);

COMMENT ON TABLE diagnostics.continuous_correlation IS
    'One row per series, night, centring and lag: every lag to eight days, or every second, third, ... of them, so that they are fewer than 2,000. Key: (series_id, issued_at_utc, centring, lag), kept by the writer; not indexed, because an index makes loading many times as slow.';

COMMENT ON COLUMN diagnostics.continuous_correlation.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.continuous_correlation.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.continuous_correlation.centring IS
    'grand (the mean of the record is removed) or periodic (the mean of each slot is).';
COMMENT ON COLUMN diagnostics.continuous_correlation.lag IS
    'Lag u, in steps.';
COMMENT ON COLUMN diagnostics.continuous_correlation.covariance IS
    'Covariance at the lag, in the unit of the series, squared.';
COMMENT ON COLUMN diagnostics.continuous_correlation.correlation IS
    'The same over the variance, -1 to 1.';
