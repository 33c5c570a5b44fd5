-- What came true: night D scores the forecasts that all earlier nights made for the day before D.
CREATE TABLE forecasts.scores (
    series_id     VARCHAR NOT NULL,
    model         VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    step_seconds  INTEGER NOT NULL,
    target_utc    TIMESTAMP NOT NULL,
    horizon       INTEGER NOT NULL,
    actual        DOUBLE,
    error         DOUBLE,
    scaled_error  DOUBLE,
    covered_80    BOOLEAN,
    covered_95    BOOLEAN,
    naive_error   DOUBLE,
    mean_error    DOUBLE,
    pinball       DOUBLE,
    is_champion   BOOLEAN,
    CHECK (step_seconds > 0),
    CHECK (horizon >= 0),
    CHECK (target_utc >= issued_at_utc)
);

COMMENT ON TABLE forecasts.scores IS
    'One row per series, model, night, step and time forecast, once what happened is known. Key: (series_id, model, issued_at_utc, step_seconds, target_utc), kept by the writer.';

COMMENT ON COLUMN forecasts.scores.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN forecasts.scores.model IS
    'Model: combination, seasonal_naive_day or selected, for example; traffic/models/forecasting lists the candidates.';
COMMENT ON COLUMN forecasts.scores.issued_at_utc IS
    'Midnight of the platform, in UTC, at which the forecast that is scored was issued.';
COMMENT ON COLUMN forecasts.scores.step_seconds IS
    'Step of the forecast, in seconds: that of the series, or 3600 of the 7 days.';
COMMENT ON COLUMN forecasts.scores.target_utc IS
    'Time forecast (UTC): the beginning of the step.';
COMMENT ON COLUMN forecasts.scores.horizon IS
    'How many steps after issue, in steps.';
COMMENT ON COLUMN forecasts.scores.actual IS
    'What was measured in the step that begins at target_utc, in the unit of the series: of an hour of a finer series the mean of its values. Null where less than half of them were measured.';
COMMENT ON COLUMN forecasts.scores.error IS
    'actual - mean, in the unit of the series: positive when there was more than forecast.';
COMMENT ON COLUMN forecasts.scores.scaled_error IS
    'error over the mean of |y_t - y_(t-day)| at the step of the forecast; a pure number, null where that mean is zero.';
COMMENT ON COLUMN forecasts.scores.covered_80 IS
    'Whether actual lies within q10 to q90.';
COMMENT ON COLUMN forecasts.scores.covered_95 IS
    'Whether actual lies within q025 to q975.';
COMMENT ON COLUMN forecasts.scores.naive_error IS
    'actual less the seasonal naive forecast, the value at the same time of the last day that was known at issue; in the unit of the series, null where it is missing.';
COMMENT ON COLUMN forecasts.scores.mean_error IS
    'actual less the mean of what was measured in the 42 days before issue, in the unit of the series; null where nothing was.';
COMMENT ON COLUMN forecasts.scores.pinball IS
    'Pinball loss, its mean over the seven quantiles, over the same scale as scaled_error; a pure number.';
COMMENT ON COLUMN forecasts.scores.is_champion IS
    'Whether this forecast spoke for the series at this target (forecasts.points): of the 7 days each may have a champion of its own.';
