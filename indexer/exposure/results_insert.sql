DELETE FROM results
USING given_known AS given
WHERE results.model = given.model
    AND results.checkpoint = given.checkpoint
    AND results.item_id = given.item_id
    AND results.measure = given.measure;

INSERT INTO results BY NAME
SELECT * FROM given_known
ORDER BY model, checkpoint, item_id, measure;
