"""The character error rate: edits needed to make the transcription from what was read, by the transcription's length.

Both sides are NFC, with runs of white space made one space and quotes and dashes made alike. A page that was not read
counts as 100 %.
"""

import statistics
import unicodedata
from dataclasses import dataclass

FOLDED = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)


@dataclass(frozen=True)
class PageRate:
    name: str
    percent: float


@dataclass(frozen=True)
class SetRate:
    """The rate over all characters of a set, and that of its median page."""

    percent: float
    median: float
    pages: list


def of_set(page_set, texts):
    edits = characters = 0
    rates = []
    for stem, truth in sorted(page_set.truths.items()):
        truth = folded(truth)
        read = texts.get(stem)
        wrong = len(truth) if read is None else distance(truth, folded(read))
        edits += wrong
        characters += len(truth)
        rates.append(PageRate(stem, 100 * wrong / max(1, len(truth))))
    median = statistics.median(rate.percent for rate in rates)
    return SetRate(100 * edits / max(1, characters), median, rates)


def folded(text):
    return " ".join(unicodedata.normalize("NFC", text).translate(FOLDED).split())


def distance(truth, read):
    """The Levenshtein distance, a column at a time in the bits of one integer (Myers 1999, Hyyrö 2003)."""
    if not truth:
        return len(read)
    places = {}
    for index, character in enumerate(truth):
        places[character] = places.get(character, 0) | 1 << index
    whole = (1 << len(truth)) - 1
    last = 1 << (len(truth) - 1)
    up, down, score = whole, 0, len(truth)
    for character in read:
        equal = places.get(character, 0)
        vertical = equal | down
        horizontal = (((equal & up) + up) ^ up) | equal
        plus = down | (~(horizontal | up) & whole)
        minus = up & horizontal
        if plus & last:
            score += 1
        elif minus & last:
            score -= 1
        plus = (plus << 1) | 1
        minus <<= 1
        up = (minus | ~(vertical | plus)) & whole
        down = plus & vertical & whole
    return score
