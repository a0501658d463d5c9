"""A machine brought up to date with an edit, without learning all of its language anew.

The weights of a kernel machine answer for one another: an example that comes or goes changes those that are like it,
and hardly any other. So only these are solved for anew, the others staying as they are (one step of block coordinate
descent; Bertsekas 1999, 2.7). What was seen of the language as a whole stays: the directions in which its examples
differ, how rare its terms are, how sure one can be. So a machine is revised only while it differs in few examples from
one that was learnt; beyond that it is learnt anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.nlp.abroad import Adviser, advice
from bot.nlp.kernel import Floats, Numbers, Texts, weighed_again
from bot.nlp.learner import aims
from bot.nlp.machine import NOWHERE, Halves, Lesson, Machine
from bot.nlp.ngrams import Ngrams, grams

FEWEST_ALIKE = 100
"""One in so many examples may have come or gone."""

_NEIGHBOURS = 60
"""So many of the examples most like each that came or went are weighed anew."""

_OF_ALL = 500
"""So many of all the others are weighed anew too, so that what is said far away stays as it was."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Edit:
    """How lessons differ from those that a machine has: places of the lessons that ``came``, and of those it has that
    ``went``.
    """

    came: Numbers
    went: Numbers

    def __len__(self) -> int:
        return len(self.came) + len(self.went)


def edit_of(machine: Machine, lessons: Sequence[Lesson]) -> Edit | None:
    """From what the ``machine`` was taught to ``lessons``; None where so much differs that it must be learnt anew."""
    most = len(lessons) // FEWEST_ALIKE
    if abs(len(machine.texts) - len(lessons)) > most:
        return None
    had: defaultdict[tuple[str, int, bool], list[int]] = defaultdict(list)
    for place, what in enumerate(zip(machine.texts, machine.numbers.tolist(), machine.taught.tolist(), strict=True)):
        had[what].append(place)
    came = []
    for place, lesson in enumerate(lessons):
        known = had.get((lesson.text, machine.number_of(lesson.intent), not lesson.excluded))
        if known:
            known.pop()
        else:
            came.append(place)
    went = [place for places in had.values() for place in places]
    edit = Edit(np.array(came, np.int64), np.array(sorted(went), np.int64))
    return edit if len(edit) <= most else None


def revised(
    machine: Machine, came: Sequence[Lesson], vectors: Halves, went: Numbers, advisers: Sequence[Adviser] = ()
) -> Machine:
    """The ``machine`` with the lessons that ``came``, which have these ``vectors``, and without those that ``went``.

    It was taught with the same ``advisers``.
    """
    stay = np.setdiff1d(np.arange(len(machine.texts)), went)
    had, new, ngrams = _seen(machine, came, vectors)
    kept, lost = had[stay], had[went]
    numbers = np.array([machine.number_of(lesson.intent) for lesson in came], np.int64)
    taught = np.array([not lesson.excluded for lesson in came], np.bool_)
    like_new, like_lost = (texts.similar(kept, machine.share) for texts in (new, lost))
    weights = machine.weights[stay]
    wanted = _wanted(machine, numbers, taught, like_new, stay)
    if (beside := advice(advisers, vectors, machine.projection, machine.share, once=True)) is not None:
        wanted -= beside
    # What was solved for the old ones holds but for what is lost; for the new ones, all is still to be said.
    missing = np.vstack([like_lost.T @ machine.weights[went], wanted - like_new @ weights])
    texts = Texts(np.vstack([kept.vectors, new.vectors]), sparse.vstack([kept.grams, new.grams], format="csr"))
    weights = np.vstack([weights, np.zeros_like(wanted)])
    chosen = _to_be_weighed(np.vstack([like_new, like_lost]), len(came))
    weights[chosen] += weighed_again(texts[chosen], missing[chosen], machine.share)
    return replace(
        machine,
        ngrams=ngrams,
        landmarks=texts,
        taught=np.concatenate([machine.taught[stay], taught]),
        numbers=np.concatenate([machine.numbers[stay], numbers]),
        texts=(*(machine.texts[place] for place in stay.tolist()), *(lesson.text for lesson in came)),
        weights=weights,
    )


def _seen(machine: Machine, came: Sequence[Lesson], vectors: Halves) -> tuple[Texts, Texts, Ngrams]:
    """What the ``machine`` has and what ``came``, in terms that know the words of both."""
    counted = grams([lesson.text for lesson in came])
    ngrams, moved = machine.ngrams.knowing(counted, len(machine.texts))
    spelled = machine.landmarks.columns.T.tocsr()
    width = (len(machine.texts), len(ngrams.weights))
    spelled = sparse.csr_matrix((spelled.data, moved[spelled.indices], spelled.indptr), shape=width)
    new = Texts(machine.projection.apply(vectors), ngrams.matrix(counted))
    return Texts(machine.landmarks.vectors, spelled), new, ngrams


def _wanted(machine: Machine, numbers: Numbers, taught: Flags, alike: Floats, stay: Numbers) -> Floats:
    """What new lessons are to score; ``alike`` is how like they are to the old ones that ``stay``."""
    known, examples = machine.numbers[stay], machine.taught[stay]
    counter = ~taught & (numbers != NOWHERE)
    nowhere = float((known == NOWHERE).mean())
    return aims(numbers, taught, len(machine.labels), alike[np.ix_(counter, examples)], known[examples], nowhere)


def _to_be_weighed(alike: Floats, many: int) -> Numbers:
    """The old texts most like any that came or went, some of all the others, and ``many`` new ones."""
    old = alike.shape[1]
    most = np.argpartition(-alike, min(_NEIGHBOURS, old - 1), axis=1)[:, :_NEIGHBOURS]
    among = np.random.default_rng(0).permutation(old)[:_OF_ALL]
    return np.unique(np.concatenate([most.ravel(), among, np.arange(old, old + many)]))
