-- Question: Which links will be congested tonight, how likely, and at what hour?
-- Answers with: one row per series with a capacity and threshold, the likeliest first: the probability that the load
-- exceeds that share of the capacity at any moment of the 24 hours after its newest night (issued_at_utc: of a stale
-- series, or one that has lost its capacity, an old one), the median of the highest
-- value and the share of the capacity that it is, and the hour (the slot, where steps are longer) most at risk, local time.
SELECT
    series_id,
    issued_at_utc,
    round(100 * threshold, 1) AS threshold_percent,
    round(100 * probability_above, 1) AS probability_percent,
    expected_peak,
    round(100 * expected_peak / capacity, 1) AS expected_peak_percent,
    capacity,
    unit,
    local_riskiest,
    round(100 * riskiest_probability, 1) AS riskiest_percent
FROM planning.congestion_tonight
ORDER BY probability_above DESC, series_id, threshold;
