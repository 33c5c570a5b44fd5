-- Question: When does each link run out of capacity?
-- Answers with: one row per series with a capacity, the link at most risk first: what the busy hour leaves
-- free now, the growth in percent a week with its 95 % interval, the probability that the busy hour's 95th
-- percentile passes the threshold within the horizon, and the week in which it does (10, 50 and 90 % quantile;
-- empty: not within the horizon). Where a figure cannot be said the reason stands beside it.
SELECT
    series_id,
    round(100 * headroom, 1) AS headroom_percent,
    round(100 * growth_per_week, 2) AS growth_percent_a_week,
    round(100 * growth_lower_95, 2) AS growth_lower_95,
    round(100 * growth_upper_95, 2) AS growth_upper_95,
    round(100 * runout_threshold, 1) AS threshold_percent,
    round(runout_probability, 3) AS probability,
    runout_date_q10 AS early,
    runout_date_q50 AS expected,
    runout_date_q90 AS late,
    horizon_weeks,
    reason
FROM planning.latest_outlook
WHERE capacity IS NOT NULL
ORDER BY runout_probability DESC NULLS LAST, runout_date_q50 NULLS LAST, headroom, series_id;
