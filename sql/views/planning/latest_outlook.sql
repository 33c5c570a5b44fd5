-- The newest outlook of each series, with its unit: the weeks ahead in one row a link.
CREATE OR REPLACE VIEW planning.latest_outlook AS
SELECT
    outlook.series_id,
    catalog.source,
    catalog.unit,
    outlook.issued_at_utc,
    outlook.capacity,
    outlook.busy_hour_local,
    outlook.busy_hour_p95,
    outlook.headroom,
    outlook.growth_per_week,
    outlook.growth_lower_95,
    outlook.growth_upper_95,
    outlook.runout_threshold,
    outlook.runout_date_q10,
    outlook.runout_date_q50,
    outlook.runout_date_q90,
    outlook.runout_probability,
    outlook.horizon_weeks,
    outlook.reason
FROM planning.outlook AS outlook
JOIN series.catalog AS catalog ON catalog.series_id = outlook.series_id
QUALIFY outlook.issued_at_utc = max(outlook.issued_at_utc) OVER (PARTITION BY outlook.series_id);

COMMENT ON VIEW planning.latest_outlook IS
    'One row per series: the outlook of its newest night, or the reason why there is none.';

COMMENT ON COLUMN planning.latest_outlook.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN planning.latest_outlook.source IS
    'Source, as sources.toml names it.';
COMMENT ON COLUMN planning.latest_outlook.unit IS
    'Unit of capacity and busy_hour_p95.';
COMMENT ON COLUMN planning.latest_outlook.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN planning.latest_outlook.capacity IS
    'Capacity, in unit; null when sources.toml gives none.';
COMMENT ON COLUMN planning.latest_outlook.busy_hour_local IS
    'Local hour of the day that carries most, 0 to 23, over the last four weeks.';
COMMENT ON COLUMN planning.latest_outlook.busy_hour_p95 IS
    '95th percentile of the values of the busiest hour of each day of the last week, in unit.';
COMMENT ON COLUMN planning.latest_outlook.headroom IS
    'Share of the capacity that busy_hour_p95 leaves free: 1 = all, 0 = none, below 0 it was exceeded.';
COMMENT ON COLUMN planning.latest_outlook.growth_per_week IS
    'Growth a week, season removed, as a share of the level: 0.01 is one percent a week.';
COMMENT ON COLUMN planning.latest_outlook.growth_lower_95 IS
    'Lower end of its 95 % interval, as a share a week.';
COMMENT ON COLUMN planning.latest_outlook.growth_upper_95 IS
    'Upper end of its 95 % interval, as a share a week.';
COMMENT ON COLUMN planning.latest_outlook.runout_threshold IS
    'Share of the capacity at which the link counts as full; null without a run-out.';
COMMENT ON COLUMN planning.latest_outlook.runout_date_q10 IS
    'First local day of the week in which the threshold is first passed, 10 % quantile; null when not within the horizon.';
COMMENT ON COLUMN planning.latest_outlook.runout_date_q50 IS
    'The same, median; null when not within the horizon.';
COMMENT ON COLUMN planning.latest_outlook.runout_date_q90 IS
    'The same, 90 % quantile; null when not within the horizon.';
COMMENT ON COLUMN planning.latest_outlook.runout_probability IS
    'Probability that it passes within the horizon, 0 to 1; null when it cannot be said.';
COMMENT ON COLUMN planning.latest_outlook.horizon_weeks IS
    'Weeks looked ahead, in weeks; null when it cannot be said.';
COMMENT ON COLUMN planning.latest_outlook.reason IS
    'Sentence that says why a figure is missing; null where none is.';
