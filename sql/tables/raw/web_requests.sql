-- Every request of every web log, as the log says it. Not in the published copy.
CREATE TABLE raw.web_requests (
    source      VARCHAR NOT NULL,
    at_utc      TIMESTAMP NOT NULL,
    host        VARCHAR,
    method      VARCHAR,
    path        VARCHAR,
    protocol    VARCHAR,
    status      SMALLINT,
    bytes_sent  BIGINT,
    file_id     VARCHAR NOT NULL,
    line_number BIGINT NOT NULL
);

COMMENT ON TABLE raw.web_requests IS
    'One row per request that a web log records, as the log says it. Key: (source, file_id, line_number), kept by the writer and checked every night; not indexed, because an index makes loading twelve times as slow.';

COMMENT ON COLUMN raw.web_requests.source IS
    'Web log, as sources.toml names it.';
COMMENT ON COLUMN raw.web_requests.at_utc IS
    'Time of the request (UTC), to the resolution of the log.';
COMMENT ON COLUMN raw.web_requests.host IS
    'Client, as the log names it: an address or a name.';
COMMENT ON COLUMN raw.web_requests.method IS
    'Method of the request, GET for example; null when the request has none.';
COMMENT ON COLUMN raw.web_requests.path IS
    'Target of the request with its query, as the client sent it.';
COMMENT ON COLUMN raw.web_requests.protocol IS
    'Protocol of the request, HTTP/1.0 for example; null when the request has none.';
COMMENT ON COLUMN raw.web_requests.status IS
    'Status code of the answer, 200 for example; null when the log has none.';
COMMENT ON COLUMN raw.web_requests.bytes_sent IS
    'Size of the answer, in byte; null when the log has -, which is not zero.';
COMMENT ON COLUMN raw.web_requests.file_id IS
    'File that it came from (raw.ingested_files).';
COMMENT ON COLUMN raw.web_requests.line_number IS
    'Line of that file, counted from 1.';
