-- The periodic mean and standard deviation over the ensemble, slot by slot.
CREATE TABLE models.periodic_moments (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    slot          INTEGER NOT NULL,
    mean          DOUBLE,
    std           DOUBLE,
    lower_95      DOUBLE,
    upper_95      DOUBLE,
    n_cycles      INTEGER,
    PRIMARY KEY (series_id, issued_at_utc, slot),
    CHECK (slot >= 0)
);

COMMENT ON TABLE models.periodic_moments IS
    'One row per series, night and slot of the period: the moments over the cycles.';

COMMENT ON COLUMN models.periodic_moments.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.periodic_moments.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.periodic_moments.slot IS
    'Slot of the period, in steps, counted from 0 at local midnight (of Monday, where the period is a week).';
COMMENT ON COLUMN models.periodic_moments.mean IS
    'Periodic mean, in the unit of the series.';
COMMENT ON COLUMN models.periodic_moments.std IS
    'Periodic standard deviation, in the unit of the series.';
COMMENT ON COLUMN models.periodic_moments.lower_95 IS
    'Lower end of the 95 % confidence interval of mean, in the unit of the series.';
COMMENT ON COLUMN models.periodic_moments.upper_95 IS
    'Upper end of the 95 % confidence interval of mean, in the unit of the series.';
COMMENT ON COLUMN models.periodic_moments.n_cycles IS
    'Cycles with a value in this slot, in cycles.';
