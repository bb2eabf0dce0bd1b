"""What is looked for: sources of phrases and minimal pairs, critical-phrase rules, surface forms."""

from indexer.phrases.phrase_set import PhraseSet, load_phrases, phrases_of_table

__all__ = ["PhraseSet", "load_phrases", "phrases_of_table"]
