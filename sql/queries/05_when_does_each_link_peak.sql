-- Question: At which local time does each link peak, and by how many minutes do its days drift?
-- Answers with: one row per series: the typical local time of the daily peak, the mean height of the peak in
-- the unit of the series, and the drift of the days against their ensemble in minutes (positive: later):
-- spread, earliest, latest. Times of day are averaged on the circle, so that peaks at 23:50 and 00:10 give
-- midnight and not noon.
WITH peaks AS (
    SELECT
        series_id,
        peak_value,
        phase_minutes,
        2 * pi() * (60 * date_part('hour', peak_local_time) + date_part('minute', peak_local_time)) / 1440 AS angle
    FROM diagnostics.daily_peaks
),

by_series AS (
    SELECT
        series_id,
        count(angle) AS n_days,
        round(1440 * atan2(avg(sin(angle)), avg(cos(angle))) / (2 * pi())) AS peak_minutes,
        avg(peak_value) AS mean_peak_value,
        stddev_samp(phase_minutes) AS drift_spread_minutes,
        min(phase_minutes) AS earliest_drift_minutes,
        max(phase_minutes) AS latest_drift_minutes
    FROM peaks
    GROUP BY series_id
)

SELECT
    by_series.series_id,
    by_series.n_days,
    TIME '00:00:00' + to_minutes(CAST(by_series.peak_minutes AS BIGINT)) AS typical_peak_local_time,
    round(by_series.mean_peak_value, 1) AS mean_peak_value,
    catalog.unit,
    round(by_series.drift_spread_minutes, 1) AS drift_spread_minutes,
    round(by_series.earliest_drift_minutes, 1) AS earliest_drift_minutes,
    round(by_series.latest_drift_minutes, 1) AS latest_drift_minutes
FROM by_series
JOIN series.catalog AS catalog ON catalog.series_id = by_series.series_id
ORDER BY by_series.series_id;
