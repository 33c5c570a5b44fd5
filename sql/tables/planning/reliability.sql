-- Whether probabilities of congestion can be believed: what was forecast of earlier nights, and how often it happened.
CREATE TABLE planning.reliability (
    issued_at_utc    TIMESTAMP NOT NULL,
    "window"         VARCHAR NOT NULL,
    bin_left         DOUBLE NOT NULL,
    bin_right        DOUBLE NOT NULL,
    n_forecasts      BIGINT NOT NULL,
    mean_probability DOUBLE,
    share_happened   DOUBLE,
    lower_95         DOUBLE,
    upper_95         DOUBLE,
    PRIMARY KEY (issued_at_utc, "window", bin_left),
    CHECK ("window" IN ('slot', 'hour', 'night')),
    CHECK (bin_left < bin_right)
);

COMMENT ON TABLE planning.reliability IS
    'One row per night, window and bin of probability, over the series and the nights before it that each night replays: of all times when an excess was forecast to be about this likely, the share at which it happened. Thresholds are the configured shares of the capacity and, known at each eve, the 50, 80, 95 and 100 % quantiles of the series'' daily highest values, 1.1 and 1.3 times the largest.';

COMMENT ON COLUMN planning.reliability.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN planning.reliability."window" IS
    'What the probabilities spoke of: slot, hour or night.';
COMMENT ON COLUMN planning.reliability.bin_left IS
    'Lowest probability of the bin, 0 to 1.';
COMMENT ON COLUMN planning.reliability.bin_right IS
    'Highest probability of the bin, 0 to 1: the first that is no longer in it, but for 1.';
COMMENT ON COLUMN planning.reliability.n_forecasts IS
    'Forecasts with such a probability, in forecasts: one for each series, earlier night, time and threshold.';
COMMENT ON COLUMN planning.reliability.mean_probability IS
    'Mean of their probabilities, 0 to 1; null where there were none.';
COMMENT ON COLUMN planning.reliability.share_happened IS
    'Share of them whose threshold was exceeded, 0 to 1; null where there were none.';
COMMENT ON COLUMN planning.reliability.lower_95 IS
    'Lower end of the band in which share_happened lies 95 % of the time if the probabilities are right, 0 to 1.';
COMMENT ON COLUMN planning.reliability.upper_95 IS
    'Upper end of that band, 0 to 1.';
