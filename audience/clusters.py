"""Texts that say the same, found by scikit-learn. Only the worker comes here: no page and no socket imports this.

TF-IDF over what the language has for words (stems where words are spaced, pairs and triples of signs where they are
not), a truncated SVD, HDBSCAN. Equal texts are one document; of very many documents the ones with most people behind
them are clustered and the others join the nearest cluster, so that 20,000 comments take seconds, not minutes.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.cluster import HDBSCAN
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from audience.terms import surface_terms

MOST_CLUSTERED = 2500
DIMENSIONS = 48
NEAR = 0.35  # cosine to a cluster's centre from which a text that was not clustered belongs to it
MOST_WORDS = 4
LEAST_SHARE = 0.2  # of a cluster's texts that hold a word of its label, the first word apart


@dataclass(frozen=True, slots=True)
class Cluster:
    """`members` and `example` are positions in the texts that were given; `words` the most typical first."""

    members: tuple[int, ...]
    words: tuple[str, ...]
    example: int


def group(texts: Sequence[str], keys: Sequence[str]) -> list[Cluster]:
    """Clusters of texts; a text may be in none. `keys` are equal where texts count as equal."""
    positions: dict[str, list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        positions[key].append(position)
    documents = [members for members in positions.values() if surface_terms(texts[members[0]])]
    if not documents:
        return []
    documents.sort(key=lambda members: (-len(members), -members[-1]))
    matrix, vocabulary = _vectors([texts[members[0]] for members in documents])
    labels = _labels(matrix, [len(members) for members in documents])
    surfaces = _surfaces(texts[members[0]] for members in documents)
    found = []
    for label in sorted(set(labels) - {-1}):
        rows = np.flatnonzero(labels == label)
        members = sorted(position for row in rows for position in documents[row])
        words = _typical(matrix, rows, vocabulary, surfaces)
        found.append(Cluster(tuple(members), words, documents[_medoid(matrix, rows)][0]))
    return found


def _vectors(texts: Sequence[str]) -> tuple[csr_matrix, list[str]]:
    vectorizer = TfidfVectorizer(
        analyzer=lambda text: [term for term, _ in surface_terms(text)], sublinear_tf=True, max_features=20_000
    )
    return vectorizer.fit_transform(texts), list(vectorizer.get_feature_names_out())


def _labels(matrix: csr_matrix, weights: Sequence[int]) -> np.ndarray:
    """A cluster's number for each document, -1 for none. What many people said alike is a cluster by itself."""
    labels = np.full(matrix.shape[0], -1)
    few = min(matrix.shape[0], MOST_CLUSTERED)
    if few > 3:
        labels[:few] = _cluster(matrix[:few])
        _put_out_strangers(matrix, labels)
        _join_nearest(matrix, labels, few)
    following = labels.max() + 1
    for row in map(int, np.flatnonzero(labels == -1)):
        if weights[row] > 1:
            labels[row] = following
            following += 1
    return labels


def _cluster(matrix: csr_matrix) -> np.ndarray:
    number, features = matrix.shape
    dimensions = min(DIMENSIONS, number - 1, features - 1)
    if dimensions < 2:
        return np.full(number, -1)
    points = normalize(TruncatedSVD(dimensions, random_state=0).fit_transform(matrix))
    smallest = 2 if number < 40 else min(15, 2 + number // 60)
    found: np.ndarray = HDBSCAN(min_cluster_size=smallest, min_samples=1 if number < 40 else 2, copy=True).fit_predict(
        points
    )
    return found


def _put_out_strangers(matrix: csr_matrix, labels: np.ndarray) -> None:
    """Texts that share no word with their cluster: in few dimensions what is far from all lies close together."""
    for label in set(labels) - {-1}:
        rows = np.flatnonzero(labels == label)
        # Rows have length 1: a text's product with the sum, less its product with itself.
        total = np.asarray(matrix[rows].sum(axis=0)).ravel()
        near = np.asarray(matrix[rows] @ total).ravel() - 1
        labels[rows[near <= 1e-9]] = -1


def _join_nearest(matrix: csr_matrix, labels: np.ndarray, few: int) -> None:
    numbers = sorted(set(labels[:few]) - {-1})
    loose = np.flatnonzero(labels == -1)
    if not numbers or not len(loose):
        return
    centres = normalize(np.vstack([np.asarray(matrix[np.flatnonzero(labels == n)].mean(axis=0)) for n in numbers]))
    near = np.asarray(matrix[loose] @ centres.T)
    best = near.argmax(axis=1)
    close = near[np.arange(len(loose)), best] >= NEAR
    labels[loose[close]] = np.asarray(numbers)[best[close]]


def _surfaces(texts: object) -> dict[str, str]:
    """Each term as most people write it."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:  # type: ignore[attr-defined]
        for term, surface in surface_terms(text):
            seen[term][surface] += 1
    return {term: counted.most_common(1)[0][0] for term, counted in seen.items()}


def _typical(matrix: csr_matrix, rows: np.ndarray, vocabulary: list[str], surfaces: dict[str, str]) -> tuple[str, ...]:
    """The words that set a cluster apart: in many of its texts, in few of the others; two texts of it at least."""
    inside = np.asarray((matrix[rows] > 0).sum(axis=0)).ravel()
    everywhere = np.asarray((matrix > 0).sum(axis=0)).ravel()
    share = inside / len(rows)
    apart = share - (everywhere - inside) / max(1, matrix.shape[0] - len(rows))
    least = min(2, len(rows))
    words: list[str] = []
    for column in np.argsort(-apart, kind="stable")[:24]:
        word = surfaces[vocabulary[column]]
        if len(words) == MOST_WORDS or (words and share[column] < LEAST_SHARE):
            break
        if inside[column] >= least and not any(word in kept or kept in word for kept in words):
            words.append(word)
    return tuple(words)


def _medoid(matrix: csr_matrix, rows: np.ndarray) -> int:
    centre = np.asarray(matrix[rows].mean(axis=0)).ravel()
    return int(rows[int(np.argmax(np.asarray(matrix[rows] @ centre).ravel()))])
