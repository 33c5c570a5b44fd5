-- The ARMA models of constant volatility: the named reference and the selected order of every night.
CREATE TABLE models.constant_volatility (
    series_id      VARCHAR NOT NULL,
    issued_at_utc  TIMESTAMP NOT NULL,
    model          VARCHAR NOT NULL,
    p              SMALLINT,
    d              SMALLINT,
    q              SMALLINT,
    is_selected    BOOLEAN NOT NULL,
    is_reference   BOOLEAN NOT NULL,
    sigma2         DOUBLE,
    loglik         DOUBLE,
    aicc           DOUBLE,
    n_observations BIGINT,
    is_stationary  BOOLEAN,
    is_invertible  BOOLEAN,
    converged      BOOLEAN,
    status         VARCHAR NOT NULL,
    reason         VARCHAR,
    adf_p_value    DOUBLE,
    kpss_p_value   DOUBLE,
    PRIMARY KEY (series_id, issued_at_utc, model),
    CHECK (model IN ('reference', 'selected')),
    CHECK (is_selected = (model = 'selected')),
    CHECK (is_reference = (model = 'reference')),
    CHECK (status IN ('ok', 'too_short', 'failed')),
    CHECK (status = 'ok' OR reason IS NOT NULL),
    CHECK (status <> 'ok' OR (p IS NOT NULL AND d IS NOT NULL AND q IS NOT NULL))
);

COMMENT ON TABLE models.constant_volatility IS
    'One row per series, night and model: the fit, or the reason why there is none.';

COMMENT ON COLUMN models.constant_volatility.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.constant_volatility.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.constant_volatility.model IS
    'reference (ARMA(2,1) on the first difference of value_clean, no constant) or selected (the order that the criterion chose).';
COMMENT ON COLUMN models.constant_volatility.p IS
    'Autoregressive order, in steps; null when nothing was fitted.';
COMMENT ON COLUMN models.constant_volatility.d IS
    'Number of differences taken; null when nothing was fitted.';
COMMENT ON COLUMN models.constant_volatility.q IS
    'Moving-average order, in steps; null when nothing was fitted.';
COMMENT ON COLUMN models.constant_volatility.is_selected IS
    'Whether this is the row of the selected model.';
COMMENT ON COLUMN models.constant_volatility.is_reference IS
    'Whether this is the row of the reference model.';
COMMENT ON COLUMN models.constant_volatility.sigma2 IS
    'Variance of the innovations, in the unit of the series, squared.';
COMMENT ON COLUMN models.constant_volatility.loglik IS
    'Exact log-likelihood, in nats.';
COMMENT ON COLUMN models.constant_volatility.aicc IS
    'Akaike criterion, corrected for small samples; compares only models of the same d.';
COMMENT ON COLUMN models.constant_volatility.n_observations IS
    'Values that the fit used, in points.';
COMMENT ON COLUMN models.constant_volatility.is_stationary IS
    'Whether the roots of the autoregressive polynomial lie outside the unit circle.';
COMMENT ON COLUMN models.constant_volatility.is_invertible IS
    'Whether the roots of the moving-average polynomial lie outside the unit circle.';
COMMENT ON COLUMN models.constant_volatility.converged IS
    'Whether the optimiser met its own test of convergence.';
COMMENT ON COLUMN models.constant_volatility.status IS
    'ok, too_short or failed.';
COMMENT ON COLUMN models.constant_volatility.reason IS
    'Sentence that says why the status is not ok; of a selected model, why it takes its differences; null elsewhere.';
COMMENT ON COLUMN models.constant_volatility.adf_p_value IS
    'p-value of the augmented Dickey-Fuller test of the undifferenced series (null hypothesis: a unit root), 0 to 1.';
COMMENT ON COLUMN models.constant_volatility.kpss_p_value IS
    'p-value of the KPSS test of the undifferenced series (null hypothesis: stationary), 0 to 1.';
