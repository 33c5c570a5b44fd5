-- The orders among which the selected model was chosen, as a cheap fit of each sees them.
CREATE TABLE models.order_candidates (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    p             SMALLINT NOT NULL,
    d             SMALLINT NOT NULL,
    q             SMALLINT NOT NULL,
    sigma2        DOUBLE,
    aicc          DOUBLE,
    delta_aicc    DOUBLE,
    is_admissible BOOLEAN NOT NULL,
    is_selected   BOOLEAN NOT NULL,
    PRIMARY KEY (series_id, issued_at_utc, p, d, q),
    CHECK (p >= 0 AND d IN (0, 1) AND q >= 0)
);

COMMENT ON TABLE models.order_candidates IS
    'One row per series, night and order of the grid; the selected order is then fitted by exact likelihood (models.constant_volatility).';

COMMENT ON COLUMN models.order_candidates.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.order_candidates.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.order_candidates.p IS
    'Autoregressive order, in steps.';
COMMENT ON COLUMN models.order_candidates.d IS
    'Number of differences taken, the same for all orders of a night: tests decide it (diagnostics.stationarity_tests).';
COMMENT ON COLUMN models.order_candidates.q IS
    'Moving-average order, in steps.';
COMMENT ON COLUMN models.order_candidates.sigma2 IS
    'Variance of the innovations by conditional least squares, in the unit of the series, squared.';
COMMENT ON COLUMN models.order_candidates.aicc IS
    'Akaike criterion of the conditional likelihood, corrected for small samples; compares only orders of the same series and night.';
COMMENT ON COLUMN models.order_candidates.delta_aicc IS
    'How far the criterion aicc lies above that of the selected order; below zero where an order that is not admissible would fit better.';
COMMENT ON COLUMN models.order_candidates.is_admissible IS
    'Whether every root lies clear of the unit circle; no other order is selected.';
COMMENT ON COLUMN models.order_candidates.is_selected IS
    'Whether this is the selected order: the least aicc among the admissible.';
