-- Whether a series has a unit root, and whether it stays about a level: what the number of differences rests on.
CREATE TABLE diagnostics.stationarity_tests (
    series_id      VARCHAR NOT NULL,
    issued_at_utc  TIMESTAMP NOT NULL,
    stage          VARCHAR NOT NULL,
    test           VARCHAR NOT NULL,
    statistic      DOUBLE,
    p_value        DOUBLE,
    critical_value DOUBLE,
    n_lags         INTEGER,
    is_rejected    BOOLEAN NOT NULL,
    verdict        VARCHAR NOT NULL,
    PRIMARY KEY (series_id, issued_at_utc, stage, test),
    CHECK (stage IN ('clean', 'differenced')),
    CHECK (test IN ('adf', 'kpss'))
);

COMMENT ON TABLE diagnostics.stationarity_tests IS
    'One row per series, night, stage and test; only the clean stage decides on the difference.';

COMMENT ON COLUMN diagnostics.stationarity_tests.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.stationarity_tests.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.stationarity_tests.stage IS
    'clean (value_clean) or differenced.';
COMMENT ON COLUMN diagnostics.stationarity_tests.test IS
    'adf (null hypothesis: a unit root) or kpss (null hypothesis: stationary about a level).';
COMMENT ON COLUMN diagnostics.stationarity_tests.statistic IS
    'Statistic of the test; a pure number, null where it could not be made.';
COMMENT ON COLUMN diagnostics.stationarity_tests.p_value IS
    'p-value, 0 to 1; the table of KPSS ends at 0.01 and 0.1, and a p-value beyond is given as that end.';
COMMENT ON COLUMN diagnostics.stationarity_tests.critical_value IS
    'Critical value of the statistic at 5 %: ADF rejects below it, KPSS above it; a pure number.';
COMMENT ON COLUMN diagnostics.stationarity_tests.n_lags IS
    'Lagged differences in the regression of ADF, or lags of the long-run variance of KPSS, in steps.';
COMMENT ON COLUMN diagnostics.stationarity_tests.is_rejected IS
    'Whether the null hypothesis is rejected at 5 %; false also where the test could not be made.';
COMMENT ON COLUMN diagnostics.stationarity_tests.verdict IS
    'What it means, in a sentence.';
