-- Growth of logs, corrections of exports, and series that take up new files only.
ALTER TABLE raw.ingested_files ADD COLUMN content_bytes BIGINT;
ALTER TABLE raw.ingested_files ADD COLUMN head_id VARCHAR;
ALTER TABLE raw.ingested_files ADD COLUMN continues_file_id VARCHAR;
ALTER TABLE raw.ingested_files ADD COLUMN records_stray BIGINT;
ALTER TABLE raw.ingested_files ADD COLUMN records_repeated BIGINT;
ALTER TABLE raw.ingested_files ADD COLUMN is_in_series BOOLEAN;
UPDATE raw.ingested_files SET content_bytes = bytes_read WHERE status <> 'rejected' OR lines_read > 0;
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

ALTER TABLE raw.provider_samples ADD COLUMN superseded_by VARCHAR;
-- Of several samples for one time the one delivered last stands, as the series had it before.
UPDATE raw.provider_samples AS sample SET superseded_by = later.file_id
FROM (
    SELECT series_id, at_utc, last(file_id ORDER BY loaded_at_utc, line_number) AS file_id,
        last(line_number ORDER BY loaded_at_utc, line_number) AS line_number
    FROM raw.provider_samples
    JOIN (
        SELECT source, file_id, min(loaded_at_utc) AS loaded_at_utc FROM raw.ingested_files
        WHERE status = 'loaded' GROUP BY ALL
    ) USING (source, file_id)
    GROUP BY ALL
) AS later
WHERE sample.series_id = later.series_id AND sample.at_utc = later.at_utc
    AND (sample.file_id <> later.file_id OR sample.line_number <> later.line_number);
COMMENT ON COLUMN raw.provider_samples.superseded_by IS
    'File that brought another value for the same time later, which then stands; null for the sample that stands.';

ALTER TABLE series.observations ADD COLUMN cause VARCHAR;
COMMENT ON COLUMN series.observations.cause IS
    'What makes a value impossible: negative, infinite, above_capacity or counter_reset; null elsewhere.';

ALTER TABLE series.catalog ADD COLUMN grid VARCHAR;
COMMENT ON COLUMN series.catalog.grid IS
    'Fingerprint of the settings that made the grid and its flags: with others the series is made anew.';
ALTER TABLE series.catalog ADD COLUMN remark VARCHAR;
COMMENT ON COLUMN series.catalog.remark IS
    'What was odd about the records when the series last took up files; null where nothing was.';
