-- How likely each link is to exceed its capacity, or a share of it.
-- No primary key: an index would cost more than the rows.
CREATE TABLE planning.congestion (
    series_id         VARCHAR NOT NULL,
    issued_at_utc     TIMESTAMP NOT NULL,
    "window"          VARCHAR NOT NULL,
    target_utc        TIMESTAMP NOT NULL,
    threshold         DOUBLE NOT NULL,
    capacity          DOUBLE NOT NULL,
    probability_above DOUBLE,
    expected_peak     DOUBLE,
    CHECK ("window" IN ('slot', 'hour', 'night')),
    CHECK (threshold > 0),
    CHECK (probability_above BETWEEN 0 AND 1)
);

COMMENT ON TABLE planning.congestion IS
    'One row per series with a capacity, night, window, time and threshold: the probability that the load exceeds it, calibrated on earlier nights. Key: (series_id, issued_at_utc, window, target_utc, threshold), kept by the writer.';

COMMENT ON COLUMN planning.congestion.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN planning.congestion.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN planning.congestion."window" IS
    'What the probability speaks of: a slot, an hour or the night as a whole (at any moment of the 24 hours after issue).';
COMMENT ON COLUMN planning.congestion.target_utc IS
    'Beginning of the window (UTC).';
COMMENT ON COLUMN planning.congestion.threshold IS
    'Share of the capacity that is to be exceeded: 0.7, 0.9 or 1, for example.';
COMMENT ON COLUMN planning.congestion.capacity IS
    'Capacity, in the unit of the series.';
COMMENT ON COLUMN planning.congestion.probability_above IS
    'Probability that the load exceeds threshold x capacity at any moment of the window, 0 to 1; planning.reliability says how far such probabilities held.';
COMMENT ON COLUMN planning.congestion.expected_peak IS
    'Median of the highest value within the window, in the unit of the series.';
