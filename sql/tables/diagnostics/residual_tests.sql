-- What the residuals say of each fitted model: correlation left, normality, constant volatility, their law.
CREATE TABLE diagnostics.residual_tests (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    model         VARCHAR NOT NULL,
    test          VARCHAR NOT NULL,
    statistic     DOUBLE,
    p_value       DOUBLE,
    verdict       VARCHAR NOT NULL,
    PRIMARY KEY (series_id, issued_at_utc, model, test)
);

COMMENT ON TABLE diagnostics.residual_tests IS
    'One row per series, night, model and test of the residuals.';

COMMENT ON COLUMN diagnostics.residual_tests.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.residual_tests.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.residual_tests.model IS
    'Model whose residuals are tested: periodic, selected or reference.';
COMMENT ON COLUMN diagnostics.residual_tests.test IS
    'ljung_box, jarque_bera, arch_lm, runs; lognormal (Lilliefors of the logarithms above the fitted shift, beside the laws compared by AIC).';
COMMENT ON COLUMN diagnostics.residual_tests.statistic IS
    'Statistic of the test; a pure number.';
COMMENT ON COLUMN diagnostics.residual_tests.p_value IS
    'p-value, 0 to 1: small speaks against the assumption that is tested.';
COMMENT ON COLUMN diagnostics.residual_tests.verdict IS
    'What it means, in a sentence.';
