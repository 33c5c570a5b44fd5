-- Pairs of files of one web log whose spans overlap, where records of one stand word for word in others.
CREATE OR REPLACE VIEW raw.suspected_overlaps AS
SELECT
    later.source,
    later.path,
    earlier.path AS other_path,
    greatest(later.first_utc, earlier.first_utc) AS first_utc,
    least(later.last_utc, earlier.last_utc) AS last_utc,
    later.records_loaded,
    later.records_repeated
FROM raw.ingested_files AS later
JOIN raw.ingested_files AS earlier
    ON earlier.source = later.source AND earlier.file_id <> later.file_id
    AND earlier.first_utc <= later.last_utc AND earlier.last_utc >= later.first_utc
    AND earlier.loaded_at_utc < later.loaded_at_utc
WHERE later.reason LIKE 'suspected overlap:%'
    AND later.status IN ('loaded', 'growth') AND earlier.status IN ('loaded', 'growth');

COMMENT ON VIEW raw.suspected_overlaps IS
    'One row per pair of files of one web log that may hold the same requests: nothing was removed, a person decides.';

COMMENT ON COLUMN raw.suspected_overlaps.source IS
    'Source, as sources.toml names it.';
COMMENT ON COLUMN raw.suspected_overlaps.path IS
    'The file that was read later.';
COMMENT ON COLUMN raw.suspected_overlaps.other_path IS
    'A file that was read before and whose span overlaps with it.';
COMMENT ON COLUMN raw.suspected_overlaps.first_utc IS
    'Where the two spans begin to overlap (UTC).';
COMMENT ON COLUMN raw.suspected_overlaps.last_utc IS
    'Where the two spans cease to overlap (UTC).';
COMMENT ON COLUMN raw.suspected_overlaps.records_loaded IS
    'Records loaded of the later file, in records.';
COMMENT ON COLUMN raw.suspected_overlaps.records_repeated IS
    'How many of them stand word for word in files read before, in records.';
