-- The periodically correlated model of every series and night: its settings and what it explains.
CREATE TABLE models.periodic (
    series_id              VARCHAR NOT NULL,
    issued_at_utc          TIMESTAMP NOT NULL,
    period_steps           INTEGER,
    transform              VARCHAR,
    n_harmonics_mean       INTEGER,
    n_harmonics_covariance INTEGER,
    par_lags               INTEGER[],
    explained_share        DOUBLE,
    estimated_period_steps DOUBLE,
    status                 VARCHAR NOT NULL,
    reason                 VARCHAR,
    period_lower_95        DOUBLE,
    period_upper_95        DOUBLE,
    period_verdict         VARCHAR,
    PRIMARY KEY (series_id, issued_at_utc),
    CHECK (status IN ('ok', 'too_short', 'failed')),
    CHECK (status = 'ok' OR reason IS NOT NULL),
    CHECK (period_steps > 0)
);

COMMENT ON TABLE models.periodic IS
    'One row per series and night: the settings of the periodic model, or the reason why there is none.';

COMMENT ON COLUMN models.periodic.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.periodic.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.periodic.period_steps IS
    'Period T (a day or a week), in steps.';
COMMENT ON COLUMN models.periodic.transform IS
    'Scale on which the model works: identity, sqrt or log.';
COMMENT ON COLUMN models.periodic.n_harmonics_mean IS
    'Highest harmonic of the periodic mean that the F test keeps, in harmonics; null where none was tested.';
COMMENT ON COLUMN models.periodic.n_harmonics_covariance IS
    'Highest harmonic of the periodic covariance that the F test keeps, in harmonics; null where none was tested.';
COMMENT ON COLUMN models.periodic.par_lags IS
    'Lags of the autoregression of the residual, in steps; empty when there is none.';
COMMENT ON COLUMN models.periodic.explained_share IS
    'Share of the variance that the periodic mean explains, at most 1.';
COMMENT ON COLUMN models.periodic.estimated_period_steps IS
    'Period as the data show it, in steps; null when not estimated.';
COMMENT ON COLUMN models.periodic.status IS
    'ok, too_short or failed.';
COMMENT ON COLUMN models.periodic.reason IS
    'Sentence that says why the status is not ok; null where it is.';
COMMENT ON COLUMN models.periodic.period_lower_95 IS
    'Lower end of the 95 % interval of estimated_period_steps, in steps.';
COMMENT ON COLUMN models.periodic.period_upper_95 IS
    'Upper end of the 95 % interval of estimated_period_steps, in steps.';
COMMENT ON COLUMN models.periodic.period_verdict IS
    'Whether the day is as long as the stated step makes it: agrees, clock_drift, step_wrong, samples_dropped, clock_change, no_daily_period or too_short; diagnostics.periodicity_tests says it in a sentence (test period).';
