-- Diagnostics that no night filled yet lose their index (decision 1): DuckDB 1.5 cannot drop a key alone.

DROP TABLE diagnostics.ensemble_correlation;
CREATE TABLE diagnostics.ensemble_correlation (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    slot          INTEGER NOT NULL,
    lag           INTEGER NOT NULL,
    covariance    DOUBLE,
    correlation   DOUBLE,
    CHECK (slot >= 0)
);

COMMENT ON TABLE diagnostics.ensemble_correlation IS
    'One row per series, night, slot and lag: covariance and correlation over the cycles, after removing the periodic mean. Lags 1 to 12, a day, two days and a week. Key: (series_id, issued_at_utc, slot, lag), kept by the writer; not indexed, because an index makes loading many times as slow.';

COMMENT ON COLUMN diagnostics.ensemble_correlation.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.slot IS
    'Slot t of the day, counted from 0, in steps.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.lag IS
    'Lag u, in steps.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.covariance IS
    'Covariance of the values at t and t + u, in the unit of the series, squared.';
COMMENT ON COLUMN diagnostics.ensemble_correlation.correlation IS
    'The same over the standard deviations at t and t + u, -1 to 1.';

DROP TABLE diagnostics.continuous_correlation;
CREATE TABLE diagnostics.continuous_correlation (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    centring      VARCHAR NOT NULL,
    lag           INTEGER NOT NULL,
    covariance    DOUBLE,
    correlation   DOUBLE,
    CHECK (centring IN ('grand', 'periodic')),
    CHECK (lag >= 0)
);

COMMENT ON TABLE diagnostics.continuous_correlation IS
    'One row per series, night, centring and lag: every lag to eight days, or every second, third, ... of them, so that they are fewer than 2,000. Key: (series_id, issued_at_utc, centring, lag), kept by the writer; not indexed, because an index makes loading many times as slow.';

COMMENT ON COLUMN diagnostics.continuous_correlation.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.continuous_correlation.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.continuous_correlation.centring IS
    'grand (the mean of the record is removed) or periodic (the mean of each slot is).';
COMMENT ON COLUMN diagnostics.continuous_correlation.lag IS
    'Lag u, in steps.';
COMMENT ON COLUMN diagnostics.continuous_correlation.covariance IS
    'Covariance at the lag, in the unit of the series, squared.';
COMMENT ON COLUMN diagnostics.continuous_correlation.correlation IS
    'The same over the variance, -1 to 1.';

DROP TABLE models.periodic_components;
CREATE TABLE models.periodic_components (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    method        VARCHAR NOT NULL,
    moment        VARCHAR NOT NULL,
    k             INTEGER NOT NULL,
    lag           INTEGER NOT NULL,
    re            DOUBLE,
    im            DOUBLE,
    p_value       DOUBLE,
    CHECK (method IN ('synphase', 'component', 'filter', 'least_squares')),
    CHECK (moment IN ('mean', 'covariance')),
    CHECK (moment <> 'mean' OR lag = 0)
);

COMMENT ON TABLE models.periodic_components IS
    'One row per series, night, method, moment, component and lag: a complex Fourier coefficient of the periodic mean or covariance. The filter method has no row where the clock changed within the record. Key: (series_id, issued_at_utc, method, moment, k, lag), kept by the writer; not indexed, because an index makes loading many times as slow.';

COMMENT ON COLUMN models.periodic_components.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.periodic_components.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.periodic_components.method IS
    'synphase, component, filter or least_squares.';
COMMENT ON COLUMN models.periodic_components.moment IS
    'mean (m_k) or covariance (B_k at a lag).';
COMMENT ON COLUMN models.periodic_components.k IS
    'Number of the component: its frequency in cycles a period.';
COMMENT ON COLUMN models.periodic_components.lag IS
    'Lag u of the covariance, in steps; 0 for the mean.';
COMMENT ON COLUMN models.periodic_components.re IS
    'Real part, in the unit of the series; squared for the covariance.';
COMMENT ON COLUMN models.periodic_components.im IS
    'Imaginary part, in the unit of the series; squared for the covariance.';
COMMENT ON COLUMN models.periodic_components.p_value IS
    'p-value of the test that the component is zero, 0 to 1; null when not tested.';

COMMENT ON COLUMN models.periodic.transform IS
    'Scale on which the model works: identity, sqrt or log.';
