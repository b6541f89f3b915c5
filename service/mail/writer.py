"""The words of a line, and those by which a line is known to name the one who wrote a message."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from service.mail.phrases import PARTICLES
from service.message import Address

PUNCTUATION: Final = " \t,.;:!*_~|()[]<>\"'“”„«»•·-\u2013\u2014\u2019"
_MIN_LABEL_CHARS: Final = 4


def words_of(line: str) -> list[str]:
    """The words of a line in lower case."""
    return [word for word in (token.strip(PUNCTUATION).lower() for token in line.split()) if word]


def _folded(word: str) -> str:
    """The word without accents: "João" signs what "Joao" sends."""
    if word.isascii():
        return word
    letters = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@dataclass(frozen=True, slots=True)
class Writer:
    """Words by which a line is known to name the one who wrote the message."""

    names: frozenset[str] = frozenset()
    labels: tuple[str, ...] = ()  # of the domain, without the last

    @classmethod
    def of(cls, sender: Address | None) -> "Writer":
        """The writer that a From field names; nobody when there is none."""
        if sender is None:
            return cls()
        local, _, domain = sender.address.partition("@")
        names = map(_folded, (*words_of(sender.name), *re.split(r"[\W\d_]+", local.lower())))
        labels = re.split(r"[.-]", domain.rpartition(".")[0])
        return cls(
            frozenset(name for name in names if len(name) > 1) - PARTICLES,
            tuple(label for label in labels if len(label) >= _MIN_LABEL_CHARS),
        )

    def joined(self, other: "Writer") -> "Writer":
        """Both writers as one: who forwards often speaks for who wrote."""
        return Writer(self.names | other.names, self.labels + other.labels)

    def owns(self, word: str) -> bool:
        """Whether a word in lower case is part of the writer's name, address or company."""
        return _folded(word) in self.names or self.trades_as(word)

    def trades_as(self, word: str) -> bool:
        """Whether the writer's domain is a word in lower case or begins with it."""
        plain = _folded(word)
        is_long = len(plain) >= _MIN_LABEL_CHARS
        return is_long and any(label.startswith(plain) for label in self.labels)


NOBODY: Final = Writer()
