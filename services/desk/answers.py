"""Search in the pack's questions and answers, for the operator's split view (Điều 10.1)."""

from libs.places.answers import AnswerIndex, Entry, Hit
from libs.runtime.directory import Directory


class Answers:
    """The index follows the pack in force."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._version = ""
        self._index = AnswerIndex(())

    def search(self, words: str, limit: int = 6) -> list[Hit]:
        """The best questions with their answers (`hit.entry.id, .field, .question, .answer`); [] for none."""
        pack = self._directory.pack
        if self._version != pack.version:
            self._index = AnswerIndex(Entry(q.id, q.field, q.question, q.answer) for q in pack.questions)
            self._version = pack.version
        return self._index.search(words[:300], limit)
