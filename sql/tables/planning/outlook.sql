-- The weeks ahead of each link: busy hour, growth, this month's 95th percentile, and when it is full.
CREATE TABLE planning.outlook (
    series_id              VARCHAR NOT NULL,
    issued_at_utc          TIMESTAMP NOT NULL,
    capacity               DOUBLE,
    busy_hour_local        SMALLINT,
    busy_hour_spread_hours DOUBLE,
    busy_hour_p95          DOUBLE,
    headroom               DOUBLE,
    growth_per_week        DOUBLE,
    growth_lower_95        DOUBLE,
    growth_upper_95        DOUBLE,
    p95_billing_to_date    DOUBLE,
    p95_billing_q10        DOUBLE,
    p95_billing_q50        DOUBLE,
    p95_billing_q90        DOUBLE,
    runout_threshold       DOUBLE,
    runout_date_q10        DATE,
    runout_date_q50        DATE,
    runout_date_q90        DATE,
    runout_probability     DOUBLE,
    horizon_weeks          INTEGER,
    reason                 VARCHAR,
    PRIMARY KEY (series_id, issued_at_utc),
    CHECK (busy_hour_local BETWEEN 0 AND 23),
    CHECK (runout_probability BETWEEN 0 AND 1)
);

COMMENT ON TABLE planning.outlook IS
    'One row per series and night: the outlook, or the reason why there is none.';

COMMENT ON COLUMN planning.outlook.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN planning.outlook.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN planning.outlook.capacity IS
    'Capacity, in the unit of the series; null when sources.toml gives none.';
COMMENT ON COLUMN planning.outlook.busy_hour_local IS
    'Local hour of the day that carries most, 0 to 23, over the last four weeks.';
COMMENT ON COLUMN planning.outlook.busy_hour_spread_hours IS
    'Spread of the single days'' busy hours about it, in hours: half of the days lie no further away.';
COMMENT ON COLUMN planning.outlook.busy_hour_p95 IS
    '95th percentile of the values of the busiest hour of each day of the last week, in the unit of the series.';
COMMENT ON COLUMN planning.outlook.headroom IS
    'Share of the capacity that busy_hour_p95 leaves free: 1 = all, 0 = none, below 0 it was exceeded; null without a capacity.';
COMMENT ON COLUMN planning.outlook.growth_per_week IS
    'Growth a week, season removed, as a share of the level: 0.01 is one percent a week.';
COMMENT ON COLUMN planning.outlook.growth_lower_95 IS
    'Lower end of its 95 % interval, as a share a week.';
COMMENT ON COLUMN planning.outlook.growth_upper_95 IS
    'Upper end of its 95 % interval, as a share a week.';
COMMENT ON COLUMN planning.outlook.p95_billing_to_date IS
    'This month''s 95th percentile of 5-minute samples as it stands, in the unit of the series; of two directions together in planning.bills.';
COMMENT ON COLUMN planning.outlook.p95_billing_q10 IS
    'This month''s 95th percentile at month''s end, 10 % quantile; in the unit of the series.';
COMMENT ON COLUMN planning.outlook.p95_billing_q50 IS
    'This month''s 95th percentile at month''s end, median; in the unit of the series.';
COMMENT ON COLUMN planning.outlook.p95_billing_q90 IS
    'This month''s 95th percentile at month''s end, 90 % quantile; in the unit of the series.';
COMMENT ON COLUMN planning.outlook.runout_threshold IS
    'Share of the capacity at which the link counts as full; null without a capacity.';
COMMENT ON COLUMN planning.outlook.runout_date_q10 IS
    'First local day of the week in which the busy hour''s 95th percentile first passes the threshold, 10 % quantile; null when not within the horizon.';
COMMENT ON COLUMN planning.outlook.runout_date_q50 IS
    'The same, median; null when not within the horizon.';
COMMENT ON COLUMN planning.outlook.runout_date_q90 IS
    'The same, 90 % quantile; null when not within the horizon.';
COMMENT ON COLUMN planning.outlook.runout_probability IS
    'Probability that it passes within the horizon, 0 to 1; planning.runouts has it week by week. Null when it cannot be said.';
COMMENT ON COLUMN planning.outlook.horizon_weeks IS
    'Weeks looked ahead, in weeks: at most half as many again as there are of history; null when it cannot be said.';
COMMENT ON COLUMN planning.outlook.reason IS
    'Sentence that says why a figure is missing; null where none is.';
