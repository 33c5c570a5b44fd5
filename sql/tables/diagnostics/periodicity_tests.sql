-- Whether the series is periodic at all, and of which period: tested, not assumed.
CREATE TABLE diagnostics.periodicity_tests (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    test          VARCHAR NOT NULL,
    statistic     DOUBLE,
    p_value       DOUBLE,
    verdict       VARCHAR NOT NULL,
    PRIMARY KEY (series_id, issued_at_utc, test)
);

COMMENT ON TABLE diagnostics.periodicity_tests IS
    'One row per series, night and test of periodicity.';

COMMENT ON COLUMN diagnostics.periodicity_tests.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.periodicity_tests.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.periodicity_tests.test IS
    'mean_by_slot, variance_by_slot (assuming independent normal values) and the same with _bootstrap (assuming neither); mean_harmonics; zero_correlation and equal_correlation of successive values; spectral_coherence (Hurd and Gerr); period (whether the day is as long as the stated step makes it); phase_drift and peak_drift (whether the day comes later from day to day).';
COMMENT ON COLUMN diagnostics.periodicity_tests.statistic IS
    'Statistic of the test, a pure number; of period the length of the day that was found, in steps; of phase_drift and peak_drift minutes a day, positive = later.';
COMMENT ON COLUMN diagnostics.periodicity_tests.p_value IS
    'p-value, 0 to 1: small speaks for periodicity; null for period and the drifts, and where the test could not be made.';
COMMENT ON COLUMN diagnostics.periodicity_tests.verdict IS
    'What it means, in a sentence.';
