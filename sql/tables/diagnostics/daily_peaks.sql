-- When and how high each day peaked, and how far the day is shifted against the others.
CREATE TABLE diagnostics.daily_peaks (
    series_id              VARCHAR NOT NULL,
    local_date             DATE NOT NULL,
    peak_local_time        TIME,
    peak_value             DOUBLE,
    phase_minutes          DOUBLE,
    phase_lower_95         DOUBLE,
    phase_upper_95         DOUBLE,
    phase_harmonic_minutes DOUBLE,
    is_unusual             BOOLEAN,
    reason                 VARCHAR,
    phase_score            DOUBLE,
    level_score            DOUBLE,
    shape_score            DOUBLE,
    level_share            DOUBLE,
    phase_difference       DOUBLE,
    is_shifted             BOOLEAN,
    has_other_level        BOOLEAN,
    has_other_shape        BOOLEAN,
    PRIMARY KEY (series_id, local_date)
);

COMMENT ON TABLE diagnostics.daily_peaks IS
    'One row per series and local day: its peak and its phase.';

COMMENT ON COLUMN diagnostics.daily_peaks.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN diagnostics.daily_peaks.local_date IS
    'Local calendar day, in the time zone of the series.';
COMMENT ON COLUMN diagnostics.daily_peaks.peak_local_time IS
    'Local clock time at which the step of the highest value begins; null when the day has too few values.';
COMMENT ON COLUMN diagnostics.daily_peaks.peak_value IS
    'Highest value of the day, in the unit of the series.';
COMMENT ON COLUMN diagnostics.daily_peaks.phase_minutes IS
    'Shift of the day against the mean of the other days, in minutes: positive = later than the ensemble.';
COMMENT ON COLUMN diagnostics.daily_peaks.phase_lower_95 IS
    'Lower end of the 95 % interval of phase_minutes, in minutes.';
COMMENT ON COLUMN diagnostics.daily_peaks.phase_upper_95 IS
    'Upper end of the 95 % interval of phase_minutes, in minutes.';
COMMENT ON COLUMN diagnostics.daily_peaks.phase_harmonic_minutes IS
    'The same shift by the argument of the first harmonic, in minutes: positive = later than the ensemble.';
COMMENT ON COLUMN diagnostics.daily_peaks.is_unusual IS
    'Whether phase, level or shape of the day are unlike those of the same days of other weeks; false also where the day was not judged.';
COMMENT ON COLUMN diagnostics.daily_peaks.reason IS
    'Sentence that says what is unusual about the day; null where nothing is.';
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
