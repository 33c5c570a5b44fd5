-- Decisions: congestion with its reliability, outlooks, run-outs, bills, alerts; how unusual each day was; which
-- night was published; forecasts and scores without an index.
-- No release has written a row of these two.
DROP TABLE planning.congestion;
DROP TABLE planning.outlook;
CREATE TABLE planning.congestion (
    series_id         VARCHAR NOT NULL,
    issued_at_utc     TIMESTAMP NOT NULL,
    "window"          VARCHAR NOT NULL,
    target_utc        TIMESTAMP NOT NULL,
    threshold         DOUBLE NOT NULL,
    capacity          DOUBLE NOT NULL,
    probability_above DOUBLE,
    expected_peak     DOUBLE,
    CHECK ("window" IN ('slot', 'hour', 'night')),
    CHECK (threshold > 0),
    CHECK (probability_above BETWEEN 0 AND 1)
);

COMMENT ON TABLE planning.congestion IS
    'One row per series with a capacity, night, window, time and threshold: the probability that the load exceeds it, calibrated on earlier nights. Key: (series_id, issued_at_utc, window, target_utc, threshold), kept by the writer.';

COMMENT ON COLUMN planning.congestion.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN planning.congestion.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN planning.congestion."window" IS
    'What the probability speaks of: a slot, an hour or the night as a whole (at any moment of the 24 hours after issue).';
COMMENT ON COLUMN planning.congestion.target_utc IS
    'Beginning of the window (UTC).';
COMMENT ON COLUMN planning.congestion.threshold IS
    'Share of the capacity that is to be exceeded: 0.7, 0.9 or 1, for example.';
COMMENT ON COLUMN planning.congestion.capacity IS
    'Capacity, in the unit of the series.';
COMMENT ON COLUMN planning.congestion.probability_above IS
    'Probability that the load exceeds threshold x capacity at any moment of the window, 0 to 1; planning.reliability says how far such probabilities held.';
COMMENT ON COLUMN planning.congestion.expected_peak IS
    'Median of the highest value within the window, in the unit of the series.';

CREATE TABLE planning.reliability (
    issued_at_utc    TIMESTAMP NOT NULL,
    "window"         VARCHAR NOT NULL,
    bin_left         DOUBLE NOT NULL,
    bin_right        DOUBLE NOT NULL,
    n_forecasts      BIGINT NOT NULL,
    mean_probability DOUBLE,
    share_happened   DOUBLE,
    lower_95         DOUBLE,
    upper_95         DOUBLE,
    PRIMARY KEY (issued_at_utc, "window", bin_left),
    CHECK ("window" IN ('slot', 'hour', 'night')),
    CHECK (bin_left < bin_right)
);

COMMENT ON TABLE planning.reliability IS
    'One row per night, window and bin of probability, over the series and the nights before it that each night replays: of all times when an excess was forecast to be about this likely, the share at which it happened. Thresholds are the configured shares of the capacity and, known at each eve, the 50, 80, 95 and 100 % quantiles of the series'' daily highest values, 1.1 and 1.3 times the largest.';

COMMENT ON COLUMN planning.reliability.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN planning.reliability."window" IS
    'What the probabilities spoke of: slot, hour or night.';
COMMENT ON COLUMN planning.reliability.bin_left IS
    'Lowest probability of the bin, 0 to 1.';
COMMENT ON COLUMN planning.reliability.bin_right IS
    'Highest probability of the bin, 0 to 1: the first that is no longer in it, but for 1.';
COMMENT ON COLUMN planning.reliability.n_forecasts IS
    'Forecasts with such a probability, in forecasts: one for each series, earlier night, time and threshold.';
COMMENT ON COLUMN planning.reliability.mean_probability IS
    'Mean of their probabilities, 0 to 1; null where there were none.';
COMMENT ON COLUMN planning.reliability.share_happened IS
    'Share of them whose threshold was exceeded, 0 to 1; null where there were none.';
COMMENT ON COLUMN planning.reliability.lower_95 IS
    'Lower end of the band in which share_happened lies 95 % of the time if the probabilities are right, 0 to 1.';
