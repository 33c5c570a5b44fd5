-- The density of the values by local hour, Gaussian and empirical.
CREATE TABLE diagnostics.density (
    series_id         VARCHAR NOT NULL,
    issued_at_utc     TIMESTAMP NOT NULL,
    local_date        DATE,
    local_hour        SMALLINT NOT NULL,
    value             DOUBLE NOT NULL,
    gaussian_density  DOUBLE,
    empirical_density DOUBLE,
    CHECK (local_hour BETWEEN 0 AND 23)
);

COMMENT ON TABLE diagnostics.density IS
    'One row per series, night, day (or all days), local hour and value. Key: (series_id, issued_at_utc, local_date, local_hour, value), kept by the writer; not indexed, because local_date is null where all days are meant.';

COMMENT ON COLUMN diagnostics.density.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.density.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN diagnostics.density.local_date IS
    'Local calendar day, in the time zone of the series; null: all days together.';
COMMENT ON COLUMN diagnostics.density.local_hour IS
    'Local hour of the day, 0 to 23.';
COMMENT ON COLUMN diagnostics.density.value IS
    'Where the density is taken, in the unit of the series.';
COMMENT ON COLUMN diagnostics.density.gaussian_density IS
    'Density of the normal distribution with the moments of that hour, per unit of the series.';
COMMENT ON COLUMN diagnostics.density.empirical_density IS
    'Density as the values of that hour show it, per unit of the series.';
