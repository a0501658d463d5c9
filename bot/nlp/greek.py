"""Greek letters and Greeklish, brought to one spelling by sound, so that either finds the other.

Greeklish has as many spellings as writers ("thelo", "8elo", "thelw"): the sound is what they share.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain, product

from bot.core.letters import Letters

_LETTERS = dict(zip("αβγδεζηικλμνξοπρσςτυφχω", "avgdeziiklmnxoprsstifxo", strict=True)) | {"θ": "th", "ψ": "ps"}
_SOUNDS = str.maketrans(_LETTERS)
_PAIRS = {"ου": "u", "αι": "e", "ει": "i", "οι": "i", "υι": "i", "αυ": "av", "ευ": "ev", "ηυ": "iv"}
_PAIRS |= {"μπ": "v", "ντ": "d", "γκ": "g", "γγ": "g", "τσ": "ts", "τζ": "tz"}

WITHOUT_MARKS = Letters(lambda c: None if unicodedata.combining(c) else c)

_LATIN_WORD = re.compile(r"[a-z0-9]+")
_GREEK = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")

_GREEKLISH = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"8", "th"),
        (r"th(?=[^aeiouwyr]|\b)", "ti"),
        (r"3|ks", "x"),
        (r"ou", "u"),
        (r"(?<=[ae])[uf](?=[^aeiou]|\b)", "v"),
        (r"ai", "e"),
        (r"ei|oi|[yj]", "i"),
        (r"w", "o"),
        (r"ph", "f"),
        (r"ch|kh|(?<!t)h(?=[aeiouw])", "x"),
        (r"(?<!t)h", "i"),
        (r"mp|b", "v"),
        (r"nt", "d"),
        (r"gg|gk", "g"),
    )
)

_SMALL_WORDS = frozenset(
    {
        "kai", "einai", "eimai", "thelo", "thelw", "8elo", "8elw", "stin", "sthn", "thn", "tou", "ths", "pote", "pws",
        "kalispera", "kalhspera", "kalimera", "kalhmera", "exo", "exw", "exei", "exete", "mporo", "mporw", "boro",
        "borw", "mporeite", "efxaristo", "euxaristw", "euxaristo", "efharisto", "paraggelia", "paragelia",
        "parangelia", "parakalo", "parakalw", "giati", "otan", "omws", "apo", "geia", "mou", "pou", "poy", "kapoios",
        "oxi", "edw", "akoma", "akomh", "xthes", "avrio", "aurio", "shmera", "katastima", "katasthma", "lefta",
        "xrimata", "proion", "proionta", "timologio", "apostoli", "apostolh", "kanei", "kanw", "thes", "8es", "mas",
        "sas", "sou", "den", "gia", "ton", "tis", "tin", "ena", "mia", "na", "to", "ti", "me", "se", "ki", "ola",
        "nai", "pos",
    }
)  # fmt: skip
_ALSO_ELSEWHERE = frozenset(
    {"mas", "sas", "sou", "den", "gia", "ton", "tis", "tin", "ena", "mia", "na", "to", "ti", "me", "se", "ki", "ola"}
    | {"nai", "pos", "apo", "exo", "pote"}
)


def is_greeklish(text: str) -> bool:
    """Whether Latin letters spell Greek: small words of Greek, at least one of them found in no other language."""
    bare = text.lower()
    if not bare.isascii():
        bare = unicodedata.normalize("NFD", bare).translate(WITHOUT_MARKS)
    found = _SMALL_WORDS.intersection(_LATIN_WORD.findall(bare))
    words = len(bare.split())
    return bool(found - _ALSO_ELSEWHERE) and len(found) >= min(2, max(1, words // 3))


def has_greek(text: str) -> bool:
    """Whether there are Greek letters in it."""
    return not text.isascii() and bool(_GREEK.search(text))


def sound_of_greek(text: str) -> str:
    """Greek letters (lower case, without accents) by their sound; everything else stays."""
    if not has_greek(text):
        return text
    for pair, sound in _PAIRS.items():
        text = text.replace(pair, sound)
    return text.translate(_SOUNDS)


def sound_of_greeklish(text: str) -> str:
    """Greek in Latin letters (lower case), by its sound."""
    for pattern, sound in _GREEKLISH:
        text = pattern.sub(sound, text)
    return text


_AMBIGUOUS = re.compile(
    r"(?P<th>th)|(?P<ph>ph)|(?P<kh>kh)|(?P<chi>h(?=[aeiouw]))|(?P<eta>h)|(?P<oi>oi)|(?P<f>(?<=[ae])f)"
    r"|(?P<v>(?<=[ae])u(?=[aeiouhwy]))|(?P<u>(?<![aeo])u)|(?P<y>(?<=[ae])y(?=[bcdfgklmnprstxz38]))"
)
_MEANT = {
    "th": ("th", "ti", "TH"),
    "ph": ("ph", "pi"),
    "kh": ("kh", "ki"),
    "chi": ("x", "i"),
    "eta": ("i", "x"),
    "oi": ("oi", "OI"),
    "f": ("f", "F"),
    "v": ("u", "v"),
    "u": ("u", "I"),
    "y": ("v", "y"),
}
"""What letters may be meant as, the likeliest first; those that are large :data:`_GREEKLISH` leaves alone."""

_MOST_SPOTS = 5
_THETA = (re.compile("8"), re.compile("(?<=n)th"))
"""No τη, and no ντ before an η."""


def sounds_of_greeklish(word: str) -> Iterator[str]:
    """All that a word in Latin letters (lower case) may sound as, the likeliest first.

    Some write η as h and others χ, πη and φ are both ph, and υ is y or u.
    """
    spots = list(_AMBIGUOUS.finditer(word))[:_MOST_SPOTS]
    ends = [0, *(spot.end() for spot in spots)]
    between = [word[end : spot.start()] for end, spot in zip(ends, spots, strict=False)]
    for meant in product(*(_MEANT[spot.lastgroup or ""] for spot in spots)):
        read = "".join(chain.from_iterable(zip(between, meant, strict=True))) + word[ends[-1] :]
        for theta in _THETA:
            read = theta.sub("TH", read)
        yield sound_of_greeklish(read).lower()


_LATIN = {
    **dict(zip("αβγδεζηικλμνξοπρστυφχω", "avgdeziiklmnxoprstyfxo", strict=True)), "θ": "th", "ψ": "ps", "ς": "s",
}  # fmt: skip
_LOOKS = _LATIN | {"β": "b", "η": "h", "θ": "8", "ξ": "3", "υ": "u", "χ": "h", "ω": "w"}
_MIXED = _LATIN | {"η": "h", "ω": "w", "χ": "x", "υ": "u"}
_WAYS = tuple(str.maketrans(table) for table in (_LATIN, _LOOKS, _MIXED))


def as_greeklish(text: str) -> tuple[str, ...]:
    """Greek (lower case, without accents) in Latin letters: as it sounds, as it looks, and a bit of both."""
    by_pairs = text.replace("ου", "ou").replace("ει", "ei").replace("αι", "ai").replace("οι", "oi").replace("μπ", "mp")
    return tuple(by_pairs.translate(table) for table in _WAYS)
