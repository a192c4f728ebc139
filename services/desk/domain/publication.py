"""Decisions about the public text: published without personal data, or withheld on a ground (Điều 12)."""

from libs.contracts import events
from libs.contracts.events import CaseFact
from services.desk.domain import inputs
from services.desk.domain.decisions import Moment, decides, known, made
from services.desk.domain.privacy import require_impersonal
from services.desk.domain.state import CaseState


@decides(inputs.Publish)
def publish(state: CaseState, command: inputs.Publish, moment: Moment) -> CaseFact:
    """Điều 12.1, 12.2; refused, naming what was found, while personal data is in it (Điều 3.4)."""
    public = moment.rules.public_words
    require_impersonal(command.question, state.person, public, field="question")
    require_impersonal(command.answer, state.person, public, field="answer")
    return made(
        events.CasePublished, state, command, moment, question=command.question, answer=command.answer
    )


@decides(inputs.Withhold)
def withhold(state: CaseState, command: inputs.Withhold, moment: Moment) -> CaseFact:
    """Only the sender sees the result."""
    known(command.ground, moment.rules.reasons["withhold"], field="ground")
    return made(events.CaseWithheld, state, command, moment, ground=command.ground, note=command.note)
