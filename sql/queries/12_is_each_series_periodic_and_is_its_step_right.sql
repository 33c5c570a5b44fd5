-- Question: Does each series follow the day at all, how much of it does the day explain, and is its step right?
-- Answers with: one row per series of the newest night that has a periodic model: the share of the variance that
-- the mean day explains, the p-values that mean and variance follow the day (by resampling: small says that they do),
-- the harmonics of the mean, how long the correlation of what is left lasts, and the sentence on the stated step.
WITH newest AS (
    SELECT max(issued_at_utc) AS issued_at_utc FROM models.periodic
),

tests AS (
    SELECT
        series_id,
        max(p_value) FILTER (test = 'mean_by_slot_bootstrap') AS mean_p_value,
        max(p_value) FILTER (test = 'variance_by_slot_bootstrap') AS variance_p_value,
        max(verdict) FILTER (test = 'period') AS is_the_step_right
    FROM diagnostics.periodicity_tests
    WHERE issued_at_utc = (SELECT issued_at_utc FROM newest)
    GROUP BY series_id
),

lasting AS (
    SELECT series_id, min(lag) AS lags_until_half
    FROM diagnostics.continuous_correlation
    WHERE issued_at_utc = (SELECT issued_at_utc FROM newest) AND centring = 'periodic' AND correlation < 0.5
    GROUP BY series_id
)

SELECT
    model.series_id,
    round(model.explained_share, 3) AS explained_share,
    round(tests.mean_p_value, 3) AS mean_p_value,
    round(tests.variance_p_value, 3) AS variance_p_value,
    model.n_harmonics_mean,
    lasting.lags_until_half,
    model.period_verdict,
    tests.is_the_step_right
FROM models.periodic AS model
JOIN newest ON newest.issued_at_utc = model.issued_at_utc
LEFT JOIN tests ON tests.series_id = model.series_id
LEFT JOIN lasting ON lasting.series_id = model.series_id
WHERE model.status = 'ok'
ORDER BY model.explained_share DESC, model.series_id;
