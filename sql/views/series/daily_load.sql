-- Each local day of each series in one row, from the values as measured: with outliers and outages, without what is
-- impossible.
CREATE OR REPLACE VIEW series.daily_load AS
WITH measured AS (
    SELECT
        series_id,
        at_utc,
        CASE WHEN flag IS DISTINCT FROM 'impossible' THEN value END AS value
    FROM series.observations
)

SELECT
    ensemble.series_id,
    catalog.source,
    catalog.kind,
    ensemble.local_date,
    ensemble.weekday,
    count(*) AS n_steps,
    count(measured.value) AS n_observed,
    avg(measured.value) AS mean,
    max(measured.value) AS peak,
    quantile_disc(measured.value, 0.95) AS p95,
    CASE WHEN catalog.unit IN ('byte', 'request') THEN sum(measured.value) END AS total,
    catalog.unit
FROM series.day_ensemble AS ensemble
JOIN series.catalog AS catalog ON catalog.series_id = ensemble.series_id
JOIN measured
    ON measured.series_id = ensemble.series_id AND measured.at_utc = ensemble.at_utc
GROUP BY
    ensemble.series_id, catalog.source, catalog.kind, ensemble.local_date, ensemble.weekday, catalog.unit;

COMMENT ON VIEW series.daily_load IS
    'One row per series and local day: how much was measured (outliers and outages included, the impossible left out), its mean, peak, 95th percentile and total.';

COMMENT ON COLUMN series.daily_load.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN series.daily_load.source IS
    'Source, as sources.toml names it.';
COMMENT ON COLUMN series.daily_load.kind IS
    'weblog or export.';
COMMENT ON COLUMN series.daily_load.local_date IS
    'Local calendar day, in the time zone of the series.';
COMMENT ON COLUMN series.daily_load.weekday IS
    'Day of the week, 1 = Monday to 7 = Sunday.';
COMMENT ON COLUMN series.daily_load.n_steps IS
    'Grid points of the day, in steps.';
COMMENT ON COLUMN series.daily_load.n_observed IS
    'Those with a measurement, in steps.';
COMMENT ON COLUMN series.daily_load.mean IS
    'Mean, in unit.';
COMMENT ON COLUMN series.daily_load.peak IS
    'Highest value, in unit.';
COMMENT ON COLUMN series.daily_load.p95 IS
    '95th percentile: the value that 5 % of the steps exceed, in unit.';
COMMENT ON COLUMN series.daily_load.total IS
    'Sum over the day, in unit; null for a rate, whose values do not add up.';
COMMENT ON COLUMN series.daily_load.unit IS
    'Unit of the values: bit/s, byte (a step), request (a step) or unknown.';
