-- Each forecast beside what was measured at its target, for forecasts at the step of their series.
CREATE OR REPLACE VIEW forecasts.forecast_against_actual AS
SELECT
    points.series_id,
    points.model,
    points.is_champion,
    points.issued_at_utc,
    points.target_utc,
    points.horizon,
    points.mean,
    points.q025,
    points.q10,
    points.q50,
    points.q90,
    points.q975,
    observations.value AS actual,
    observations.flag,
    observations.value - points.mean AS error,
    observations.value BETWEEN points.q10 AND points.q90 AS covered_80,
    observations.value BETWEEN points.q025 AND points.q975 AS covered_95,
    catalog.unit
FROM forecasts.points AS points
JOIN series.catalog AS catalog
    ON catalog.series_id = points.series_id AND catalog.step_seconds = points.step_seconds
JOIN series.observations AS observations
    ON observations.series_id = points.series_id AND observations.at_utc = points.target_utc;

COMMENT ON VIEW forecasts.forecast_against_actual IS
    'Forecasts at the step of their series whose target has come, beside what was measured there. Targets still ahead and the hours of a finer series are left out; a missing measurement leaves actual null. Of an hourly series up to seven nights forecast the same target: see issued_at_utc.';

COMMENT ON COLUMN forecasts.forecast_against_actual.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN forecasts.forecast_against_actual.model IS
    'Model that made the forecast.';
COMMENT ON COLUMN forecasts.forecast_against_actual.is_champion IS
    'Whether this model spoke for the series at this target.';
COMMENT ON COLUMN forecasts.forecast_against_actual.issued_at_utc IS
    'Midnight of the platform, in UTC, at which the forecast was issued.';
COMMENT ON COLUMN forecasts.forecast_against_actual.target_utc IS
    'Time forecast (UTC): the beginning of the step.';
COMMENT ON COLUMN forecasts.forecast_against_actual.horizon IS
    'How many steps after issue, in steps.';
COMMENT ON COLUMN forecasts.forecast_against_actual.mean IS
    'Point forecast, in unit.';
COMMENT ON COLUMN forecasts.forecast_against_actual.q025 IS
    'Quantile: the value is below it with a probability of 2.5 %; in unit.';
COMMENT ON COLUMN forecasts.forecast_against_actual.q10 IS
    'Quantile: the value is below it with a probability of 10 %; in unit.';
COMMENT ON COLUMN forecasts.forecast_against_actual.q50 IS
    'Quantile: the value is below it with a probability of 50 %; in unit.';
COMMENT ON COLUMN forecasts.forecast_against_actual.q90 IS
    'Quantile: the value is below it with a probability of 90 %; in unit.';
COMMENT ON COLUMN forecasts.forecast_against_actual.q975 IS
    'Quantile: the value is below it with a probability of 97.5 %; in unit.';
COMMENT ON COLUMN forecasts.forecast_against_actual.actual IS
    'What was measured, in unit; null where nothing was.';
COMMENT ON COLUMN forecasts.forecast_against_actual.flag IS
    'What is odd about the measurement: outlier, outage or impossible; null where nothing is.';
COMMENT ON COLUMN forecasts.forecast_against_actual.error IS
    'actual - mean, in unit: positive when there was more than forecast.';
COMMENT ON COLUMN forecasts.forecast_against_actual.covered_80 IS
    'Whether actual lies within q10 to q90.';
COMMENT ON COLUMN forecasts.forecast_against_actual.covered_95 IS
    'Whether actual lies within q025 to q975.';
COMMENT ON COLUMN forecasts.forecast_against_actual.unit IS
    'Unit of the values: bit/s, byte (a step), request (a step) or unknown.';
