-- The ledger of files, summed by source.
CREATE OR REPLACE VIEW raw.ingestion_summary AS
SELECT
    source,
    kind,
    count(*) AS files,
    count(*) FILTER (WHERE status = 'loaded') AS files_loaded,
    count(*) FILTER (WHERE status = 'growth') AS files_growth,
    count(*) FILTER (WHERE status = 'copy') AS files_copy,
    count(*) FILTER (WHERE status = 'rejected') AS files_rejected,
    CAST(sum(bytes_read) AS BIGINT) AS bytes_read,
    CAST(sum(lines_read) AS BIGINT) AS lines_read,
    CAST(sum(lines_skipped) AS BIGINT) AS lines_skipped,
    CAST(sum(records_read) AS BIGINT) AS records_read,
    CAST(sum(records_loaded) AS BIGINT) AS records_loaded,
    CAST(sum(records_rejected) AS BIGINT) AS records_rejected,
    CAST(sum(records_duplicate) AS BIGINT) AS records_duplicate,
    CAST(sum(rows_written) AS BIGINT) AS rows_written,
    min(first_utc) AS first_utc,
    max(last_utc) AS last_utc,
    max(loaded_at_utc) AS last_loaded_at_utc
FROM raw.ingested_files
GROUP BY source, kind;

COMMENT ON VIEW raw.ingestion_summary IS
    'One row per source: its files by status, what was read of them and what became of it.';

COMMENT ON COLUMN raw.ingestion_summary.source IS
    'Source, as sources.toml names it.';
COMMENT ON COLUMN raw.ingestion_summary.kind IS
    'weblog or export.';
COMMENT ON COLUMN raw.ingestion_summary.files IS
    'Files in the ledger, in files.';
COMMENT ON COLUMN raw.ingestion_summary.files_loaded IS
    'Files loaded, in files.';
COMMENT ON COLUMN raw.ingestion_summary.files_growth IS
    'Files of which only the new end was loaded, in files.';
COMMENT ON COLUMN raw.ingestion_summary.files_copy IS
    'Files whose content had been read before, in files.';
COMMENT ON COLUMN raw.ingestion_summary.files_rejected IS
    'Files of which nothing was taken, in files.';
COMMENT ON COLUMN raw.ingestion_summary.bytes_read IS
    'Decompressed bytes read, in byte.';
COMMENT ON COLUMN raw.ingestion_summary.lines_read IS
    'Lines of text read, in lines.';
COMMENT ON COLUMN raw.ingestion_summary.lines_skipped IS
    'Headers, comments and blank lines, in lines.';
COMMENT ON COLUMN raw.ingestion_summary.records_read IS
    'Records met: loaded, rejected and duplicate together, in records.';
COMMENT ON COLUMN raw.ingestion_summary.records_loaded IS
    'Records that became rows, in records.';
COMMENT ON COLUMN raw.ingestion_summary.records_rejected IS
    'Records that could not be understood, in records.';
COMMENT ON COLUMN raw.ingestion_summary.records_duplicate IS
    'Records left out because they were loaded before, in records.';
COMMENT ON COLUMN raw.ingestion_summary.rows_written IS
    'Rows written, in rows: a line of a wide export writes several.';
COMMENT ON COLUMN raw.ingestion_summary.first_utc IS
    'Earliest time loaded (UTC).';
COMMENT ON COLUMN raw.ingestion_summary.last_utc IS
    'Latest time loaded (UTC).';
COMMENT ON COLUMN raw.ingestion_summary.last_loaded_at_utc IS
    'When a file was last entered (UTC).';
