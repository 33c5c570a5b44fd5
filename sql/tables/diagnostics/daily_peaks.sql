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
