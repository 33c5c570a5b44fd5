-- What was expected of the data and whether it held; a check that could not run is an error, never a failure.
CREATE TABLE quality.expectations (
    table_name    VARCHAR NOT NULL,
    suite         VARCHAR NOT NULL,
    expectation   VARCHAR NOT NULL,
    column_name   VARCHAR NOT NULL,
    success       BOOLEAN,
    is_error      BOOLEAN NOT NULL,
    observed      VARCHAR,
    run_at_utc    TIMESTAMP NOT NULL,
    issued_at_utc TIMESTAMP,
    source        VARCHAR NOT NULL,
    details       VARCHAR,
    PRIMARY KEY (run_at_utc, table_name, source, expectation, column_name),
    CHECK (NOT (is_error AND coalesce(success, false)))
);

COMMENT ON TABLE quality.expectations IS
    'One row per run, table, source, expectation and column.';

COMMENT ON COLUMN quality.expectations.table_name IS
    'Table that was checked, series.observations for example.';
COMMENT ON COLUMN quality.expectations.suite IS
    'Suite that the expectation belongs to.';
COMMENT ON COLUMN quality.expectations.expectation IS
    'What was expected, by its name in Great Expectations.';
COMMENT ON COLUMN quality.expectations.column_name IS
    'Column or columns that it is about; '''' when it is about the table.';
COMMENT ON COLUMN quality.expectations.success IS
    'Whether the data met it; null when the check could not run.';
COMMENT ON COLUMN quality.expectations.is_error IS
    'Whether the check could not run, which says nothing of the data.';
COMMENT ON COLUMN quality.expectations.observed IS
    'What was found instead or as well, in words.';
COMMENT ON COLUMN quality.expectations.run_at_utc IS
    'When the run of the suite began (UTC): the same for all of its rows.';
COMMENT ON COLUMN quality.expectations.issued_at_utc IS
    'Midnight of the platform, in UTC, of the night that was checked.';
COMMENT ON COLUMN quality.expectations.source IS
    'Source or series whose data were checked; '''' for all of them.';
COMMENT ON COLUMN quality.expectations.details IS
    'Example values, or the message of the error.';
