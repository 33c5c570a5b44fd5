-- Forecasts of 7 days by the hour, and how every forecast does beside the seasonal naive and the mean.
ALTER TABLE forecasts.scores ADD COLUMN naive_error DOUBLE;
ALTER TABLE forecasts.scores ADD COLUMN mean_error DOUBLE;
ALTER TABLE forecasts.scores ADD COLUMN pinball DOUBLE;
ALTER TABLE forecasts.scores ADD COLUMN is_champion BOOLEAN;
UPDATE forecasts.scores AS scores SET is_champion = champions.model = scores.model
FROM models.champions AS champions
WHERE champions.series_id = scores.series_id AND champions.issued_at_utc = scores.issued_at_utc;
COMMENT ON COLUMN forecasts.scores.model IS
    'Model: combination, seasonal_naive_day or selected, for example; traffic/models/forecasting lists the candidates.';
COMMENT ON COLUMN forecasts.scores.step_seconds IS
    'Step of the forecast, in seconds: that of the series, or 3600 of the 7 days.';
COMMENT ON COLUMN forecasts.scores.actual IS
    'What was measured in the step that begins at target_utc, in the unit of the series: of an hour of a finer series the mean of its values. Null where less than half of them were measured.';
COMMENT ON COLUMN forecasts.scores.scaled_error IS
    'error over the mean of |y_t - y_(t-day)| at the step of the forecast; a pure number, null where that mean is zero.';
COMMENT ON COLUMN forecasts.scores.naive_error IS
    'actual less the seasonal naive forecast, the value at the same time of the last day that was known at issue; in the unit of the series, null where it is missing.';
COMMENT ON COLUMN forecasts.scores.mean_error IS
    'actual less the mean of what was measured in the 42 days before issue, in the unit of the series; null where nothing was.';
COMMENT ON COLUMN forecasts.scores.pinball IS
    'Pinball loss, its mean over the seven quantiles, over the same scale as scaled_error; a pure number.';
COMMENT ON COLUMN forecasts.scores.is_champion IS
    'Whether this forecast spoke for the series at this target (forecasts.points): of the 7 days each may have a champion of its own.';

COMMENT ON TABLE forecasts.points IS
    'One row per series, model, night, step and time forecast: the point forecast and seven quantiles. The next 24 hours stand at the step of the series, the next 7 days at 3,600 seconds; of an hourly series one run of 168 hours serves both.';
COMMENT ON COLUMN forecasts.points.model IS
    'Model: combination, seasonal_naive_day or selected, for example; traffic/models/forecasting lists the candidates.';
COMMENT ON COLUMN forecasts.points.step_seconds IS
    'Step of the forecast, in seconds: that of the series, or 3600 of the 7 days; a value of an hour is the mean of the values of its steps, in the unit of the series.';
COMMENT ON COLUMN forecasts.points.is_champion IS
    'Whether this model speaks for the series at this target: one does at each. That of the first is the one of models.champions; other steps and days ahead may have another.';
COMMENT ON COLUMN forecasts.points.mean IS
    'Point forecast of the model, in the unit of the series.';
COMMENT ON COLUMN models.champions.model IS
    'Model whose forecast stands for the series: combination, seasonal_naive_day or selected, for example; none where no model could be fitted.';

-- No release has written a row of it: it is made again, with the step in its key.
DROP TABLE models.backtests;
CREATE TABLE models.backtests (
    series_id     VARCHAR NOT NULL,
    model         VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    step_seconds  INTEGER NOT NULL,
    horizon       INTEGER NOT NULL,
    n_origins     INTEGER,
    is_champion   BOOLEAN NOT NULL,
    mae           DOUBLE,
    mase          DOUBLE,
    rmse          DOUBLE,
    bias          DOUBLE,
    pinball       DOUBLE,
    skill_naive   DOUBLE,
    skill_mean    DOUBLE,
    coverage_80   DOUBLE,
    coverage_95   DOUBLE,
    PRIMARY KEY (series_id, model, issued_at_utc, step_seconds, horizon),
    CHECK (step_seconds > 0),
    CHECK (horizon > 0)
);

COMMENT ON TABLE models.backtests IS
    'One row per series, model, night, step and horizon: accuracy over the rolling origins of the past.';

COMMENT ON COLUMN models.backtests.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.backtests.model IS
    'Candidate: mean, last_value, seasonal_naive_day, seasonal_naive_week, level, last_days_adapted or combination, for example; traffic/models/forecasting lists them.';
COMMENT ON COLUMN models.backtests.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.backtests.step_seconds IS
    'Step of the forecasts, in seconds: that of the series, or 3600 of the 7 days.';
COMMENT ON COLUMN models.backtests.horizon IS
    'Steps forecast from each origin, in steps: the measures are over all of them. Of a run of seven days the first is measured by itself too.';
COMMENT ON COLUMN models.backtests.n_origins IS
    'Origins that were forecast from, in origins.';
COMMENT ON COLUMN models.backtests.is_champion IS
    'Whether this model speaks for the series at this step in this night, of several days for the first; none where a model without rolling origins does.';
COMMENT ON COLUMN models.backtests.mae IS
    'Mean absolute error, in the unit of the series.';
COMMENT ON COLUMN models.backtests.mase IS
    'mae over the mean of |y_t - y_(t-day)|; a pure number, null where that mean is zero.';
COMMENT ON COLUMN models.backtests.rmse IS
    'Root of the mean squared error, in the unit of the series.';
COMMENT ON COLUMN models.backtests.bias IS
    'Mean of actual - forecast, in the unit of the series: positive when there was more than forecast.';
COMMENT ON COLUMN models.backtests.pinball IS
    'Mean pinball loss over the seven quantiles, over the same scale as mase, of what the rule would have given on the last 7 days that were judged, whichever model spoke then; a pure number, null of all models but the champion.';
COMMENT ON COLUMN models.backtests.skill_naive IS
    '1 - mae over that of seasonal_naive_day from the same origins: 0 is as good, 1 without error, below 0 worse; a pure number, null where that is zero.';
COMMENT ON COLUMN models.backtests.skill_mean IS
    '1 - mae over that of mean from the same origins: 0 is as good, 1 without error, below 0 worse; a pure number, null where that is zero.';
COMMENT ON COLUMN models.backtests.coverage_80 IS
    'Share of values within q10 to q90, of the same days as pinball, 0 to 1; 0.8 is right.';
COMMENT ON COLUMN models.backtests.coverage_95 IS
    'Share of values within q025 to q975, of the same days as pinball, 0 to 1; 0.95 is right.';
