"""Small tokenizers of every family, made on the spot."""

from __future__ import annotations

import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers

LINES = [
    "the old boat rocks and the old boats rock",
    "this teacher reads a letter to these teachers",
    "there is soon to be a meeting about the unhappiness of Anna",
    "don't walk, said the walker: walking (slowly) is well-known",
] * 5


def byte_level() -> tokenizers.Tokenizer:
    """Byte-level BPE with an end token, runs of spaces and a start token added by a template."""
    made = tokenizers.Tokenizer(models.BPE())
    made.normalizer = normalizers.NFC()
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(
        LINES,
        trainers.BpeTrainer(
            vocab_size=400,
            special_tokens=["<|end|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    made.add_tokens(["   ", "é["])
    made.post_processor = processors.TemplateProcessing(single="<|end|> $A", special_tokens=[("<|end|>", 0)])
    made.enable_truncation(3)
    made.enable_padding(length=8)
    return made


def wordpiece() -> tokenizers.Tokenizer:
    """BERT's kind: lower case, split at spaces and punctuation, ## continues a word."""
    made = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    made.train_from_iterator(
        LINES,
        trainers.WordPieceTrainer(vocab_size=120, special_tokens=["[UNK]", "[CLS]"], show_progress=False),
    )
    return made


def unigram(scheme: str = "always") -> tokenizers.Tokenizer:
    """SentencePiece unigram with metaspace, as T5 is one."""
    made = tokenizers.Tokenizer(models.Unigram())
    made.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(tokenizers.Regex(" {2,}"), "▁")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme)
    made.decoder = decoders.Metaspace(prepend_scheme=scheme)
    made.train_from_iterator(
        LINES,
        trainers.UnigramTrainer(
            vocab_size=120, special_tokens=["</s>", "<unk>"], unk_token="<unk>", show_progress=False
        ),
    )
    return made


def word_end() -> tokenizers.Tokenizer:
    """CLIP's kind: byte letters, and </w> ends a word."""
    made = tokenizers.Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(tokenizers.Regex(r"\w+|[^\w\s]+"), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(
        LINES,
        trainers.BpeTrainer(
            vocab_size=700,
            end_of_word_suffix="</w>",
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return made


def plain() -> tokenizers.Tokenizer:
    """BPE over characters, spaces among them: a piece is its own text."""
    made = tokenizers.Tokenizer(models.BPE(unk_token="?unk?"))
    made.train_from_iterator(
        LINES, trainers.BpeTrainer(vocab_size=150, special_tokens=["?unk?"], show_progress=False)
    )
    return made


def spaceless() -> tokenizers.Tokenizer:
    """BPE within words; nothing in the ids tells where a word began."""
    made = tokenizers.Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.train_from_iterator(LINES, trainers.BpeTrainer(vocab_size=100, show_progress=False))
    return made


def whole_words() -> tokenizers.Tokenizer:
    """One id a word, cut at spaces."""
    made = tokenizers.Tokenizer(models.WordLevel(unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.train_from_iterator(LINES, trainers.WordLevelTrainer(special_tokens=["[UNK]"], show_progress=False))
    return made
