-- The models of the variance that were fitted to what the selected model leaves, where ARCH-LM asked for them.
CREATE TABLE models.volatility_candidates (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    volatility    VARCHAR NOT NULL,
    loglik        DOUBLE,
    bic           DOUBLE,
    persistence   DOUBLE,
    converged     BOOLEAN NOT NULL,
    is_selected   BOOLEAN NOT NULL,
    PRIMARY KEY (series_id, issued_at_utc, volatility),
    CHECK (volatility IN ('constant', 'garch', 'egarch', 'gjr'))
);

COMMENT ON TABLE models.volatility_candidates IS
    'One row per series, night and model of the variance; none where nothing was fitted (models.variable_volatility says why).';

COMMENT ON COLUMN models.volatility_candidates.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.volatility_candidates.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.volatility_candidates.volatility IS
    'constant, garch (GARCH(1,1)), egarch (EGARCH(1,1,1)) or gjr (GJR-GARCH(1,1,1)).';
COMMENT ON COLUMN models.volatility_candidates.loglik IS
    'Gaussian log-likelihood of the residuals, in nats; null where the search failed.';
COMMENT ON COLUMN models.volatility_candidates.bic IS
    'Bayesian criterion of it; the least among those that converged is chosen, if it is below that of constant.';
COMMENT ON COLUMN models.volatility_candidates.persistence IS
    'Share of a shock to the variance (egarch: to its logarithm) that is left after one step; 0 for constant.';
COMMENT ON COLUMN models.volatility_candidates.converged IS
    'Whether the search ended by its tolerance, at finite values.';
COMMENT ON COLUMN models.volatility_candidates.is_selected IS
    'Whether this is the model that was chosen.';
