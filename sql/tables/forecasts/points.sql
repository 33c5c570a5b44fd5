-- The forecasts: the next 24 hours at the step of the series and the next 7 days by the hour, with quantiles.
CREATE TABLE forecasts.points (
    series_id     VARCHAR NOT NULL,
    model         VARCHAR NOT NULL,
    is_champion   BOOLEAN NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    step_seconds  INTEGER NOT NULL,
    target_utc    TIMESTAMP NOT NULL,
    horizon       INTEGER NOT NULL,
    mean          DOUBLE,
    q025          DOUBLE,
    q10           DOUBLE,
    q25           DOUBLE,
    q50           DOUBLE,
    q75           DOUBLE,
    q90           DOUBLE,
    q975          DOUBLE,
    CHECK (step_seconds > 0),
    CHECK (horizon >= 0),
    CHECK (target_utc >= issued_at_utc)
);

COMMENT ON TABLE forecasts.points IS
    'One row per series, model, night, step and time forecast: the point forecast and seven quantiles. The next 24 hours stand at the step of the series, the next 7 days at 3,600 seconds; of an hourly series one run of 168 hours serves both. Key: (series_id, model, issued_at_utc, step_seconds, target_utc), kept by the writer.';

COMMENT ON COLUMN forecasts.points.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN forecasts.points.model IS
    'Model: combination, seasonal_naive_day or selected, for example; traffic/models/forecasting lists the candidates.';
COMMENT ON COLUMN forecasts.points.is_champion IS
    'Whether this model speaks for the series at this target: one does at each. That of the first is the one of models.champions; other steps and days ahead may have another.';
COMMENT ON COLUMN forecasts.points.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN forecasts.points.step_seconds IS
    'Step of the forecast, in seconds: that of the series, or 3600 of the 7 days; a value of an hour is the mean of the values of its steps, in the unit of the series.';
COMMENT ON COLUMN forecasts.points.target_utc IS
    'Time forecast (UTC): the beginning of the step.';
COMMENT ON COLUMN forecasts.points.horizon IS
    'How many steps after issue, in steps.';
COMMENT ON COLUMN forecasts.points.mean IS
    'Point forecast of the model, in the unit of the series.';
COMMENT ON COLUMN forecasts.points.q025 IS
    'Quantile: the value is below it with a probability of 2.5 %; in the unit of the series.';
COMMENT ON COLUMN forecasts.points.q10 IS
    'Quantile: the value is below it with a probability of 10 %; in the unit of the series.';
COMMENT ON COLUMN forecasts.points.q25 IS
    'Quantile: the value is below it with a probability of 25 %; in the unit of the series.';
COMMENT ON COLUMN forecasts.points.q50 IS
    'Quantile: the value is below it with a probability of 50 %; in the unit of the series.';
COMMENT ON COLUMN forecasts.points.q75 IS
    'Quantile: the value is below it with a probability of 75 %; in the unit of the series.';
COMMENT ON COLUMN forecasts.points.q90 IS
    'Quantile: the value is below it with a probability of 90 %; in the unit of the series.';
COMMENT ON COLUMN forecasts.points.q975 IS
    'Quantile: the value is below it with a probability of 97.5 %; in the unit of the series.';
