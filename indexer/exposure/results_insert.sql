DELETE FROM results
USING given_known AS given
WHERE results.model = given.model
    AND results.checkpoint = given.checkpoint
    AND results.pair_id = given.pair_id;

INSERT INTO results BY NAME
SELECT * FROM given_known
ORDER BY model, checkpoint, pair_id;