COMMENT ON COLUMN planning.reliability.upper_95 IS
    'Upper end of that band, 0 to 1.';

CREATE TABLE planning.outlook (
    series_id              VARCHAR NOT NULL,
    issued_at_utc          TIMESTAMP NOT NULL,
    capacity               DOUBLE,
    busy_hour_local        SMALLINT,
    busy_hour_spread_hours DOUBLE,
    busy_hour_p95          DOUBLE,
    headroom               DOUBLE,
    growth_per_week        DOUBLE,
    growth_lower_95        DOUBLE,
    growth_upper_95        DOUBLE,
    p95_billing_to_date    DOUBLE,
    p95_billing_q10        DOUBLE,
    p95_billing_q50        DOUBLE,
    p95_billing_q90        DOUBLE,
    runout_threshold       DOUBLE,
    runout_date_q10        DATE,
    runout_date_q50        DATE,
    runout_date_q90        DATE,
    runout_probability     DOUBLE,
    horizon_weeks          INTEGER,
    reason                 VARCHAR,
    PRIMARY KEY (series_id, issued_at_utc),
    CHECK (busy_hour_local BETWEEN 0 AND 23),
    CHECK (runout_probability BETWEEN 0 AND 1)
);

COMMENT ON TABLE planning.outlook IS
    'One row per series and night: the outlook, or the reason why there is none.';

COMMENT ON COLUMN planning.outlook.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN planning.outlook.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN planning.outlook.capacity IS
    'Capacity, in the unit of the series; null when sources.toml gives none.';
COMMENT ON COLUMN planning.outlook.busy_hour_local IS
    'Local hour of the day that carries most, 0 to 23, over the last four weeks.';
COMMENT ON COLUMN planning.outlook.busy_hour_spread_hours IS
    'Spread of the single days'' busy hours about it, in hours: half of the days lie no further away.';
COMMENT ON COLUMN planning.outlook.busy_hour_p95 IS
    '95th percentile of the values of the busiest hour of each day of the last week, in the unit of the series.';
COMMENT ON COLUMN planning.outlook.headroom IS
    'Share of the capacity that busy_hour_p95 leaves free: 1 = all, 0 = none, below 0 it was exceeded; null without a capacity.';
COMMENT ON COLUMN planning.outlook.growth_per_week IS
    'Growth a week, season removed, as a share of the level: 0.01 is one percent a week.';
COMMENT ON COLUMN planning.outlook.growth_lower_95 IS
    'Lower end of its 95 % interval, as a share a week.';
COMMENT ON COLUMN planning.outlook.growth_upper_95 IS
    'Upper end of its 95 % interval, as a share a week.';
COMMENT ON COLUMN planning.outlook.p95_billing_to_date IS
    'This month''s 95th percentile of 5-minute samples as it stands, in the unit of the series; of two directions together in planning.bills.';
COMMENT ON COLUMN planning.outlook.p95_billing_q10 IS
    'This month''s 95th percentile at month''s end, 10 % quantile; in the unit of the series.';
COMMENT ON COLUMN planning.outlook.p95_billing_q50 IS
    'This month''s 95th percentile at month''s end, median; in the unit of the series.';
COMMENT ON COLUMN planning.outlook.p95_billing_q90 IS
    'This month''s 95th percentile at month''s end, 90 % quantile; in the unit of the series.';
COMMENT ON COLUMN planning.outlook.runout_threshold IS
    'Share of the capacity at which the link counts as full; null without a capacity.';
COMMENT ON COLUMN planning.outlook.runout_date_q10 IS
    'First local day of the week in which the busy hour''s 95th percentile first passes the threshold, 10 % quantile; null when not within the horizon.';
COMMENT ON COLUMN planning.outlook.runout_date_q50 IS
    'The same, median; null when not within the horizon.';
COMMENT ON COLUMN planning.outlook.runout_date_q90 IS
    'The same, 90 % quantile; null when not within the horizon.';
COMMENT ON COLUMN planning.outlook.runout_probability IS
    'Probability that it passes within the horizon, 0 to 1; planning.runouts has it week by week. Null when it cannot be said.';
COMMENT ON COLUMN planning.outlook.horizon_weeks IS
    'Weeks looked ahead, in weeks: at most half as many again as there are of history; null when it cannot be said.';
