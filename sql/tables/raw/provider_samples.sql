-- Every sample of every provider export, as the export says it. Not in the published copy.
CREATE TABLE raw.provider_samples (
    source      VARCHAR NOT NULL,
    series_id   VARCHAR NOT NULL,
    at_utc      TIMESTAMP NOT NULL,
    value       DOUBLE,
    unit        VARCHAR NOT NULL,
    file_id     VARCHAR NOT NULL,
    line_number BIGINT NOT NULL,
    superseded_by VARCHAR
);

COMMENT ON TABLE raw.provider_samples IS
    'One row per sample that a provider exported, as the export says it. Key: (series_id, at_utc, file_id, line_number), kept by the writer and checked every night; not indexed, because an index makes loading twelve times as slow.';

COMMENT ON COLUMN raw.provider_samples.source IS
    'Export, as sources.toml names it.';
COMMENT ON COLUMN raw.provider_samples.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN raw.provider_samples.at_utc IS
    'Time of the sample (UTC).';
COMMENT ON COLUMN raw.provider_samples.value IS
    'What was measured, in unit; null when the export leaves it empty, which is not zero.';
COMMENT ON COLUMN raw.provider_samples.unit IS
    'Unit of value: bit/s, byte (a step), request (a step) or unknown.';
COMMENT ON COLUMN raw.provider_samples.file_id IS
    'File that it came from (raw.ingested_files).';
COMMENT ON COLUMN raw.provider_samples.line_number IS
    'Line of that file, counted from 1.';
COMMENT ON COLUMN raw.provider_samples.superseded_by IS
    'File that brought another value for the same time later, which then stands; null for the sample that stands.';
