-- The days of the last week that do not look like a day of their series, the newest and the oddest first.
CREATE OR REPLACE VIEW planning.unusual_days AS
WITH newest AS (
    SELECT max(local_date) AS local_date FROM diagnostics.daily_peaks
),

odd AS (
    SELECT
        peaks.*,
        catalog.source,
        -- Of the measures that flag the day, the one that lies furthest out.
        greatest(
            CASE WHEN peaks.is_shifted THEN abs(peaks.phase_score) END,
            CASE WHEN peaks.has_other_level THEN abs(peaks.level_score) END,
            CASE WHEN peaks.has_other_shape THEN abs(peaks.shape_score) END
        ) AS score
    FROM diagnostics.daily_peaks AS peaks
    JOIN series.catalog AS catalog ON catalog.series_id = peaks.series_id
    CROSS JOIN newest
    WHERE peaks.is_unusual AND peaks.local_date > newest.local_date - INTERVAL 7 DAY
)

SELECT
    row_number() OVER (ORDER BY local_date DESC, score DESC NULLS LAST, series_id) AS rank,
    series_id,
    source,
    local_date,
    isodow(local_date) AS weekday,
    score,
    concat_ws(
        ', ',
        CASE WHEN is_shifted THEN 'phase' END,
        CASE WHEN has_other_level THEN 'level' END,
        CASE WHEN has_other_shape THEN 'shape' END
    ) AS what,
    reason,
    CASE WHEN is_shifted THEN phase_difference END AS phase_difference,
    CASE WHEN has_other_level THEN level_share END AS level_share
FROM odd;

COMMENT ON VIEW planning.unusual_days IS
    'One row per series and local day that does not look like a day of its series, of the last 7 local days that any series has: phase, level or shape. planning.unusual_days_by_source tells one cause once.';

COMMENT ON COLUMN planning.unusual_days.rank IS
    'Place, counted from 1: the newest day first, within a day the highest score.';
COMMENT ON COLUMN planning.unusual_days.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN planning.unusual_days.source IS
    'Source, as sources.toml names it.';
COMMENT ON COLUMN planning.unusual_days.local_date IS
    'Local calendar day, in the time zone of the series.';
COMMENT ON COLUMN planning.unusual_days.weekday IS
    'Day of the week, 1 = Monday to 7 = Sunday.';
COMMENT ON COLUMN planning.unusual_days.score IS
    'How far the day lies from comparable days, in spreads of such differences: a pure number, the largest of the measures that flag it; infinite where comparable days are all alike.';
COMMENT ON COLUMN planning.unusual_days.what IS
    'What is unusual about it: phase, level, shape, or several of them, separated by commas.';
COMMENT ON COLUMN planning.unusual_days.reason IS
    'Sentence that says by how much.';
COMMENT ON COLUMN planning.unusual_days.phase_difference IS
    'Difference of its phase from that of comparable days, in minutes, positive = later; null where the phase is not what flags it.';
COMMENT ON COLUMN planning.unusual_days.level_share IS
    'Difference of its level from that of comparable days, or from their trend where they follow one, as a share of that: 0.1 is ten percent higher; null where the level is not what flags it.';
