-- What the month's 95th-percentile bills will be, by the pairs of series that sources.toml names.
CREATE TABLE planning.bills (
    bill          VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    method        VARCHAR NOT NULL,
    local_month   DATE NOT NULL,
    in_series_id  VARCHAR,
    out_series_id VARCHAR,
    unit          VARCHAR,
    n_samples     BIGINT NOT NULL,
    n_missing     BIGINT NOT NULL,
    n_dropped     BIGINT NOT NULL,
    p95_to_date   DOUBLE,
    p95_q10       DOUBLE,
    p95_q50       DOUBLE,
    p95_q90       DOUBLE,
    commitment    DOUBLE,
    is_billed     BOOLEAN NOT NULL,
    reason        VARCHAR,
    PRIMARY KEY (bill, issued_at_utc, method, local_month),
    CHECK (method IN ('in', 'out', 'max', 'aggregate'))
);

COMMENT ON TABLE planning.bills IS
    'One row per bill of sources.toml, night, method and month: this month''s 95th percentile of 5-minute samples as it stands and at month''s end; on the first night of a month the one that has ended stands beside it, final.';

COMMENT ON COLUMN planning.bills.bill IS
    'Bill, as sources.toml names it.';
COMMENT ON COLUMN planning.bills.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN planning.bills.method IS
    'in and out: the 95th percentile of one direction; max: the larger of the two percentiles; aggregate: the percentile of the sums of both directions, sample by sample.';
COMMENT ON COLUMN planning.bills.local_month IS
    'First local day of the month that is billed.';
COMMENT ON COLUMN planning.bills.in_series_id IS
    'Series of the incoming direction; null where the bill names none.';
COMMENT ON COLUMN planning.bills.out_series_id IS
    'Series of the outgoing direction; null where the bill names none.';
COMMENT ON COLUMN planning.bills.unit IS
    'Unit of the percentiles, a rate: bit/s, request/s, packet/s, or unknown; null where the bill cannot be counted.';
COMMENT ON COLUMN planning.bills.n_samples IS
    '5-minute samples of the month so far that were measured, in samples.';
COMMENT ON COLUMN planning.bills.n_missing IS
    '5-minute samples of the month so far that are missing, in samples.';
COMMENT ON COLUMN planning.bills.n_dropped IS
    'Highest samples that the percentile leaves out so far, in samples: 5 %, which is 36 hours of 30 days.';
COMMENT ON COLUMN planning.bills.p95_to_date IS
    '95th percentile of the month so far, in the unit of the bill.';
COMMENT ON COLUMN planning.bills.p95_q10 IS
    '95th percentile at month''s end, 10 % quantile; in the unit of the bill.';
COMMENT ON COLUMN planning.bills.p95_q50 IS
    '95th percentile at month''s end, median; in the unit of the bill.';
COMMENT ON COLUMN planning.bills.p95_q90 IS
    '95th percentile at month''s end, 90 % quantile; in the unit of the bill.';
COMMENT ON COLUMN planning.bills.commitment IS
    'Rate that is paid for in any case, in the unit of the bill; null when sources.toml gives none.';
COMMENT ON COLUMN planning.bills.is_billed IS
    'Whether this is the method that sources.toml names for the bill.';
COMMENT ON COLUMN planning.bills.reason IS
    'Sentence that says why a figure is missing; null where none is.';
