-- The forecast that stands for each series: its champion's next 24 hours, at its own step, of its newest night.
-- A step that is longer than the day may begin after it; then its first target stands.
-- A time zone that DuckDB does not know leaves local_target null, and the forecast in place.
CREATE OR REPLACE VIEW forecasts.latest_forecast AS
SELECT
    points.series_id,
    catalog.source,
    points.model,
    points.issued_at_utc,
    points.step_seconds,
    points.target_utc,
    timezone(zones.name, timezone('UTC', points.target_utc)) AS local_target,
    points.horizon,
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
JOIN series.catalog AS catalog
    ON catalog.series_id = points.series_id AND catalog.step_seconds = points.step_seconds
LEFT JOIN pg_timezone_names() AS zones ON zones.name = catalog.time_zone
WHERE points.is_champion AND (points.target_utc < points.issued_at_utc + INTERVAL 1 DAY OR points.horizon = 1)
QUALIFY points.issued_at_utc = max(points.issued_at_utc) OVER (PARTITION BY points.series_id);

COMMENT ON VIEW forecasts.latest_forecast IS
    'The champion''s forecast of each series for the 24 hours after its newest night, at the step of the series, with unit and capacity. A stale series keeps its last forecast for as many nights as forecasts are kept: see issued_at_utc. The 7 days stand in forecasts.week_ahead.';

COMMENT ON COLUMN forecasts.latest_forecast.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN forecasts.latest_forecast.source IS
    'Source, as sources.toml names it.';
COMMENT ON COLUMN forecasts.latest_forecast.model IS
    'Model that speaks for the series.';
COMMENT ON COLUMN forecasts.latest_forecast.issued_at_utc IS
    'Midnight of the platform, in UTC, at which the forecast was issued.';
COMMENT ON COLUMN forecasts.latest_forecast.step_seconds IS
    'Step of the forecast, in seconds.';
COMMENT ON COLUMN forecasts.latest_forecast.target_utc IS
    'Time forecast (UTC): the beginning of the step.';
COMMENT ON COLUMN forecasts.latest_forecast.local_target IS
    'The same in the time zone of the series.';
COMMENT ON COLUMN forecasts.latest_forecast.horizon IS
    'How many steps after issue, in steps.';
COMMENT ON COLUMN forecasts.latest_forecast.mean IS
    'Point forecast, in unit.';
COMMENT ON COLUMN forecasts.latest_forecast.q025 IS
    'Quantile: the value is below it with a probability of 2.5 %; in unit.';
COMMENT ON COLUMN forecasts.latest_forecast.q10 IS
    'Quantile: the value is below it with a probability of 10 %; in unit.';
COMMENT ON COLUMN forecasts.latest_forecast.q25 IS
    'Quantile: the value is below it with a probability of 25 %; in unit.';
COMMENT ON COLUMN forecasts.latest_forecast.q50 IS
    'Quantile: the value is below it with a probability of 50 %; in unit.';
COMMENT ON COLUMN forecasts.latest_forecast.q75 IS
    'Quantile: the value is below it with a probability of 75 %; in unit.';
COMMENT ON COLUMN forecasts.latest_forecast.q90 IS
    'Quantile: the value is below it with a probability of 90 %; in unit.';
COMMENT ON COLUMN forecasts.latest_forecast.q975 IS
    'Quantile: the value is below it with a probability of 97.5 %; in unit.';
COMMENT ON COLUMN forecasts.latest_forecast.unit IS
    'Unit of the values: bit/s, byte (a step), request (a step) or unknown.';
COMMENT ON COLUMN forecasts.latest_forecast.capacity IS
    'Capacity, in unit; null when sources.toml gives none.';
