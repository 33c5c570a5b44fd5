-- The versions that this warehouse has had. The highest one says what the other tables look like.
-- Written when a warehouse is created or migrated.
CREATE TABLE platform.schema_versions (
    version INTEGER NOT NULL,
    release VARCHAR NOT NULL,
    applied_at_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (version)
);

COMMENT ON TABLE platform.schema_versions IS 'Versions of the schema that this warehouse has had.';
COMMENT ON COLUMN platform.schema_versions.version IS 'Version of the schema; the highest one is in force.';
COMMENT ON COLUMN platform.schema_versions.release IS 'Release of Diurnal that brought the version.';
COMMENT ON COLUMN platform.schema_versions.applied_at_utc IS 'When the version was applied, UTC.';
