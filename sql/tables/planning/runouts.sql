-- When each link runs out of capacity: the distribution of the first week, week by week.
CREATE TABLE planning.runouts (
    series_id          VARCHAR NOT NULL,
    issued_at_utc      TIMESTAMP NOT NULL,
    threshold          DOUBLE NOT NULL,
    local_week_start   DATE NOT NULL,
    probability_first  DOUBLE NOT NULL,
    probability_by_end DOUBLE NOT NULL,
    PRIMARY KEY (series_id, issued_at_utc, threshold, local_week_start),
    CHECK (probability_first BETWEEN 0 AND 1),
    CHECK (probability_by_end BETWEEN 0 AND 1)
);

COMMENT ON TABLE planning.runouts IS
    'One row per series with a capacity, night, threshold and week ahead: the probability that the busy hour''s 95th percentile passes the threshold in this week for the first time. What is left to 1 is "not within the horizon".';

COMMENT ON COLUMN planning.runouts.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN planning.runouts.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN planning.runouts.threshold IS
    'Share of the capacity that is to be passed: 0.7, 0.9 or 1, for example.';
COMMENT ON COLUMN planning.runouts.local_week_start IS
    'First local day of the week.';
COMMENT ON COLUMN planning.runouts.probability_first IS
    'Probability that this is the first week in which it is passed, 0 to 1.';
COMMENT ON COLUMN planning.runouts.probability_by_end IS
    'Probability that it has been passed by the end of this week, 0 to 1.';
