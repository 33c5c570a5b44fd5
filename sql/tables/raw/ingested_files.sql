-- The ledger of files: what became of every file that a night met.
-- Its sums hold for every row, so that each line of input is accounted for.
CREATE TABLE raw.ingested_files (
    file_id           VARCHAR NOT NULL,
    source            VARCHAR NOT NULL,
    kind              VARCHAR NOT NULL,
    path              VARCHAR NOT NULL,
    format            VARCHAR,
    status            VARCHAR NOT NULL,
    reason            VARCHAR,
    bytes_read        BIGINT NOT NULL,
    lines_read        BIGINT,
    lines_skipped     BIGINT NOT NULL,
    records_read      BIGINT NOT NULL,
    records_loaded    BIGINT NOT NULL,
    records_rejected  BIGINT NOT NULL,
    records_duplicate BIGINT NOT NULL,
    rows_written      BIGINT NOT NULL,
    first_utc         TIMESTAMP,
    last_utc          TIMESTAMP,
    loaded_at_utc     TIMESTAMP NOT NULL,
    file_size_bytes   BIGINT,
    modified_utc      TIMESTAMP,
    reader            VARCHAR,
    content_bytes     BIGINT,
    head_id           VARCHAR,
    continues_file_id VARCHAR,
    records_stray     BIGINT,
    records_repeated  BIGINT,
    is_in_series      BOOLEAN,
    PRIMARY KEY (source, path, file_id),
    CHECK (kind IN ('weblog', 'export')),
    CHECK (status IN ('loaded', 'rejected', 'copy', 'growth')),
    CHECK (status <> 'rejected' OR reason IS NOT NULL),
    CHECK (lines_read = lines_skipped + records_read),
    CHECK (records_read = records_loaded + records_rejected + records_duplicate)
);

COMMENT ON TABLE raw.ingested_files IS
    'One row per file and content that a night met: what was read, what was loaded and what was left out, and why.';

COMMENT ON COLUMN raw.ingested_files.file_id IS
    'Hash of the decompressed content; unread-... where it could not be read.';
COMMENT ON COLUMN raw.ingested_files.source IS
    'Source, as sources.toml names it.';
COMMENT ON COLUMN raw.ingested_files.kind IS
    'weblog or export.';
COMMENT ON COLUMN raw.ingested_files.path IS
    'Where the file lay: relative to the home, or absolute.';
COMMENT ON COLUMN raw.ingested_files.format IS
    'Format in which it was read, such as combined or csv wide, with what the file told by itself; null when none was recognised.';
COMMENT ON COLUMN raw.ingested_files.status IS
    'loaded; rejected (nothing of it was taken); copy (its content was read before, under this or another name); growth (its beginning was read before, the rest is taken).';
COMMENT ON COLUMN raw.ingested_files.reason IS
    'Sentence that says why the file was not simply loaded; null where it was.';
COMMENT ON COLUMN raw.ingested_files.bytes_read IS
    'Decompressed bytes of which the lines were read, in byte: of a growth, those that are new.';
COMMENT ON COLUMN raw.ingested_files.lines_read IS
    'Lines of the text, in lines; null for a file that is not text.';
COMMENT ON COLUMN raw.ingested_files.lines_skipped IS
    'Headers, comments and blank lines, in lines.';
COMMENT ON COLUMN raw.ingested_files.records_read IS
    'Records met, in records: a line of a log, a line of an export.';
COMMENT ON COLUMN raw.ingested_files.records_loaded IS
    'Records that became rows, in records.';
COMMENT ON COLUMN raw.ingested_files.records_rejected IS
    'Records that could not be understood, in records (raw.rejected_lines has the lines).';
COMMENT ON COLUMN raw.ingested_files.records_duplicate IS
    'Records left out because they were loaded before, in records.';
COMMENT ON COLUMN raw.ingested_files.rows_written IS
    'Rows added to raw.web_requests or raw.provider_samples, in rows: a line of a wide export writes several.';
COMMENT ON COLUMN raw.ingested_files.first_utc IS
    'Earliest time among the loaded records but for stray ones (UTC); null where none was loaded.';
COMMENT ON COLUMN raw.ingested_files.last_utc IS
    'Latest time among the loaded records but for stray ones (UTC); null where none was loaded.';
COMMENT ON COLUMN raw.ingested_files.loaded_at_utc IS
    'When this row was written (UTC).';
COMMENT ON COLUMN raw.ingested_files.file_size_bytes IS
    'Size of the file as it lies, compressed or not, in byte.';
COMMENT ON COLUMN raw.ingested_files.modified_utc IS
    'When the file was last changed, by its file system (UTC).';
COMMENT ON COLUMN raw.ingested_files.reader IS
    'Fingerprint of the settings that read it: other settings, another fingerprint.';
COMMENT ON COLUMN raw.ingested_files.content_bytes IS
    'Size of the whole decompressed content, in byte; null where it could not be read.';
COMMENT ON COLUMN raw.ingested_files.head_id IS
    'Hash of the first 4,096 bytes of the content: contents that begin differently are told apart at once.';
COMMENT ON COLUMN raw.ingested_files.continues_file_id IS
    'Of a growth, the content that it begins with and that was read before; null otherwise.';
COMMENT ON COLUMN raw.ingested_files.records_stray IS
    'Records loaded whose time lies more than a week from all others of the file (the clock jumped), in records; the series leave them out.';
COMMENT ON COLUMN raw.ingested_files.records_repeated IS
    'Records of a log that stand word for word in another file too, in records: a suspected overlap, nothing was removed.';
COMMENT ON COLUMN raw.ingested_files.is_in_series IS
    'Whether the series have taken up its rows.';
