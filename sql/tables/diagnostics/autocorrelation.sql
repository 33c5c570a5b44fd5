-- Autocorrelation and partial autocorrelation at the three stages that the modelling goes through.
CREATE TABLE diagnostics.autocorrelation (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    stage         VARCHAR NOT NULL,
    lag           INTEGER NOT NULL,
    acf           DOUBLE,
    pacf          DOUBLE,
    band_95       DOUBLE,
    PRIMARY KEY (series_id, issued_at_utc, stage, lag),
    CHECK (stage IN ('clean', 'differenced', 'residual')),
    CHECK (lag >= 0)
);

COMMENT ON TABLE diagnostics.autocorrelation IS
    'One row per series, night, stage and lag.';

COMMENT ON COLUMN diagnostics.autocorrelation.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.autocorrelation.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.autocorrelation.stage IS
    'clean (value_clean), differenced, or residual (of the fitted model).';
COMMENT ON COLUMN diagnostics.autocorrelation.lag IS
    'Lag, in steps.';
COMMENT ON COLUMN diagnostics.autocorrelation.acf IS
    'Autocorrelation, -1 to 1.';
COMMENT ON COLUMN diagnostics.autocorrelation.pacf IS
    'Partial autocorrelation, -1 to 1.';
COMMENT ON COLUMN diagnostics.autocorrelation.band_95 IS
    'Half width of the 95 % band about zero that a series without correlation stays within; a pure number.';
