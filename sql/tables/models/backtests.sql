-- How well each model would have forecast the past, from rolling origins.
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
