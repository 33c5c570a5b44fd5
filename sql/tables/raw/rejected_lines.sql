-- Lines that could not be understood, kept with the reason, so that none is lost silently.
CREATE TABLE raw.rejected_lines (
    source      VARCHAR NOT NULL,
    file_id     VARCHAR NOT NULL,
    line_number BIGINT NOT NULL,
    reason      VARCHAR NOT NULL,
    line        VARCHAR,
    PRIMARY KEY (source, file_id, line_number),
    CHECK (line_number >= 1)
);

COMMENT ON TABLE raw.rejected_lines IS
    'One row per line of a text file that was rejected, with the reason.';

COMMENT ON COLUMN raw.rejected_lines.source IS
    'Source, as sources.toml names it.';
COMMENT ON COLUMN raw.rejected_lines.file_id IS
    'File that it came from (raw.ingested_files).';
COMMENT ON COLUMN raw.rejected_lines.line_number IS
    'Line of that file, counted from 1.';
COMMENT ON COLUMN raw.rejected_lines.reason IS
    'Why it was rejected; the same words for the same fault, so that they can be counted.';
COMMENT ON COLUMN raw.rejected_lines.line IS
    'The line itself, control characters escaped, cut at 1,000 characters.';
