-- The model that speaks for each series, night by night.
CREATE TABLE models.champions (
    series_id     VARCHAR NOT NULL,
    issued_at_utc TIMESTAMP NOT NULL,
    model         VARCHAR NOT NULL,
    reason        VARCHAR NOT NULL,
    PRIMARY KEY (series_id, issued_at_utc)
);

COMMENT ON TABLE models.champions IS
    'One row per series and night: the champion and why it was chosen.';

COMMENT ON COLUMN models.champions.series_id IS
    'Series, <source>/<label>.';
COMMENT ON COLUMN models.champions.issued_at_utc IS
    'Midnight of the platform, in UTC, whose past the night knew.';
COMMENT ON COLUMN models.champions.model IS
    'Model whose forecast stands for the series: combination, seasonal_naive_day or selected, for example; none where no model could be fitted.';
COMMENT ON COLUMN models.champions.reason IS
    'Sentence that says by which rule it was chosen.';
