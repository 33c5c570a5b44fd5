-- What each outlier rule does to a series, and to the coefficients of the reference model.
CREATE TABLE diagnostics.outlier_effects (
    series_id        VARCHAR NOT NULL,
    issued_at_utc    TIMESTAMP NOT NULL,
    rule             VARCHAR NOT NULL,
    handling         VARCHAR NOT NULL,
    n_outliers       BIGINT,
    share            DOUBLE,
    lower_least      DOUBLE,
    lower_most       DOUBLE,
    upper_least      DOUBLE,
    upper_most       DOUBLE,
    ar_l1            DOUBLE,
    ar_l1_std_error  DOUBLE,
    ar_l2            DOUBLE,
    ar_l2_std_error  DOUBLE,
    ma_l1            DOUBLE,
    ma_l1_std_error  DOUBLE,
    sigma2           DOUBLE,
    sigma2_std_error DOUBLE,
    converged        BOOLEAN,
    reason           VARCHAR,
    PRIMARY KEY (series_id, issued_at_utc, rule, handling),
    CHECK (handling IN ('clipped', 'removed')),
    CHECK (n_outliers >= 0),
    CHECK (converged IS NOT NULL OR reason IS NOT NULL)
);

COMMENT ON TABLE diagnostics.outlier_effects IS
    'One row per series, night, rule and handling: ARMA(2,1) on the first difference, fitted to what the rule leaves of the values measured.';

COMMENT ON COLUMN diagnostics.outlier_effects.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.outlier_effects.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.outlier_effects.rule IS
    'none; tukey_1.5, tukey_3 (fences, in interquartile ranges); hampel_3, hampel_6 (about the median, in robust standard deviations); hampel_slot (6 about the median of the slot of the day); quantile_99 (the highest hundredth).';
COMMENT ON COLUMN diagnostics.outlier_effects.handling IS
    'clipped (brought to the limit of the rule) or removed (taken as missing).';
COMMENT ON COLUMN diagnostics.outlier_effects.n_outliers IS
    'Outliers among the eight weeks before the night, in points.';
COMMENT ON COLUMN diagnostics.outlier_effects.share IS
    'n_outliers over the values observed, 0 to 1; null where none is observed.';
COMMENT ON COLUMN diagnostics.outlier_effects.lower_least IS
    'Least lower limit over time, in the unit of the series; null where there is none.';
COMMENT ON COLUMN diagnostics.outlier_effects.lower_most IS
    'Largest lower limit over time, in the unit of the series; null where there is none.';
COMMENT ON COLUMN diagnostics.outlier_effects.upper_least IS
    'Least upper limit over time, in the unit of the series; null where there is none.';
COMMENT ON COLUMN diagnostics.outlier_effects.upper_most IS
    'Largest upper limit over time, in the unit of the series; null where there is none.';
COMMENT ON COLUMN diagnostics.outlier_effects.ar_l1 IS
    'Autoregressive coefficient of lag 1, a pure number; null where nothing could be fitted.';
COMMENT ON COLUMN diagnostics.outlier_effects.ar_l1_std_error IS
    'Standard error of ar_l1, a pure number.';
COMMENT ON COLUMN diagnostics.outlier_effects.ar_l2 IS
    'Autoregressive coefficient of lag 2, a pure number; null where nothing could be fitted.';
COMMENT ON COLUMN diagnostics.outlier_effects.ar_l2_std_error IS
    'Standard error of ar_l2, a pure number.';
COMMENT ON COLUMN diagnostics.outlier_effects.ma_l1 IS
    'Moving-average coefficient of lag 1, a pure number; null where nothing could be fitted.';
COMMENT ON COLUMN diagnostics.outlier_effects.ma_l1_std_error IS
    'Standard error of ma_l1, a pure number.';
COMMENT ON COLUMN diagnostics.outlier_effects.sigma2 IS
    'Variance of the innovations, in the unit of the series, squared.';
COMMENT ON COLUMN diagnostics.outlier_effects.sigma2_std_error IS
    'Standard error of sigma2, in the unit of the series, squared.';
COMMENT ON COLUMN diagnostics.outlier_effects.converged IS
    'Whether the optimiser met its own test of convergence; null where nothing was fitted.';
COMMENT ON COLUMN diagnostics.outlier_effects.reason IS
    'Sentence that says why nothing was fitted; null where something was.';
