-- Whether each event reached those whom sources.toml names.
CREATE TABLE alerts.deliveries (
    event_id         VARCHAR NOT NULL,
    channel          VARCHAR NOT NULL,
    status           VARCHAR NOT NULL,
    n_attempts       INTEGER NOT NULL,
    last_attempt_utc TIMESTAMP NOT NULL,
    error            VARCHAR,
    PRIMARY KEY (event_id, channel),
    CHECK (status IN ('sent', 'dead_letter')),
    CHECK (status = 'sent' OR error IS NOT NULL)
);

COMMENT ON TABLE alerts.deliveries IS
    'One row per event and channel: sent, or a dead letter that no attempt could deliver.';

COMMENT ON COLUMN alerts.deliveries.event_id IS
    'Event, as in alerts.events.';
COMMENT ON COLUMN alerts.deliveries.channel IS
    'Channel, as sources.toml names it.';
COMMENT ON COLUMN alerts.deliveries.status IS
    'sent, or dead_letter (given up; the next night tries it once more).';
COMMENT ON COLUMN alerts.deliveries.n_attempts IS
    'Attempts made over all nights, in attempts.';
COMMENT ON COLUMN alerts.deliveries.last_attempt_utc IS
    'When the last attempt was made (UTC).';
COMMENT ON COLUMN alerts.deliveries.error IS
    'Sentence that says why the last attempt failed; null where it did not.';
