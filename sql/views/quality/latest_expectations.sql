-- What the newest run of the checks found, table by table.
CREATE OR REPLACE VIEW quality.latest_expectations AS
SELECT
    table_name,
    source,
    suite,
    expectation,
    column_name,
    CASE WHEN is_error THEN 'error' WHEN success THEN 'met' ELSE 'failed' END AS outcome,
    observed,
    details,
    issued_at_utc,
    run_at_utc
FROM quality.expectations
QUALIFY run_at_utc = max(run_at_utc) OVER (PARTITION BY table_name);

COMMENT ON VIEW quality.latest_expectations IS
    'The expectations of each table as its newest run found them.';

COMMENT ON COLUMN quality.latest_expectations.table_name IS
    'Table that was checked.';
COMMENT ON COLUMN quality.latest_expectations.source IS
    'Source or series whose data were checked; '''' for all of them.';
COMMENT ON COLUMN quality.latest_expectations.suite IS
    'Suite that the expectation belongs to.';
COMMENT ON COLUMN quality.latest_expectations.expectation IS
    'What was expected, by its name in Great Expectations.';
COMMENT ON COLUMN quality.latest_expectations.column_name IS
    'Column or columns that it is about; '''' when it is about the table.';
COMMENT ON COLUMN quality.latest_expectations.outcome IS
    'met, failed (the data did not meet it) or error (the check could not run).';
COMMENT ON COLUMN quality.latest_expectations.observed IS
    'What was found instead or as well, in words.';
COMMENT ON COLUMN quality.latest_expectations.details IS
    'Example values, or the message of the error.';
COMMENT ON COLUMN quality.latest_expectations.issued_at_utc IS
    'Midnight of the platform, in UTC, of the night that was checked.';
COMMENT ON COLUMN quality.latest_expectations.run_at_utc IS
    'When the run of the suite began (UTC).';
