"""An agency ends while it holds a slip: another one goes on with it, and nothing else changes."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact, Slip
from libs.contracts.facts import Value
from services.desk.domain import inputs
from services.desk.domain.decisions import Moment, decides, known, made
from services.desk.domain.effects import Changes, on
from services.desk.domain.state import TO_PUBLISH, WITH_AGENCY, CaseState
from services.desk.domain.values import SentSlip

CHOSEN = "chosen"
"""The rule of a successor that a person chose."""

V = TypeVar("V", bound=Value)


def holding(state: CaseState) -> Iterator[tuple[str, datetime]]:
    """The agencies that have something to do on the current slip, and since when: lead, beside, commune."""
    if state.current is None or state.status not in WITH_AGENCY | TO_PUBLISH:
        return
    yield state.lead, state.current.at
    if state.status in WITH_AGENCY:
        yield from ((agency, state.current.at) for agency in state.current.beside)
    if state.delegation and state.commune:
        yield state.commune, state.delegation.at


@decides(inputs.Succeed)
def succeed(state: CaseState, command: inputs.Succeed, moment: Moment) -> CaseFact:
    """A person says who goes on, where the pack does not."""
    known(command.to, moment.rules.agencies, field="to")
    if command.agency in moment.rules.agencies or command.agency not in dict(holding(state)):
        raise Refused(
            "Cơ quan này không giữ phiếu, hoặc vẫn còn hiệu lực: trả lại phiếu nếu không đúng thẩm quyền",
            "this agency does not hold the slip, or is still in force",
            field="agency",
            stale=True,
        )
    return made(
        events.CaseSucceeded,
        state,
        command,
        moment,
        slip=state.slips[-1].slip.number,
        agency=command.agency,
        to=command.to,
        rule=CHOSEN,
    )


@on(events.CaseSucceeded)
def _succeeded(state: CaseState, fact: events.CaseSucceeded) -> Changes:
    """Every part the old agency had on the slip is the new one's; the slip remembers how it was issued."""
    if not state.slips or state.slips[-1].slip.number != fact.slip:
        return {}

    def now(value: V | None, name: str) -> V | None:
        if value is None or getattr(value, name) != fact.agency:
            return value
        return value.model_copy(update={name: fact.to})

    work = state.delegation
    if work:
        work = work.model_copy(update={"contacts": tuple(now(one, "agency") for one in work.contacts)})
    return {
        "slips": (*state.slips[:-1], _taken_over(state.slips[-1], fact)),
        "parts": tuple(now(part, "agency") for part in state.parts),
        "delegation": now(work, "to"),
        "suspicion": now(state.suspicion, "police"),
    }


def _taken_over(sent: SentSlip, fact: events.CaseSucceeded) -> SentSlip:
    def now(*agencies: str) -> tuple[str, ...]:
        heirs = (fact.to if one == fact.agency else one for one in agencies)
        return tuple(dict.fromkeys(one for one in heirs if one != lead))

    slip, lead = sent.slip, ""
    (lead,) = now(slip.lead)
    changes = {"lead": lead, "co_leads": now(*slip.co_leads), "coordinating": now(*slip.coordinating)}
    issued: Slip = sent.issued or slip
    return sent.model_copy(update={"slip": slip.model_copy(update=changes), "issued": issued})
