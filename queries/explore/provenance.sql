-- title: Provenance
-- Where the index comes from: versions, fingerprint, training window, match settings, configuration.
-- example: exposure query index explore/provenance
SELECT key, value
FROM provenance
ORDER BY key;
