-- Each query lists what must not be. Any row refuses the index. Run by merge.py after the tables are filled.

-- check: every phrase has one row of exposures
SELECT phrase_id FROM phrases ANTI JOIN exposures USING (phrase_id)
UNION ALL
SELECT phrase_id FROM exposures ANTI JOIN phrases USING (phrase_id);

-- check: the bins of a phrase add up to its exposures, where steps are known
SELECT exposures.phrase_id, exposures.exposure_count, sum(bins.exposure_count) AS in_bins
FROM exposures
LEFT JOIN exposure_bins AS bins USING (phrase_id)
WHERE exposures.first_step IS NOT NULL
GROUP BY ALL
HAVING coalesce(in_bins, 0) <> exposures.exposure_count;

-- check: the first place of a phrase is its first exposure
SELECT exposures.phrase_id
FROM exposures
JOIN places ON places.phrase_id = exposures.phrase_id AND places.place = 0
WHERE places.sequence <> exposures.first_sequence
    OR places.token_offset <> exposures.first_offset
    OR places.step IS DISTINCT FROM exposures.first_step;

-- check: sequences, first step, last step and status agree with the count
SELECT phrase_id
FROM exposures
WHERE seen <> (exposure_count > 0)
    OR seen <> (status = 'seen')
    OR seen <> (first_sequence IS NOT NULL)
    OR seen <> (sequence_count > 0)
    OR sequence_count > exposure_count
    OR first_step > last_step;

-- check: every bin lies on the grid of checkpoints
SELECT phrase_id, checkpoint
FROM exposure_bins
ANTI JOIN checkpoints USING (checkpoint)
WHERE (SELECT value FROM provenance WHERE key = 'grain') = 'checkpoint';

-- check: every phrase of an item is one of the table, of an item of the table
SELECT item_id, role, place FROM item_phrases
ANTI JOIN phrases USING (phrase_id)
WHERE phrase_id IS NOT NULL
UNION ALL
SELECT item_id, role, place FROM item_phrases ANTI JOIN items USING (item_id);

-- check: every place of an item stands once
SELECT item_id, role, place, count(*) AS n
FROM item_phrases
GROUP BY item_id, role, place
HAVING n > 1;

-- check: every planned sequence was scanned
SELECT shard FROM shards
WHERE tokens_hash IS NULL
    AND n_sequences > 0
    AND (SELECT value FROM provenance WHERE key = 'complete') = 'true';
