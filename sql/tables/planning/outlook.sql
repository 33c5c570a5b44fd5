-- The weeks ahead of each link: busy hour, growth, this month's bill, and when it is full.
CREATE TABLE planning.outlook (
    series_id       VARCHAR NOT NULL,
    issued_at_utc   TIMESTAMP NOT NULL,
    busy_hour_local SMALLINT,
    growth_per_week DOUBLE,
    p95_billing_q10 DOUBLE,
    p95_billing_q50 DOUBLE,
    p95_billing_q90 DOUBLE,
    runout_date_q10 DATE,
    runout_date_q50 DATE,
    runout_date_q90 DATE,
    reason          VARCHAR,
    PRIMARY KEY (series_id, issued_at_utc),
    CHECK (busy_hour_local BETWEEN 0 AND 23)
);

COMMENT ON TABLE planning.outlook IS
    'One row per series and night: the outlook, or the reason why there is none.';

COMMENT ON COLUMN planning.outlook.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN planning.outlook.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN planning.outlook.busy_hour_local IS
    'Local hour of the day that carries most, 0 to 23.';
COMMENT ON COLUMN planning.outlook.growth_per_week IS
    'Growth a week, season removed, as a share of the level: 0.01 is one percent a week.';
COMMENT ON COLUMN planning.outlook.p95_billing_q10 IS
    'This month''s 95th percentile at month''s end, 10 % quantile; in the unit of the series.';
COMMENT ON COLUMN planning.outlook.p95_billing_q50 IS
    'This month''s 95th percentile at month''s end, median; in the unit of the series.';
COMMENT ON COLUMN planning.outlook.p95_billing_q90 IS
    'This month''s 95th percentile at month''s end, 90 % quantile; in the unit of the series.';
COMMENT ON COLUMN planning.outlook.runout_date_q10 IS
    'First local day of the week in which the busy hour''s 95th percentile passes the threshold, 10 % quantile; null when not within the horizon.';
COMMENT ON COLUMN planning.outlook.runout_date_q50 IS
    'The same, median; null when not within the horizon.';
COMMENT ON COLUMN planning.outlook.runout_date_q90 IS
    'The same, 90 % quantile; null when not within the horizon.';
COMMENT ON COLUMN planning.outlook.reason IS
    'Sentence that says why a figure is missing; null where none is.';
