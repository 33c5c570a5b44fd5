-- What the newest night made of every series: the models it fitted, and why it did not.
CREATE OR REPLACE VIEW models.model_status AS
WITH nights AS (
    SELECT issued_at_utc FROM models.constant_volatility
    UNION ALL
    SELECT issued_at_utc FROM models.periodic
    UNION ALL
    SELECT issued_at_utc FROM models.champions
),

newest AS (
    SELECT max(issued_at_utc) AS issued_at_utc FROM nights
)

SELECT
    catalog.series_id,
    catalog.status AS series_status,
    catalog.reason AS series_reason,
    newest.issued_at_utc,
    reference.status AS reference_status,
    reference.reason AS reference_reason,
    selected.status AS selected_status,
    selected.reason AS selected_reason,
    'ARIMA(' || selected.p || ',' || selected.d || ',' || selected.q || ')' AS selected_order,
    volatility.status AS volatility_status,
    volatility.reason AS volatility_reason,
    volatility.volatility AS volatility,
    periodic.status AS periodic_status,
    periodic.reason AS periodic_reason,
    champions.model AS champion,
    champions.reason AS champion_reason
FROM series.catalog AS catalog
CROSS JOIN newest
LEFT JOIN models.constant_volatility AS reference
    ON reference.series_id = catalog.series_id
    AND reference.issued_at_utc = newest.issued_at_utc
    AND reference.is_reference
LEFT JOIN models.constant_volatility AS selected
    ON selected.series_id = catalog.series_id
    AND selected.issued_at_utc = newest.issued_at_utc
    AND selected.is_selected
LEFT JOIN models.variable_volatility AS volatility
    ON volatility.series_id = catalog.series_id
    AND volatility.issued_at_utc = newest.issued_at_utc
LEFT JOIN models.periodic AS periodic
    ON periodic.series_id = catalog.series_id
    AND periodic.issued_at_utc = newest.issued_at_utc
LEFT JOIN models.champions AS champions
    ON champions.series_id = catalog.series_id
    AND champions.issued_at_utc = newest.issued_at_utc;

COMMENT ON VIEW models.model_status IS
    'One row per series: what the newest night fitted to it, which model speaks for it, and why one is missing.';

COMMENT ON COLUMN models.model_status.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.model_status.series_status IS
    'State of the series: ok, stale, short or set_aside.';
COMMENT ON COLUMN models.model_status.series_reason IS
    'Sentence that says why the series is not ok; null where it is.';
COMMENT ON COLUMN models.model_status.issued_at_utc IS
    'Newest night of the platform, its midnight in UTC.';
COMMENT ON COLUMN models.model_status.reference_status IS
    'ok, too_short or failed; null when the night did not try.';
COMMENT ON COLUMN models.model_status.reference_reason IS
    'Why the reference model is missing; null where it is not.';
COMMENT ON COLUMN models.model_status.selected_status IS
    'ok, too_short or failed; null when the night did not try.';
COMMENT ON COLUMN models.model_status.selected_reason IS
    'Why the selected model is missing; null where it is not.';
COMMENT ON COLUMN models.model_status.selected_order IS
    'Order of the selected model, ARIMA(p,d,q).';
COMMENT ON COLUMN models.model_status.volatility_status IS
    'ok (it varies, and a model of it was chosen), constant, not_tested, too_short, not_converged or failed; null when the night did not try.';
COMMENT ON COLUMN models.model_status.volatility_reason IS
    'The same in a sentence.';
COMMENT ON COLUMN models.model_status.volatility IS
    'Model of the variance that was chosen: garch, egarch or gjr; null where none was.';
COMMENT ON COLUMN models.model_status.periodic_status IS
    'ok, too_short or failed; null when the night did not try.';
COMMENT ON COLUMN models.model_status.periodic_reason IS
    'Why the periodic model is missing; null where it is not.';
COMMENT ON COLUMN models.model_status.champion IS
    'Model that speaks for the series; null when none does.';
COMMENT ON COLUMN models.model_status.champion_reason IS
    'Sentence that says by which rule it was chosen.';
