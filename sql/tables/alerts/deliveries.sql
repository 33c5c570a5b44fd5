-- Whether each event reached those whom sources.toml names.
CREATE TABLE alerts.deliveries (
    event_id         VARCHAR NOT NULL,
    channel          VARCHAR NOT NULL,
    status           VARCHAR NOT NULL,
    n_attempts       INTEGER NOT NULL,
    last_attempt_utc TIMESTAMP,
    error            VARCHAR,
    PRIMARY KEY (event_id, channel),
    CHECK (status IN ('pending', 'sent', 'dead_letter')),
    CHECK (status = 'pending' OR last_attempt_utc IS NOT NULL),
    CHECK (status <> 'dead_letter' OR error IS NOT NULL)
);

COMMENT ON TABLE alerts.deliveries IS
    'One row per event and channel: still to be sent, sent, or a dead letter that no attempt could deliver. No row: nobody was to be told.';

COMMENT ON COLUMN alerts.deliveries.event_id IS
    'Event, as in alerts.events.';
COMMENT ON COLUMN alerts.deliveries.channel IS
    'Channel, as sources.toml names it.';
COMMENT ON COLUMN alerts.deliveries.status IS
    'pending (to be sent when the night is published), sent, or dead_letter (given up; each of the next nights tries it once more). The published copy is made before the night''s messages are sent.';
COMMENT ON COLUMN alerts.deliveries.n_attempts IS
    'Attempts made over all nights, in attempts.';
COMMENT ON COLUMN alerts.deliveries.last_attempt_utc IS
    'When the last attempt was made (UTC); null while there was none.';
COMMENT ON COLUMN alerts.deliveries.error IS
    'Sentence that says why the last attempt failed, or who of several was not reached; null where it did not.';
