"""What no check of an index can tell, and so is taken on trust: said in sentences."""

from __future__ import annotations

from indexer.plan.plan import Plan
from indexer.plurals import counted
from indexer.verification.plain_steps import OWN_RULES
from indexer.verification.raw_sequences import RawSequences


def taken_on_trust(plan: Plan, raw: RawSequences) -> tuple[str, ...]:
    """Return what a verified index still rests on."""
    sentences = [
        "the files that the configuration names are all that the model was trained on",
        f"the run took its sequences in the order {plan.order.kind!r} with the settings of the plan"
        if plan.order.steps_known
        else "nothing of the order: no steps are claimed",
    ]
    if plan.tokenizer is not None:
        sentences.append(
            f"the tokenizer {plan.tokenizer.name} (sha256 {plan.tokenizer.content_hash}) made the corpus, "
            "and its table of what each id spells, which verification shares with the scan, is right"
        )
    if plan.config.match.unit != "text":
        sentences.append("the id forms of the plan are the ways in which the phrases are spelled in tokens")
    if plan.order.steps_known and plan.order.kind not in OWN_RULES:
        sentences.append(
            f"the code of the order {plan.order.kind!r}, which verification shares with the scan"
        )
    others = [shard.name for shard in plan.shards if not raw.reads_itself(shard)]
    if others:
        sentences.append(
            f"the code that finds the sequences of the format {plan.corpus.format!r} in {len(others):,} of "
            f"{counted(len(plan.shards), 'shard')}, which verification shares with the scan"
        )
    return tuple(sentences)
