-- Question: Which forecasts can be trusted: do they beat the seasonal naive, and do their bands hold?
-- Answers with: one row per series, the most skilful of the last nights first: its champion, the share of the seasonal
-- naive's error that it avoided in its backtest and over the last nights (0: none, below 0: worse than the naive), the
-- same beside the mean, and how often the 80 and 95 % bands held in both.
SELECT
    series_id,
    model,
    n_nights,
    round(backtest_skill_naive, 3) AS backtest_skill_over_naive,
    round(skill_naive, 3) AS skill_over_naive,
    round(skill_mean, 3) AS skill_over_mean,
    round(100 * backtest_coverage_80, 1) AS backtest_within_80_percent,
    round(100 * coverage_80, 1) AS within_80_percent,
    round(100 * backtest_coverage_95, 1) AS backtest_within_95_percent,
    round(100 * coverage_95, 1) AS within_95_percent
FROM models.model_skill
ORDER BY skill_over_naive DESC NULLS LAST, backtest_skill_over_naive DESC NULLS LAST, series_id;
