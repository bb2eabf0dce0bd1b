-- title: Provenance
-- Where the index comes from: versions, fingerprint, training window, match settings, configuration.
SELECT key, value
FROM provenance
ORDER BY key;
