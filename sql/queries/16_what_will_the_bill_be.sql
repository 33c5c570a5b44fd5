-- Question: What will this month's 95th-percentile bill be?
-- Answers with: one row per bill of sources.toml and month of its newest night, by the method that is paid:
-- the percentile as it stands, at month's end with its 80 % interval, the commitment, and what is likely to be
-- above it. A bill that cannot be counted says why. The other methods stand in planning.bills.
SELECT
    bill,
    local_month,
    method,
    unit,
    p95_to_date AS so_far,
    p95_q10 AS low,
    p95_q50 AS expected,
    p95_q90 AS high,
    commitment,
    greatest(p95_q50 - commitment, 0) AS expected_above_commitment,
    n_samples,
    n_missing,
    reason
FROM planning.bills
WHERE is_billed
QUALIFY issued_at_utc = max(issued_at_utc) OVER (PARTITION BY bill)
ORDER BY bill, local_month;
