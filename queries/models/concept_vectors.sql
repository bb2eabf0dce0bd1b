-- title: Concept vectors over checkpoints
-- How well the mean concept vector of the exposed pairs tells good from bad sentences (AUROC), and the effective rank of the concept vectors, of each split at each checkpoint.
-- example: exposure query index models/concept_vectors -p paradigm=determiner_noun_agreement_1
-- param model: MODEL = NULL -- one model; NULL: all
-- param paradigm: PARADIGM = NULL -- one paradigm; NULL: all
SELECT
    model,
    paradigm,
    checkpoint,
    part AS split,
    max(value) FILTER (WHERE measure = 'auroc') AS auroc,
    max(value) FILTER (WHERE measure = 'effective_rank') AS effective_rank
FROM model_measures
WHERE measure IN ('auroc', 'effective_rank')
    AND ($model IS NULL OR model = $model)
    AND ($paradigm IS NULL OR paradigm = $paradigm)
GROUP BY ALL
ORDER BY model, paradigm, split, checkpoint;
