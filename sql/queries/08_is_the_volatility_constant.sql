-- Question: Is the volatility of each series constant, and do the other assumptions of its models hold?
-- Answers with: one row per series, model and test of the newest night: the p-value (small speaks against the
-- assumption) and what it means in a sentence. ARCH-LM asks for constant volatility, Ljung-Box for
-- correlation that is left over.
SELECT
    series_id,
    model,
    test,
    round(statistic, 2) AS statistic,
    round(p_value, 4) AS p_value,
    verdict
FROM diagnostics.residual_tests
WHERE issued_at_utc = (SELECT max(issued_at_utc) FROM diagnostics.residual_tests)
ORDER BY series_id, model, test;
