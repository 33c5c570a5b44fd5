-- The nights whose events were looked for, so that an event lasts from one of them to the next.
CREATE TABLE alerts.evaluations (
    issued_at_utc    TIMESTAMP NOT NULL,
    evaluated_at_utc TIMESTAMP NOT NULL,
    is_told          BOOLEAN NOT NULL,
    n_held           BIGINT NOT NULL,
    PRIMARY KEY (issued_at_utc),
    CHECK (n_held >= 0)
);

COMMENT ON TABLE alerts.evaluations IS
    'One row per night in which the rules of sources.toml were judged. A night older than the newest here is not judged again.';

COMMENT ON COLUMN alerts.evaluations.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN alerts.evaluations.evaluated_at_utc IS
    'When it was judged last (UTC).';
COMMENT ON COLUMN alerts.evaluations.is_told IS
    'Whether its events are sent: true for tonight''s and for the night after the newest record, false for one that was made up for later.';
COMMENT ON COLUMN alerts.evaluations.n_held IS
    'Events that held in it, in events.';
