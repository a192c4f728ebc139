"""Which fact of a case calls for which letters, as long as one agency has it."""

from functools import singledispatch

from libs.contracts.events import (
    CaseAdded,
    CaseAnswered,
    CaseAnsweredAtDesk,
    CaseCallTransferred,
    CaseDetermined,
    CaseDirected,
    CaseFact,
    CaseInformationAsked,
    CaseOpened,
    CaseProgressPromised,
    CaseRejected,
    CaseReopened,
    CaseRouted,
    CaseVerifying,
)
from services.notifier.domain.about import About, Wish, Wishes, to_citizen, to_officers
from services.notifier.domain.case import Case


@singledispatch
def wishes(fact: CaseFact, case: Case) -> Wishes:
    """The letters this fact calls for; most call for none. `case` is the case after it."""
    del fact, case
    return ()


def speaker(fact: CaseFact, case: Case) -> tuple[str, ...]:
    """The agency that a person acted for, else the one that holds the slip."""
    if fact.by.agency:
        return (fact.by.agency,)
    return (case.slip.lead,) if case.slip else ()


def direction(case: Case) -> Wishes:
    """The coordinator's words, to the agency they name as soon as it holds the slip (Điều 13.2)."""
    slip, said = case.slip, case.directed
    if slip and slip.open and said and said.agency == slip.lead:
        yield watched("instructed", case, slip.lead, said.text)


def watched(template: str, case: Case, agency: str, said: str, codes: str = "") -> Wish:
    """What those who watch over the case say to an agency, and to the one above it."""
    field, place = (case.slip.field, case.slip.place) if case.slip else ("", None)
    words = {"said": said, "codes": codes}
    about = About(
        code=case.code, urgent=case.urgent, agencies=(agency,), field=field, place=place, words=words
    )
    return Wish(template, about, agency, ("officer", "supervisor"))


@wishes.register
def _(fact: CaseOpened, case: Case) -> Wishes:
    del fact
    yield to_citizen("receipt", case)


@wishes.register
def _(fact: CaseRejected, case: Case) -> Wishes:
    words = {"reason": fact.text} if fact.text else {}
    yield to_citizen("rejected", case, reason=fact.reason, words=words)


@wishes.register(CaseRouted)
@wishes.register(CaseDirected)
def _(fact: CaseRouted | CaseDirected, case: Case) -> Wishes:
    del fact
    slip = case.slip
    assert slip is not None
    yield from to_officers("slip", case, slip, (slip.lead,))
    helping = (*slip.co_leads, *slip.coordinating)  # one agency answers; only it can act on the slip
    own = {"owner": "coordinator", "answer_since": slip.since}
    yield from to_officers("coordinator-slip", case, slip, helping, slip.lead, **own)
    yield to_citizen("handed-over", case, (slip.lead,), since=slip.since)
    yield from direction(case)


@wishes.register
def _(fact: CaseAdded, case: Case) -> Wishes:
    if (slip := case.slip) and slip.open and not fact.automatic:
        at_work = (*slip.leads, slip.commune if slip.delegated else "")
        yield from to_officers("information-added", case, slip, at_work)


@wishes.register
def _(fact: CaseCallTransferred, case: Case) -> Wishes:
    if fact.result == "failed":
        yield to_citizen("call-failed", case, (fact.agency,))


@wishes.register
def _(fact: CaseDetermined, case: Case) -> Wishes:
    yield to_citizen("determined", case, (fact.agency,))


@wishes.register
def _(fact: CaseVerifying, case: Case) -> Wishes:
    yield to_citizen("verifying", case, speaker(fact, case), times={"due": fact.until})


@wishes.register
def _(fact: CaseProgressPromised, case: Case) -> Wishes:
    said = {"words": {"progress": fact.progress}, "times": {"promised": fact.promised_at}}
    yield to_citizen("progress", case, speaker(fact, case), **said)


@wishes.register
def _(fact: CaseInformationAsked, case: Case) -> Wishes:
    yield to_citizen("information-asked", case, speaker(fact, case), words={"question": fact.question})


@wishes.register
def _(fact: CaseAnswered, case: Case) -> Wishes:
    words, whose = {"answer": fact.answer}, speaker(fact, case)
    if not fact.missing:
        yield to_citizen("answered", case, whose, words=words)
        return
    times = {"promised": fact.promised_at} if fact.promised_at else {}
    yield to_citizen("answered-in-part", case, whose, words=words, missing=fact.missing, times=times)


@wishes.register
def _(fact: CaseAnsweredAtDesk, case: Case) -> Wishes:
    yield to_citizen("answered-at-desk", case, words={"answer": fact.answer})


@wishes.register
def _(fact: CaseReopened, case: Case) -> Wishes:
    del fact
    yield to_citizen("reopened-confirmed", case)
    if slip := case.slip:
        about = About(
            code=case.code, urgent=case.urgent, agencies=(slip.lead,), field=slip.field, place=slip.place
        )
        yield Wish("reopened", about, slip.lead, ("officer", "supervisor"))
