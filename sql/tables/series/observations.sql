-- Every series on its regular grid: a gap is a row that says so, and never a zero.
CREATE TABLE series.observations (
    series_id   VARCHAR NOT NULL,
    at_utc      TIMESTAMP NOT NULL,
    value       DOUBLE,
    is_observed BOOLEAN NOT NULL,
    flag        VARCHAR,
    is_outlier  BOOLEAN NOT NULL,
    value_clean DOUBLE,
    cause       VARCHAR,
    CHECK (is_observed = (value IS NOT NULL)),
    CHECK (NOT isnan(value)),
    CHECK (NOT isnan(value_clean)),
    CHECK (flag IN ('outlier', 'outage', 'impossible'))
);

COMMENT ON TABLE series.observations IS
    'One row per series and grid point between its first and last measurement. Key: (series_id, at_utc), kept by the writer and checked every night; not indexed, because an index makes loading twelve times as slow.';

COMMENT ON COLUMN series.observations.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN series.observations.at_utc IS
    'Grid point (UTC): the beginning of the step.';
COMMENT ON COLUMN series.observations.value IS
    'What was measured, in the unit of the series; null where nothing was.';
COMMENT ON COLUMN series.observations.is_observed IS
    'Whether there is a measurement.';
COMMENT ON COLUMN series.observations.flag IS
    'What is odd: outlier, outage (within a run of exact zeros) or impossible; null where nothing is.';
COMMENT ON COLUMN series.observations.is_outlier IS
    'Whether value lies beyond the limit of the outlier rule.';
COMMENT ON COLUMN series.observations.value_clean IS
    'value, clipped to the limit of the rule where it is an outlier, null where missing, outage or impossible; in the unit of the series.';
COMMENT ON COLUMN series.observations.cause IS
    'What makes a value impossible: negative, infinite, above_capacity or counter_reset; null elsewhere.';
