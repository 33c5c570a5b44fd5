-- Question: Which days of the last week did not look like a day, and in what?
-- Answers with: one row per source and day, to be read from above: the newest first, within a day the oddest; what
-- goes on the day after comes last. How many series of how many, what they do, how far out the oddest of them lies
-- (in spreads of such differences), for how many days it has gone on, and a sentence. planning.unusual_days has the
-- series one by one.
SELECT
    rank,
    local_date,
    source,
    n_series,
    n_judged,
    what,
    round(score, 1) AS score,
    days_in_a_row,
    reason
FROM planning.unusual_days_by_source
ORDER BY rank;
