"""Tries over the folded texts of a vocabulary, traversed forwards and backwards from a place inside a phrase.

A *spelling* is a distinct folded text of one or more ids. At a place of a phrase, the spelling of the token
that ends there is a suffix of what stands left of the place, or has all of that as its suffix; that of the
token that begins there is a prefix of what stands right of it, or has all of that as its prefix. One
traversal through a trie lists either. The backward trie holds the texts reversed.
"""

from __future__ import annotations

from typing import NamedTuple

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.matching.kernels.borders import WORD
from indexer.matching.text.kernels.borders import class_at, goes_on_at
from indexer.units import BoolArray, Int32Array, Int64Array, Uint8Array

NO_NODE = -1
ROOT = 0
MOST_NEIGHBOURS = 4096
"""Spellings that are listed at one place, at most; where there are more the place is no good anyway."""


class Trie(NamedTuple):
    """A trie over sorted texts.

    Attributes
    ----------
    slot_edge : array of int64
        Open hash table of edges: ``node << 8 | byte``, -1 for a free slot; its size is a power of two.
    slot_node : array of int32
        Where the edge leads.
    first, stop : array of int32, shape (n_nodes,)
        The sorted texts that pass through a node.
    spelling : array of int32, shape (n_texts,)
        Number of each sorted text.
    bounded_first : array of int64, shape (n_nodes + 1,)
    bounded : array of int32
        ``bounded[bounded_first[node]:bounded_first[node + 1]]`` are the texts that pass through a node and
        have a word border there: few of the thousands that pass through the node of a single letter.
    """

    slot_edge: Int64Array
    slot_node: Int32Array
    first: Int32Array
    stop: Int32Array
    spelling: Int32Array
    bounded_first: Int64Array
    bounded: Int32Array


class Spellings(NamedTuple):
    """The distinct folded texts of the ids of a vocabulary that hold whole characters; number 0 is none.

    Attributes
    ----------
    text : array of uint8
        All texts; some bytes before and behind can be read.
    offsets : array of int64, shape (n_spellings + 1,)
        Spelling s is ``text[offsets[s]:offsets[s + 1]]``.
    forward, backward : Trie
        Tries over them.
    ids : array of uint32
        The ids of each spelling, one spelling after another.
    ids_offsets : array of int64, shape (n_spellings + 1,)
        See `ids`.
    classes : array of uint8, shape (0x110000,)
        What each code point is: a letter or digit, a mark, or neither.
    """

    text: Uint8Array
    offsets: Int64Array
    forward: Trie
    backward: Trie
    ids: Int32Array
    ids_offsets: Int64Array
    classes: Uint8Array


class Neighbours(NamedTuple):
    """Buffers for the spellings on one side of a place.

    Attributes
    ----------
    spelling : array of int32
        Their numbers.
    length : array of int64
        Their lengths in bytes.
    """

    spelling: Int32Array
    length: Int64Array


@leaf
def edge_slot(slot_edge: Int64Array, edge: int) -> int:
    """Return the slot of an edge, or the free one where it would stand."""
    mask: int = slot_edge.shape[0] - 1
    slot = (edge ^ (edge >> 15)) * 0x9E3779B1 & mask
    while slot_edge[slot] != -1 and slot_edge[slot] != edge:
        slot = (slot + 1) & mask
    return slot


@uncounted
def build_trie(
    text: Uint8Array,
    offsets: Int64Array,
    slot_edge: Int64Array,
    slot_node: Int32Array,
    first: Int32Array,
    stop: Int32Array,
    node_of: Int32Array,
) -> int:
    """Fill the arrays of a trie over sorted texts, and the node of each byte; return the number of nodes."""
    n_nodes = int64(1)
    first[ROOT] = 0
    stop[ROOT] = offsets.shape[0] - 1
    for number in range(offsets.shape[0] - 1):
        node = int64(ROOT)
        for k in range(offsets[number], offsets[number + 1]):
            edge = (node << 8) | int64(text[k])
            slot = edge_slot(slot_edge, edge)
            if slot_edge[slot] == -1:
                slot_edge[slot] = edge
                slot_node[slot] = n_nodes
                first[n_nodes] = number
                n_nodes += 1
            node = int64(slot_node[slot])
            stop[node] = number + 1
            node_of[k] = node
    return n_nodes


@uncounted
def find_word_borders(
    text: Uint8Array, offsets: Int64Array, classes: Uint8Array, is_behind: bool, has_border: BoolArray
) -> None:
    """Tell for each byte of each spelling whether a phrase can have its border there.

    Parameters
    ----------
    is_behind : bool
        Whether the phrase ends behind the byte; else it begins with the byte. What stands beyond has to be no
        letter or digit, unless the spelling ends there. Of marks before it nobody asks what they belong to.
    has_border : array of bool
        One for each byte from the first spelling on.
    """
    for spelling in range(1, offsets.shape[0] - 1):
        begin, end = offsets[spelling], offsets[spelling + 1]
        for at in range(begin, end):
            if is_behind:
                bounded = at + 1 == end or not goes_on_at(text, at + 1, classes)
            else:
                bounded = at == begin or class_at(text, at - 1, classes)[0] != WORD
            has_border[at - offsets[1]] = bounded


@leaf
def child(trie: Trie, node: int, value: int) -> int:
    """Return the node below `node` for a byte; `NO_NODE` if there is none."""
    edge = (node << 8) | int64(value)
    slot = edge_slot(trie.slot_edge, edge)
    return int64(trie.slot_node[slot]) if trie.slot_edge[slot] == edge else int64(NO_NODE)


@leaf
def spellings_beside(
    spellings: Spellings, phrase: Uint8Array, place: int, border: int, word: bool, found: Neighbours
) -> int:
    """List the spellings of tokens on one side of a place of a phrase: on the side where `border` lies.

    If that is the end of the phrase, those that can begin at the place; if its beginning, those that can end.

    Parameters
    ----------
    phrase : array of uint8
    place, border : int
        Different places in it.
    word : bool
        Whether what stands beyond the border inside a token has to be no letter or digit; see
        `find_word_borders`.

    Returns
    -------
    int
        How many; -1 if there are more than there is space.
    """
    is_behind, n_known = border > place, abs(border - place)
    trie = spellings.forward if is_behind else spellings.backward
    n = int64(0)
    node = int64(ROOT)
    depth = int64(0)
    while node != NO_NODE:
        if depth == n_known and word:
            passing, number, last = trie.bounded, trie.bounded_first[node], trie.bounded_first[node + 1]
        else:
            passing, number = trie.spelling, int64(trie.first[node])
            last = number + 1 if depth < n_known else int64(trie.stop[node])
        while depth > 0 and number < last:
            spelling = int64(passing[number])
            length = spellings.offsets[spelling + 1] - spellings.offsets[spelling]
            if (depth < n_known and length != depth) or n == MOST_NEIGHBOURS:
                break
            found.spelling[n] = spelling
            found.length[n] = length
            n += 1
            number += 1
        if n == MOST_NEIGHBOURS:
            return int64(-1)
        if depth == n_known:
            break
        node = child(trie, node, phrase[place + depth if is_behind else place - depth - 1])
        depth += 1
    return n
