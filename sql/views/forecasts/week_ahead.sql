-- The week ahead of each series by the hour: its champion's 7 days of its newest night.
-- A time zone that DuckDB does not know leaves local_target null, and the forecast in place.
CREATE OR REPLACE VIEW forecasts.week_ahead AS
SELECT
    points.series_id,
    catalog.source,
    points.model,
    points.issued_at_utc,
    points.target_utc,
    timezone(zones.name, timezone('UTC', points.target_utc)) AS local_target,
    points.horizon,
    1 + date_diff('second', points.issued_at_utc, points.target_utc) // 86400 AS day_ahead,
    points.mean,
    points.q025,
    points.q10,
    points.q25,
    points.q50,
    points.q75,
    points.q90,
    points.q975,
    catalog.unit,
    catalog.capacity
FROM forecasts.points AS points
JOIN series.catalog AS catalog ON catalog.series_id = points.series_id
LEFT JOIN pg_timezone_names() AS zones ON zones.name = catalog.time_zone
WHERE points.is_champion AND points.step_seconds = 3600
QUALIFY points.issued_at_utc = max(points.issued_at_utc) OVER (PARTITION BY points.series_id);

COMMENT ON VIEW forecasts.week_ahead IS
    'The champion''s forecast of each series for the 7 days after its newest night, by the hour, with unit and capacity: the mean of the values in the hour. A series whose step is longer than an hour has none. A stale series keeps its last forecast for as many nights as forecasts are kept: see issued_at_utc.';

COMMENT ON COLUMN forecasts.week_ahead.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN forecasts.week_ahead.source IS
    'Source, as sources.toml names it.';
COMMENT ON COLUMN forecasts.week_ahead.model IS
    'Model that speaks for the series.';
COMMENT ON COLUMN forecasts.week_ahead.issued_at_utc IS
    'Midnight of the platform, in UTC, at which the forecast was issued.';
COMMENT ON COLUMN forecasts.week_ahead.target_utc IS
    'Time forecast (UTC): the beginning of the hour.';
COMMENT ON COLUMN forecasts.week_ahead.local_target IS
    'The same in the time zone of the series.';
COMMENT ON COLUMN forecasts.week_ahead.horizon IS
    'How many hours after issue, in steps of an hour.';
COMMENT ON COLUMN forecasts.week_ahead.day_ahead IS
    'Day after issue in which target_utc lies, 1 to 7.';
COMMENT ON COLUMN forecasts.week_ahead.mean IS
    'Point forecast, in unit.';
COMMENT ON COLUMN forecasts.week_ahead.q025 IS
    'Quantile: the value is below it with a probability of 2.5 %; in unit.';
COMMENT ON COLUMN forecasts.week_ahead.q10 IS
    'Quantile: the value is below it with a probability of 10 %; in unit.';
COMMENT ON COLUMN forecasts.week_ahead.q25 IS
    'Quantile: the value is below it with a probability of 25 %; in unit.';
COMMENT ON COLUMN forecasts.week_ahead.q50 IS
    'Quantile: the value is below it with a probability of 50 %; in unit.';
COMMENT ON COLUMN forecasts.week_ahead.q75 IS
    'Quantile: the value is below it with a probability of 75 %; in unit.';
COMMENT ON COLUMN forecasts.week_ahead.q90 IS
    'Quantile: the value is below it with a probability of 90 %; in unit.';
COMMENT ON COLUMN forecasts.week_ahead.q975 IS
    'Quantile: the value is below it with a probability of 97.5 %; in unit.';
COMMENT ON COLUMN forecasts.week_ahead.unit IS
    'Unit of the values: bit/s, byte (a step), request (a step) or unknown.';
COMMENT ON COLUMN forecasts.week_ahead.capacity IS
    'Capacity, in unit; null when sources.toml gives none.';
