-- The same days, those of one source together: an outage or a holiday that hits many series is told once.
CREATE OR REPLACE VIEW planning.unusual_days_by_source AS
WITH odd AS (
    SELECT
        peaks.series_id,
        catalog.source,
        peaks.local_date,
        peaks.reason,
        greatest(
            CASE WHEN peaks.is_shifted THEN abs(peaks.phase_score) END,
            CASE WHEN peaks.has_other_level THEN abs(peaks.level_score) END,
            CASE WHEN peaks.has_other_shape THEN abs(peaks.shape_score) END
        ) AS score,
        peaks.has_other_shape,
        CASE WHEN peaks.is_shifted THEN peaks.phase_difference END AS minutes,
        CASE WHEN peaks.has_other_level THEN 100 * peaks.level_share END AS percent,
        coalesce('level ' || sign(percent), 'phase ' || sign(minutes), 'shape') AS main
    FROM diagnostics.daily_peaks AS peaks
    JOIN series.catalog AS catalog ON catalog.series_id = peaks.series_id
    WHERE peaks.is_unusual
),

-- Of days in a row the date less their number is the same.
runs AS (
    SELECT
        *,
        local_date - CAST(row_number() OVER (PARTITION BY series_id, main ORDER BY local_date) AS INTEGER) AS run
    FROM odd
),

followed AS (
    SELECT
        *,
        row_number() OVER one_run AS nth_day,
        lead(local_date) OVER one_run IS NOT NULL AS goes_on
    FROM runs
    WINDOW one_run AS (PARTITION BY series_id, main, run ORDER BY local_date)
),

days AS (
    SELECT
        source,
        local_date,
        count(*) AS n_series,
        max(score) AS score,
        first(series_id ORDER BY score DESC NULLS LAST, series_id) AS worst_series_id,
        first(reason ORDER BY score DESC NULLS LAST, series_id) AS worst_reason,
        quantile_disc(nth_day, 0.5) AS days_in_a_row,
        2 * count(*) FILTER (goes_on) >= count(*) AS is_continued
    FROM followed
    GROUP BY source, local_date
),

sizes AS (
    SELECT
        source, local_date, 1 AS place, CASE WHEN percent < 0 THEN 'lower' ELSE 'higher' END AS word,
        abs(percent) AS size, '%' AS unit
    FROM odd
    WHERE percent IS NOT NULL
    UNION ALL
    SELECT
        source, local_date, 2, CASE WHEN minutes < 0 THEN 'earlier' ELSE 'later' END, abs(minutes), ' minutes'
    FROM odd
    WHERE minutes IS NOT NULL
    UNION ALL
    SELECT source, local_date, 3, 'of another shape', NULL, NULL
    FROM odd
    WHERE has_other_shape
),

words AS (
    SELECT
        source,
        local_date,
        place,
        word,
        count(*) AS n_series,
        format('{:.0f}', min(size) FILTER (isfinite(size))) AS least,
        format('{:.0f}', max(size) FILTER (isfinite(size))) AS most,
        any_value(unit) AS unit
    FROM sizes
    GROUP BY source, local_date, place, word
),

phrases AS (
    SELECT
        source,
        local_date,
        string_agg(word, ', ' ORDER BY place, word) AS what,
        string_agg(
            n_series || ' ' || word || coalesce(
                ' (by ' || CASE WHEN least = most THEN '' ELSE least || ' to ' END || most || unit || ')', ''
            ),
            ', '
            ORDER BY place, word
        ) AS listed
    FROM words
    GROUP BY source, local_date
),

judged AS (
    SELECT catalog.source, peaks.local_date, count(*) AS n_judged
    FROM diagnostics.daily_peaks AS peaks
    JOIN series.catalog AS catalog ON catalog.series_id = peaks.series_id
    WHERE coalesce(peaks.level_score, peaks.phase_score, peaks.shape_score) IS NOT NULL
    GROUP BY catalog.source, peaks.local_date
),

newest AS (
    SELECT max(local_date) AS local_date FROM diagnostics.daily_peaks
)

SELECT
    row_number() OVER (
        ORDER BY
            days.is_continued, days.local_date DESC, days.score DESC NULLS LAST, days.n_series DESC, days.source
    ) AS rank,
    days.source,
    days.local_date,
    isodow(days.local_date) AS weekday,
    days.n_series,
    judged.n_judged,
    days.score,
    days.worst_series_id,
    phrases.what,
    days.days_in_a_row,
    days.is_continued,
    CASE
        WHEN days.n_series = 1 THEN days.worst_series_id || ': ' || days.worst_reason
        ELSE days.n_series || ' of ' || judged.n_judged || ' series of ' || days.source || ': ' || phrases.listed
            || '; most of all ' || days.worst_series_id || '.'
    END || CASE WHEN days.days_in_a_row > 1 THEN ' Day ' || days.days_in_a_row || ' in a row.' ELSE '' END AS reason
FROM days
JOIN phrases ON phrases.source = days.source AND phrases.local_date = days.local_date
JOIN judged ON judged.source = days.source AND judged.local_date = days.local_date
CROSS JOIN newest
WHERE days.local_date > newest.local_date - INTERVAL 7 DAY;

COMMENT ON VIEW planning.unusual_days_by_source IS
    'One row per source and local day of the last 7 on which one of its series or more does not look like a day of its series: the five lines for the morning are those of rank 1 to 5.';

COMMENT ON COLUMN planning.unusual_days_by_source.rank IS
    'Place, counted from 1: what goes on the next day behind all else, then the newest day first, within a day the highest score.';
COMMENT ON COLUMN planning.unusual_days_by_source.source IS
    'Source, as sources.toml names it.';
COMMENT ON COLUMN planning.unusual_days_by_source.local_date IS
    'Local calendar day, in the time zone of the source.';
COMMENT ON COLUMN planning.unusual_days_by_source.weekday IS
    'Day of the week, 1 = Monday to 7 = Sunday.';
COMMENT ON COLUMN planning.unusual_days_by_source.n_series IS
    'Series of the source that do not look like themselves on this day.';
COMMENT ON COLUMN planning.unusual_days_by_source.n_judged IS
    'Series of the source whose day was judged.';
COMMENT ON COLUMN planning.unusual_days_by_source.score IS
    'Largest score of its series, as in planning.unusual_days; a pure number.';
COMMENT ON COLUMN planning.unusual_days_by_source.worst_series_id IS
    'Series with this score.';
COMMENT ON COLUMN planning.unusual_days_by_source.what IS
    'What its series do: lower, higher, earlier, later, of another shape, or several of them, separated by commas.';
COMMENT ON COLUMN planning.unusual_days_by_source.days_in_a_row IS
    'Days that this has gone on, in days: half of the series have been odd in the same way for at least so long, this day included.';
COMMENT ON COLUMN planning.unusual_days_by_source.is_continued IS
    'Whether half of its series or more are odd in the same way on the next day too, whose row tells it.';
COMMENT ON COLUMN planning.unusual_days_by_source.reason IS
    'Sentence that says how many series, what and by how much.';
