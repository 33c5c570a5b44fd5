-- Question: Which order fits each series and why, does its volatility vary, and is what it leaves lognormal?
-- Answers with: one row per series of the newest night that has an ARIMA: the selected order, why it is differenced
-- or not, the next best order and how far its AICc lies above, the model of the volatility with the reason, and the
-- sentence on the law of the residuals.
WITH newest AS (
    SELECT max(issued_at_utc) AS issued_at_utc FROM models.constant_volatility
),

next_best AS (
    SELECT
        series_id,
        arg_min('ARIMA(' || p || ',' || d || ',' || q || ')', delta_aicc) AS next_order,
        min(delta_aicc) AS next_delta_aicc
    FROM models.order_candidates
    WHERE issued_at_utc = (SELECT issued_at_utc FROM newest) AND is_admissible AND NOT is_selected
    GROUP BY series_id
)

SELECT
    fitted.series_id,
    'ARIMA(' || fitted.p || ',' || fitted.d || ',' || fitted.q || ')' AS selected_order,
    fitted.reason AS why_differenced,
    next_best.next_order,
    round(next_best.next_delta_aicc, 1) AS next_delta_aicc,
    coalesce(volatility.volatility, 'constant') AS volatility,
    volatility.reason AS why_this_volatility,
    law.verdict AS is_it_lognormal
FROM models.constant_volatility AS fitted
JOIN newest ON newest.issued_at_utc = fitted.issued_at_utc
LEFT JOIN next_best ON next_best.series_id = fitted.series_id
LEFT JOIN models.variable_volatility AS volatility
    ON volatility.series_id = fitted.series_id
    AND volatility.issued_at_utc = fitted.issued_at_utc
LEFT JOIN diagnostics.residual_tests AS law
    ON law.series_id = fitted.series_id
    AND law.issued_at_utc = fitted.issued_at_utc
    AND law.model = 'selected'
    AND law.test = 'lognormal'
WHERE fitted.is_selected AND fitted.status = 'ok'
ORDER BY fitted.series_id;
