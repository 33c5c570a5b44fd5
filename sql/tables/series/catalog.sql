-- The list of series: what each is, on which grid it lies, and whether it can be used tonight.
CREATE TABLE series.catalog (
    series_id      VARCHAR NOT NULL,
    source         VARCHAR NOT NULL,
    kind           VARCHAR NOT NULL,
    unit           VARCHAR NOT NULL,
    step_seconds   INTEGER,
    phase_seconds  INTEGER,
    time_zone      VARCHAR NOT NULL,
    capacity       DOUBLE,
    first_utc      TIMESTAMP,
    last_utc       TIMESTAMP,
    observed_share DOUBLE,
    status         VARCHAR NOT NULL,
    reason         VARCHAR,
    n_observations BIGINT,
    grid           VARCHAR,
    remark         VARCHAR,
    PRIMARY KEY (series_id),
    CHECK (kind IN ('weblog', 'export')),
    CHECK (status IN ('ok', 'stale', 'short', 'set_aside')),
    CHECK (status = 'ok' OR reason IS NOT NULL),
    CHECK (step_seconds > 0),
    CHECK (phase_seconds >= 0 AND phase_seconds < step_seconds),
    CHECK (observed_share BETWEEN 0 AND 1)
);

COMMENT ON TABLE series.catalog IS
    'One row per series: its source, unit, grid, span and state.';

COMMENT ON COLUMN series.catalog.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN series.catalog.source IS
    'Source, as sources.toml names it.';
COMMENT ON COLUMN series.catalog.kind IS
    'weblog or export.';
COMMENT ON COLUMN series.catalog.unit IS
    'Unit of value: bit/s, byte (a step), request (a step) or unknown.';
COMMENT ON COLUMN series.catalog.step_seconds IS
    'Spacing of the grid, in seconds; null when none was found.';
COMMENT ON COLUMN series.catalog.phase_seconds IS
    'Offset of the grid from whole steps since 1970 (UTC), in seconds.';
COMMENT ON COLUMN series.catalog.time_zone IS
    'IANA time zone in which the days of the series begin and end.';
COMMENT ON COLUMN series.catalog.capacity IS
    'Capacity, in the unit of the series; null when sources.toml gives none.';
COMMENT ON COLUMN series.catalog.first_utc IS
    'First point of the grid with a measurement (UTC).';
COMMENT ON COLUMN series.catalog.last_utc IS
    'Last point of the grid with a measurement (UTC).';
COMMENT ON COLUMN series.catalog.observed_share IS
    'Share of the grid between first_utc and last_utc that was measured, 0 to 1.';
COMMENT ON COLUMN series.catalog.status IS
    'ok; stale (its newest value is too old to forecast from); short (too little history); set_aside (a fault of its data).';
COMMENT ON COLUMN series.catalog.reason IS
    'Sentence that says why the status is not ok; null where it is.';
COMMENT ON COLUMN series.catalog.n_observations IS
    'Measured points of the grid, in points.';
COMMENT ON COLUMN series.catalog.grid IS
    'Fingerprint of the settings that made the grid and its flags: with others the series is made anew.';
COMMENT ON COLUMN series.catalog.remark IS
    'What was odd about the records when the series last took up files; null where nothing was.';
