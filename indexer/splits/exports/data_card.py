"""The data card of an exported split: what it is, how it was made, and how to read it."""

from __future__ import annotations

import json

from indexer.plurals import counted
from indexer.splits.exports.exported_split import ExportedSplit

_CARD = """---
configs:
- config_name: default
  data_files:
{data_files}
---

# Minimal pairs, split by exposure

Minimal pairs of sentences, split by whether a language model met their critical phrases in its training data.

| split | pairs |
| --- | --- |
{sizes}

{unknown}

```python
from datasets import load_dataset

pairs = load_dataset("path/of/this/folder")
```

`sentence_good` and `sentence_bad` are the sentences, `phrase_good` and `phrase_bad` their critical phrases as
spelled in them; `_start` and `_stop` are half-open ranges of Unicode code points. `exposure_count_good`,
`first_step_good` and their likes say what the model saw of each phrase in the whole training window; a
`first_step` that is missing means that the phrase was not seen. Columns from `split` on are those of the
query below; its counts are as of the checkpoint it names. The sentences stay under the licence of their
source.

## Provenance

Index `{fingerprint}`, {completeness}{taken}; query `{query}` with `{parameters}`; {software}.
{unverified} not compared with a hash that is known from elsewhere.

```sql
{sql}
```
"""


def data_card(split: ExportedSplit, files: dict[str, str]) -> str:
    """Return the text of ``README.md``.

    Parameters
    ----------
    split : ExportedSplit
        What is described.
    files : dict of str to str
        Path of each split inside the folder.
    """
    origin = split.provenance()
    unknown = "Every pair of the index that belongs to a split is here."
    if split.n_unknown:
        unknown = (
            f"{counted(split.n_unknown, 'pair', 'is', 'are')} left out: the index does not know yet to which"
            " split such belong."
        )
    return _CARD.format(
        data_files="\n".join(f"  - split: {name}\n    path: {path}" for name, path in files.items()),
        sizes="\n".join(f"| {name} | {table.num_rows:,} |" for name, table in split.splits.items()),
        unknown=unknown,
        fingerprint=origin["index_fingerprint"],
        completeness="complete" if origin["index_complete"] else "incomplete",
        unverified=counted(
            origin["index_unverified_shards"], "shard", "of the index was", "of the index were"
        ),
        query=origin["query"],
        taken="".join(f"; taken on purpose: {found}" for found in origin["taken_on_purpose"].values()),
        parameters=json.dumps(origin["parameters"]),
        software=origin["software"],
        sql=origin["sql"].strip(),
    )
