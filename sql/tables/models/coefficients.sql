-- The coefficients of the fitted models, with their standard errors.
CREATE TABLE models.coefficients (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    model         VARCHAR NOT NULL,
    name          VARCHAR NOT NULL,
    estimate      DOUBLE,
    std_error     DOUBLE,
    lower_95      DOUBLE,
    upper_95      DOUBLE,
    PRIMARY KEY (series_id, issued_at_utc, model, name)
);

COMMENT ON TABLE models.coefficients IS
    'One row per series, night, model and coefficient.';

COMMENT ON COLUMN models.coefficients.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.coefficients.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.coefficients.model IS
    'Model that it belongs to: reference, selected, variable_volatility.';
COMMENT ON COLUMN models.coefficients.name IS
    'Coefficient: const, ar.L1, ma.L1, sigma2, and so on; of variable_volatility omega, alpha[1], gamma[1], beta[1] and scale.';
COMMENT ON COLUMN models.coefficients.estimate IS
    'Estimate; a pure number, except const and scale, in the unit of the series, and sigma2, in its square. omega to beta[1] are of the residuals of the selected model divided by scale.';
COMMENT ON COLUMN models.coefficients.std_error IS
    'Standard error, in the unit of estimate; null when it could not be had.';
COMMENT ON COLUMN models.coefficients.lower_95 IS
    'Lower end of the 95 % confidence interval, in the unit of estimate.';
COMMENT ON COLUMN models.coefficients.upper_95 IS
    'Upper end of the 95 % confidence interval, in the unit of estimate.';
