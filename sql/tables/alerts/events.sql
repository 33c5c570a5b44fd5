-- What a night had to tell: one row per event, however many nights it lasts.
CREATE TABLE alerts.events (
    event_id            VARCHAR NOT NULL,
    rule                VARCHAR NOT NULL,
    kind                VARCHAR NOT NULL,
    subject             VARCHAR NOT NULL,
    first_issued_at_utc TIMESTAMP NOT NULL,
    last_issued_at_utc  TIMESTAMP NOT NULL,
    sentence            VARCHAR NOT NULL,
    value               DOUBLE,
    PRIMARY KEY (event_id),
    CHECK (kind IN ('congestion', 'runout', 'source', 'unusual_day', 'check', 'night')),
    CHECK (first_issued_at_utc <= last_issued_at_utc)
);

COMMENT ON TABLE alerts.events IS
    'One row per event: a rule of sources.toml that began to hold for a series, a source or a check, until a night in which it no longer does.';

COMMENT ON COLUMN alerts.events.event_id IS
    'Fingerprint of rule, subject and first night: the same event is told once.';
COMMENT ON COLUMN alerts.events.rule IS
    'Rule, as sources.toml names it.';
COMMENT ON COLUMN alerts.events.kind IS
    'What the rule watches: congestion, runout, source, unusual_day, check or night.';
COMMENT ON COLUMN alerts.events.subject IS
    'Series, source or check that it speaks of; for an unusual day the series and the day.';
COMMENT ON COLUMN alerts.events.first_issued_at_utc IS
    'Midnight of the first night in which it held (UTC).';
COMMENT ON COLUMN alerts.events.last_issued_at_utc IS
    'Midnight of the last night in which it held (UTC).';
COMMENT ON COLUMN alerts.events.sentence IS
    'What was told, in words, as of the first night.';
COMMENT ON COLUMN alerts.events.value IS
    'The figure that met the rule, in the unit of its kind: a probability, weeks or hours late, for example; null where there is none.';
