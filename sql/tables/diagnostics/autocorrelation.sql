-- Autocorrelation and partial autocorrelation at the three stages that the modelling goes through, beside the theory.
CREATE TABLE diagnostics.autocorrelation (
    series_id        VARCHAR NOT NULL,
    issued_at_utc    TIMESTAMP NOT NULL,
    stage            VARCHAR NOT NULL,
    lag              INTEGER NOT NULL,
    acf              DOUBLE,
    pacf             DOUBLE,
    band_95          DOUBLE,
    theoretical_acf  DOUBLE,
    theoretical_pacf DOUBLE,
    fitted_model     VARCHAR,
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
    'clean (value_clean), differenced, or residual (of the selected model).';
COMMENT ON COLUMN diagnostics.autocorrelation.lag IS
    'Lag, in steps.';
COMMENT ON COLUMN diagnostics.autocorrelation.acf IS
    'Autocorrelation, -1 to 1.';
COMMENT ON COLUMN diagnostics.autocorrelation.pacf IS
    'Partial autocorrelation, -1 to 1.';
COMMENT ON COLUMN diagnostics.autocorrelation.band_95 IS
    'Half width of the 95 % band about zero, a pure number: of a series without correlation, and at the residual stage of residuals of the true order (Box and Pierce), which is narrower at the first lags.';
COMMENT ON COLUMN diagnostics.autocorrelation.theoretical_acf IS
    'Autocorrelation that the coefficients of fitted_model imply at this lag, -1 to 1; null at the residual stage, and where no model has this stage.';
COMMENT ON COLUMN diagnostics.autocorrelation.theoretical_pacf IS
    'Partial autocorrelation that the coefficients of fitted_model imply at this lag, -1 to 1; null as theoretical_acf.';
COMMENT ON COLUMN diagnostics.autocorrelation.fitted_model IS
    'Model that the stage is seen with: at the residual stage the one that leaves these residuals (selected), else the one whose theoretical correlations stand beside (selected, or reference where the selected one takes no difference); null where there is none.';
