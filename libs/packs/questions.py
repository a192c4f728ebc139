"""What is said to everybody: questions with their answers, and the dated notices of agencies."""

from datetime import date

from libs.packs.entries import Dated


class Question(Dated):
    """A question with its answer (Điều 10.1); also what the field suggestion learns from.

    Beyond its dates it is not offered. `checked`: when its owner last read it over (Điều 14.4).
    """

    id: str
    field: str
    question: str
    answer: str
    agency: str
    source: str = ""
    checked: date | None = None
    status: str


class Notice(Dated):
    """What an agency has to say to everybody for a while (Điều 14.6)."""

    id: str
    agency: str
    text: str
    text_en: str = ""
    document: str = ""
