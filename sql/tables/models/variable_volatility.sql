-- Whether the volatility of what the selected model leaves varies, and which model of it was chosen.
CREATE TABLE models.variable_volatility (
    series_id         VARCHAR NOT NULL,
    issued_at_utc     TIMESTAMP NOT NULL,
    status            VARCHAR NOT NULL,
    reason            VARCHAR NOT NULL,
    volatility        VARCHAR,
    persistence       DOUBLE,
    arch_lm_statistic DOUBLE,
    arch_lm_p_value   DOUBLE,
    PRIMARY KEY (series_id, issued_at_utc),
    CHECK (status IN ('ok', 'constant', 'not_tested', 'too_short', 'not_converged', 'failed')),
    CHECK ((status = 'ok') = (volatility IS NOT NULL)),
    CHECK (volatility IN ('garch', 'egarch', 'gjr'))
);

COMMENT ON TABLE models.variable_volatility IS
    'One row per series and night: the choice among GARCH, EGARCH and GJR, or why none was made. The coefficients stand in models.coefficients and the forecasts in forecasts.points, both under the model variable_volatility.';

COMMENT ON COLUMN models.variable_volatility.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.variable_volatility.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.variable_volatility.status IS
    'ok (a variable volatility was chosen), constant (a constant one serves), not_tested, too_short, not_converged or failed.';
COMMENT ON COLUMN models.variable_volatility.reason IS
    'The same in a sentence.';
COMMENT ON COLUMN models.variable_volatility.volatility IS
    'Model of the variance that was chosen: garch, egarch or gjr; null where none was.';
COMMENT ON COLUMN models.variable_volatility.persistence IS
    'Share of a shock to the variance (egarch: to its logarithm) that is left after one step; null where none was chosen.';
COMMENT ON COLUMN models.variable_volatility.arch_lm_statistic IS
    'Statistic of ARCH-LM on the residuals of the selected model; a pure number, null where it was not tested.';
COMMENT ON COLUMN models.variable_volatility.arch_lm_p_value IS
    'p-value of ARCH-LM, 0 to 1 (null hypothesis: a constant volatility); null where it was not tested.';
