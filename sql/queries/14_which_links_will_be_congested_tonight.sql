-- Question: Which links will be congested tonight, how likely, and at what hour?
-- Answers with: one row per series with a capacity and threshold, the likeliest first: the probability that the load
-- exceeds that share of the capacity at any moment of the 24 hours after its newest night (issued_at_utc: of a stale
-- series, or one that has lost its capacity, an old one), the median of the highest
-- value and the share of the capacity that it is, and the hour (the slot, where steps are longer) most at risk, by the
-- clock of local_zone, the time zone of the series.
SELECT
    tonight.series_id,
    tonight.issued_at_utc,
    round(100 * tonight.threshold, 1) AS threshold_percent,
    round(100 * tonight.probability_above, 1) AS probability_percent,
    tonight.expected_peak,
    round(100 * tonight.expected_peak / tonight.capacity, 1) AS expected_peak_percent,
    tonight.capacity,
    tonight.unit,
    tonight.local_riskiest,
    catalog.time_zone AS local_zone,
    round(100 * tonight.riskiest_probability, 1) AS riskiest_percent
FROM planning.congestion_tonight AS tonight
JOIN series.catalog AS catalog ON catalog.series_id = tonight.series_id
ORDER BY tonight.probability_above DESC, tonight.series_id, tonight.threshold;
