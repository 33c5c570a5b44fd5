-- Question: Which files and lines were left out, and why?
-- Answers with: one row per source and reason, the most frequent first: whether files or lines, how many, and
-- one of them as an example (the path of a file, the text of a line).
WITH left_out AS (
    SELECT source, 'file' AS kind, status, reason, count(*) AS n, min(path) AS example
    FROM raw.ingested_files
    WHERE status <> 'loaded'
    GROUP BY source, status, reason

    UNION ALL

    SELECT source, 'line' AS kind, 'rejected' AS status, reason, count(*) AS n, min(line) AS example
    FROM raw.rejected_lines
    GROUP BY source, reason
)

SELECT source, kind, status, reason, n, example
FROM left_out
ORDER BY n DESC, source, kind, status, reason;