COMMENT ON COLUMN planning.outlook.reason IS
    'Sentence that says why a figure is missing; null where none is.';

CREATE TABLE planning.runouts (
    series_id          VARCHAR NOT NULL,
    issued_at_utc      TIMESTAMP NOT NULL,
    threshold          DOUBLE NOT NULL,
    local_week_start   DATE NOT NULL,
    probability_first  DOUBLE NOT NULL,
    probability_by_end DOUBLE NOT NULL,
    PRIMARY KEY (series_id, issued_at_utc, threshold, local_week_start),
    CHECK (probability_first BETWEEN 0 AND 1),
    CHECK (probability_by_end BETWEEN 0 AND 1)
);

COMMENT ON TABLE planning.runouts IS
    'One row per series with a capacity, night, threshold and week ahead: the probability that the busy hour''s 95th percentile passes the threshold in this week for the first time. What is left to 1 is "not within the horizon".';

COMMENT ON COLUMN planning.runouts.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN planning.runouts.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN planning.runouts.threshold IS
    'Share of the capacity that is to be passed: 0.7, 0.9 or 1, for example.';
COMMENT ON COLUMN planning.runouts.local_week_start IS
    'First local day of the week.';
COMMENT ON COLUMN planning.runouts.probability_first IS
    'Probability that this is the first week in which it is passed, 0 to 1.';
COMMENT ON COLUMN planning.runouts.probability_by_end IS
    'Probability that it has been passed by the end of this week, 0 to 1.';

CREATE TABLE planning.bills (
    bill          VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    method        VARCHAR NOT NULL,
    local_month   DATE NOT NULL,
    in_series_id  VARCHAR,
    out_series_id VARCHAR,
    unit          VARCHAR,
    n_samples     BIGINT NOT NULL,
    n_missing     BIGINT NOT NULL,
    n_dropped     BIGINT NOT NULL,
    p95_to_date   DOUBLE,
    p95_q10       DOUBLE,
    p95_q50       DOUBLE,
    p95_q90       DOUBLE,
    commitment    DOUBLE,
    is_billed     BOOLEAN NOT NULL,
    reason        VARCHAR,
    PRIMARY KEY (bill, issued_at_utc, method, local_month),
    CHECK (method IN ('in', 'out', 'max', 'aggregate'))
);

COMMENT ON TABLE planning.bills IS
    'One row per bill of sources.toml, night, method and month: this month''s 95th percentile of 5-minute samples as it stands and at month''s end; on the first night of a month the one that has ended stands beside it, final.';

COMMENT ON COLUMN planning.bills.bill IS
    'Bill, as sources.toml names it.';
COMMENT ON COLUMN planning.bills.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN planning.bills.method IS
    'in and out: the 95th percentile of one direction; max: the larger of the two percentiles; aggregate: the percentile of the sums of both directions, sample by sample.';
COMMENT ON COLUMN planning.bills.local_month IS
    'First local day of the month that is billed.';
COMMENT ON COLUMN planning.bills.in_series_id IS
    'Series of the incoming direction; null where the bill names none.';
COMMENT ON COLUMN planning.bills.out_series_id IS
    'Series of the outgoing direction; null where the bill names none.';
COMMENT ON COLUMN planning.bills.unit IS
    'Unit of the percentiles, a rate: bit/s, request/s, packet/s, or unknown; null where the bill cannot be counted.';
COMMENT ON COLUMN planning.bills.n_samples IS
    '5-minute samples of the month so far that were measured, in samples.';
COMMENT ON COLUMN planning.bills.n_missing IS
    '5-minute samples of the month so far that are missing, in samples.';
COMMENT ON COLUMN planning.bills.n_dropped IS
    'Highest samples that the percentile leaves out so far, in samples: 5 %, which is 36 hours of 30 days.';
COMMENT ON COLUMN planning.bills.p95_to_date IS
    '95th percentile of the month so far, in the unit of the bill.';
COMMENT ON COLUMN planning.bills.p95_q10 IS
    '95th percentile at month''s end, 10 % quantile; in the unit of the bill.';
