"""What a user should know of the shards that were measured, one sentence each: empty ones, odd documents."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.corpus.sequences import CorpusFacts, Shard

_MOST_NAMES = 5


def corpus_notes(facts: CorpusFacts, shards: Sequence[Shard]) -> list[str]:
    """Return the sentences.

    Parameters
    ----------
    facts : CorpusFacts
        Of the reader, after its shards were measured.
    shards : sequence of Shard
        All of them.
    """
    notes: list[str] = []
    bare = [shard for shard in shards if not shard.n_sequences]
    if bare:
        what = "holds no sequence" if len(bare) == 1 else "hold no sequence"
        named = ", ".join(_named(shard) for shard in bare[:_MOST_NAMES])
        more = f" and {len(bare) - _MOST_NAMES:,} more" if len(bare) > _MOST_NAMES else ""
        notes.append(f"{len(bare):,} of {len(shards):,} shards {what}: {named}{more}")
    documents = facts.details.get("documents", {})
    notes += [f"{number:,} {what}" for what, number in documents.items()]
    return notes


def _named(shard: Shard) -> str:
    ids = f"{shard.n_dropped_tokens:,} ids, fewer than a sequence has" if shard.n_dropped_tokens else "no ids"
    return f"{shard.name} ({'0 bytes' if not shard.n_bytes else ids})"
