-- Which night the published copy is of: one row, written when a copy is published.
CREATE TABLE platform.published_night (
    issued_at_utc    TIMESTAMP,
    published_at_utc TIMESTAMP NOT NULL,
    release          VARCHAR NOT NULL
);

COMMENT ON TABLE platform.published_night IS
    'One row: the night that the published copy is of. In the warehouse, of the copy that was published last. Key: (published_at_utc), kept by the writer.';

COMMENT ON COLUMN platform.published_night.issued_at_utc IS
    'Midnight of the platform, in UTC, of the newest night that has rows in the copy; null where none has.';
COMMENT ON COLUMN platform.published_night.published_at_utc IS
    'When the copy was made (UTC).';
COMMENT ON COLUMN platform.published_night.release IS
    'Release of Diurnal that made it.';