COMMENT ON COLUMN planning.bills.p95_q50 IS
    '95th percentile at month''s end, median; in the unit of the bill.';
COMMENT ON COLUMN planning.bills.p95_q90 IS
    '95th percentile at month''s end, 90 % quantile; in the unit of the bill.';
COMMENT ON COLUMN planning.bills.commitment IS
    'Rate that is paid for in any case, in the unit of the bill; null when sources.toml gives none.';
COMMENT ON COLUMN planning.bills.is_billed IS
    'Whether this is the method that sources.toml names for the bill.';
COMMENT ON COLUMN planning.bills.reason IS
    'Sentence that says why a figure is missing; null where none is.';

CREATE SCHEMA alerts;
CREATE TABLE alerts.events (
    event_id            VARCHAR NOT NULL,
    rule                VARCHAR NOT NULL,
    kind                VARCHAR NOT NULL,
    subject             VARCHAR NOT NULL,
    first_issued_at_utc TIMESTAMP NOT NULL,
    last_issued_at_utc  TIMESTAMP NOT NULL,
    sentence            VARCHAR NOT NULL,
    value               DOUBLE,
    PRIMARY KEY (event_id),
    CHECK (kind IN ('congestion', 'runout', 'source', 'unusual_day', 'check', 'night')),
    CHECK (first_issued_at_utc <= last_issued_at_utc)
);

COMMENT ON TABLE alerts.events IS
    'One row per event: a rule of sources.toml that began to hold for a series, a source or a check, until a night in which it no longer does.';

COMMENT ON COLUMN alerts.events.event_id IS
    'Fingerprint of rule, subject and first night: the same event is told once.';
COMMENT ON COLUMN alerts.events.rule IS
    'Rule, as sources.toml names it.';
COMMENT ON COLUMN alerts.events.kind IS
    'What the rule watches: congestion, runout, source, unusual_day, check or night.';
COMMENT ON COLUMN alerts.events.subject IS
    'Series, source or check that it speaks of; for an unusual day the series and the day.';
COMMENT ON COLUMN alerts.events.first_issued_at_utc IS
    'Midnight of the first night in which it held (UTC).';
COMMENT ON COLUMN alerts.events.last_issued_at_utc IS
    'Midnight of the last night in which it held (UTC).';
COMMENT ON COLUMN alerts.events.sentence IS
    'What was told, in words, as of the first night.';
COMMENT ON COLUMN alerts.events.value IS
    'The figure that met the rule, in the unit of its kind: a probability, weeks or hours late, for example; null where there is none.';

CREATE TABLE alerts.deliveries (
    event_id         VARCHAR NOT NULL,
    channel          VARCHAR NOT NULL,
    status           VARCHAR NOT NULL,
    n_attempts       INTEGER NOT NULL,
    last_attempt_utc TIMESTAMP,
    error            VARCHAR,
    PRIMARY KEY (event_id, channel),
    CHECK (status IN ('pending', 'sent', 'dead_letter')),
    CHECK (status = 'pending' OR last_attempt_utc IS NOT NULL),
    CHECK (status <> 'dead_letter' OR error IS NOT NULL)
);

COMMENT ON TABLE alerts.deliveries IS
    'One row per event and channel: still to be sent, sent, or a dead letter that no attempt could deliver. No row: nobody was to be told.';

COMMENT ON COLUMN alerts.deliveries.event_id IS
    'Event, as in alerts.events.';
COMMENT ON COLUMN alerts.deliveries.channel IS
    'Channel, as sources.toml names it.';
COMMENT ON COLUMN alerts.deliveries.status IS
    'pending (to be sent when the night is published), sent, or dead_letter (given up; each of the next nights tries it once more). The published copy is made before the night''s messages are sent.';
COMMENT ON COLUMN alerts.deliveries.n_attempts IS
    'Attempts made over all nights, in attempts.';
COMMENT ON COLUMN alerts.deliveries.last_attempt_utc IS
    'When the last attempt was made (UTC); null while there was none.';
COMMENT ON COLUMN alerts.deliveries.error IS
    'Sentence that says why the last attempt failed, or who of several was not reached; null where it did not.';

