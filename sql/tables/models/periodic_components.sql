-- The stationary components of the periodic mean and covariance, by the methods of the paper.
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
