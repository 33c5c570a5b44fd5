-- The histogram of the residuals, with a normal, a shifted lognormal and a t density beside it.
CREATE TABLE diagnostics.residual_histogram (
    series_id         VARCHAR NOT NULL,
    issued_at_utc     TIMESTAMP NOT NULL,
    model             VARCHAR NOT NULL,
    bin_left          DOUBLE NOT NULL,
    bin_right         DOUBLE NOT NULL,
    "count"           BIGINT NOT NULL,
    normal_density    DOUBLE,
    lognormal_density DOUBLE,
    t_density         DOUBLE,
    PRIMARY KEY (series_id, issued_at_utc, model, bin_left)
);

COMMENT ON TABLE diagnostics.residual_histogram IS
    'One row per series, night, model and bin of the residuals.';

COMMENT ON COLUMN diagnostics.residual_histogram.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.residual_histogram.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.residual_histogram.model IS
    'Model whose residuals are counted: periodic, selected or reference.';
COMMENT ON COLUMN diagnostics.residual_histogram.bin_left IS
    'Left edge of the bin, included; in the unit of the series.';
COMMENT ON COLUMN diagnostics.residual_histogram.bin_right IS
    'Right edge of the bin, included in the last bin alone; in the unit of the series.';
COMMENT ON COLUMN diagnostics.residual_histogram."count" IS
    'Residuals in the bin, in points.';
COMMENT ON COLUMN diagnostics.residual_histogram.normal_density IS
    'Density of the fitted normal distribution in the middle of the bin, per unit of the series.';
COMMENT ON COLUMN diagnostics.residual_histogram.lognormal_density IS
    'Density of the fitted shifted lognormal distribution in the middle of the bin, per unit of the series.';
COMMENT ON COLUMN diagnostics.residual_histogram.t_density IS
    'Density of the fitted t distribution in the middle of the bin, per unit of the series.';
