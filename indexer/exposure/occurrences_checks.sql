-- As checks.sql, of an index that holds its occurrences.

-- check: a phrase has as many occurrences as exposures
SELECT phrase_id, exposures.exposure_count, counted.n
FROM exposures
FULL JOIN (SELECT phrase_id, count(*) AS n FROM occurrences GROUP BY phrase_id) AS counted USING (phrase_id)
WHERE coalesce(exposures.exposure_count, 0) <> coalesce(counted.n, 0);
