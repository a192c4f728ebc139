"""What those who watch over a case left on it: reminders, a direction, reviews of the answer."""

from libs.contracts.facts import Actor, Instant, Value


class Reminder(Value):
    """The coordinator asked `agency` for what it owes (Điều 13.1)."""

    agency: str
    number: int
    text: str
    at: Instant
    by: Actor


class Instruction(Value):
    """The coordinator's direction in an urgent matter (Điều 13.2): it goes to `agency` at once.

    `answer_by`: wished, no clock of the law.
    """

    agency: str
    text: str
    answer_by: Instant | None
    at: Instant
    by: Actor


class Review(Value):
    """What a department thinks of the answer of a district or commune in its field (Đồng Nai 4)."""

    agency: str
    agreed: bool
    text: str
    at: Instant