CREATE TABLE alerts.evaluations (
    issued_at_utc    TIMESTAMP NOT NULL,
    evaluated_at_utc TIMESTAMP NOT NULL,
    is_told          BOOLEAN NOT NULL,
    n_held           BIGINT NOT NULL,
    PRIMARY KEY (issued_at_utc),
    CHECK (n_held >= 0)
);

COMMENT ON TABLE alerts.evaluations IS
    'One row per night in which the rules of sources.toml were judged. A night older than the newest here is not judged again.';

COMMENT ON COLUMN alerts.evaluations.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN alerts.evaluations.evaluated_at_utc IS
    'When it was judged last (UTC).';
COMMENT ON COLUMN alerts.evaluations.is_told IS
    'Whether its events are sent: true for tonight''s and for the night after the newest record, false for one that was made up for later.';
COMMENT ON COLUMN alerts.evaluations.n_held IS
    'Events that held in it, in events.';

ALTER TABLE diagnostics.daily_peaks ADD COLUMN phase_score DOUBLE;
ALTER TABLE diagnostics.daily_peaks ADD COLUMN level_score DOUBLE;
ALTER TABLE diagnostics.daily_peaks ADD COLUMN shape_score DOUBLE;
ALTER TABLE diagnostics.daily_peaks ADD COLUMN level_share DOUBLE;
ALTER TABLE diagnostics.daily_peaks ADD COLUMN phase_difference DOUBLE;
ALTER TABLE diagnostics.daily_peaks ADD COLUMN is_shifted BOOLEAN;
ALTER TABLE diagnostics.daily_peaks ADD COLUMN has_other_level BOOLEAN;
ALTER TABLE diagnostics.daily_peaks ADD COLUMN has_other_shape BOOLEAN;
COMMENT ON COLUMN diagnostics.daily_peaks.phase_score IS
    'How far the phase of the day lies from that of comparable days, in spreads of such differences: a pure number, null where it was not judged.';
COMMENT ON COLUMN diagnostics.daily_peaks.level_score IS
    'The same of its level; a pure number.';
COMMENT ON COLUMN diagnostics.daily_peaks.shape_score IS
    'The same of its distance from the usual shape; a pure number.';
COMMENT ON COLUMN diagnostics.daily_peaks.level_share IS
    'Difference of the day''s level from that of comparable days, or from their trend where they follow one, as a share of that: 0.1 is ten percent higher.';
COMMENT ON COLUMN diagnostics.daily_peaks.phase_difference IS
    'Difference of the day''s phase from that of comparable days, in minutes: positive = later.';
COMMENT ON COLUMN diagnostics.daily_peaks.is_shifted IS
    'Whether it is the phase that is unusual, and by enough to be worth a word.';
COMMENT ON COLUMN diagnostics.daily_peaks.has_other_level IS
    'The same of its level.';
COMMENT ON COLUMN diagnostics.daily_peaks.has_other_shape IS
    'The same of its shape.';

CREATE TABLE platform.published_night (
    issued_at_utc    TIMESTAMP,
    published_at_utc TIMESTAMP NOT NULL,
    release          VARCHAR NOT NULL
);

COMMENT ON TABLE platform.published_night IS
    'One row: the night that the published copy is of. In the warehouse, of the copy that was published last. Key: (published_at_utc), kept by the writer.';

COMMENT ON COLUMN platform.published_night.issued_at_utc IS
    'Midnight of the platform, in UTC, of the newest night that has rows in the copy; null where none has.';
COMMENT ON COLUMN platform.published_night.published_at_utc IS
    'When the copy was made (UTC).';
COMMENT ON COLUMN platform.published_night.release IS
    'Release of Diurnal that made it.';

-- An index cost as much as the rows: the writer keeps the keys of these two.
ALTER TABLE forecasts.points RENAME TO former_points;
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
INSERT INTO forecasts.points BY NAME SELECT * FROM forecasts.former_points;
DROP TABLE forecasts.former_points;

ALTER TABLE forecasts.scores RENAME TO former_scores;
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
INSERT INTO forecasts.scores BY NAME SELECT * FROM forecasts.former_scores;
DROP TABLE forecasts.former_scores;
