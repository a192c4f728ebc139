"""What is known of a letter from our own stream, and which letters a fact still calls for beside it."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select

from libs.contracts.contacts import CaseAdded, CaseOpened
from libs.contracts.facts import Fact
from libs.contracts.sidefacts import LetterBounced, LetterDenied, LetterFact, LetterWay
from libs.runtime.database import upsert
from services.notifier.domain.about import Draft, letter_id
from services.notifier.domain.talks import Address, talk
from services.notifier.fallbacks import TALKS, as_json, recipient_of, shut
from services.notifier.outbox import LETTERS
from services.notifier.states import BOUNCED, DENIED, FALLEN, OPEN, RANK, REPORTS, SENT, STATE_AFTER, UNSENT

CITIZEN_WAYS: tuple[LetterWay, ...] = ("email", "sms", "zalo", "zns", "facebook", "none")

_REPORT: dict[type[LetterFact], str] = {cls: name for name, cls in REPORTS.items()}
_USES_THE_WINDOW = (SENT, *OPEN, "unconfirmed")


def id_of(fact: Fact, draft: Draft) -> str:
    """The letter's id on the way that it would go."""
    return letter_id(fact.event_id, draft.template, _recipient(draft), draft.way)


def ids_of(fact: Fact, draft: Draft) -> dict[LetterWay, str]:
    """The letter's id on each way it may go: a citizen's letter that was begun on one is not begun anew."""
    ways = CITIZEN_WAYS if draft.audience == "citizen" else (draft.way,)
    return {way: letter_id(fact.event_id, draft.template, _recipient(draft), way) for way in ways}


def _recipient(draft: Draft) -> str:
    recipient = draft.agency or recipient_of(draft.follower, "")
    if draft.audience == "partner":
        recipient = f"partner/{draft.recipient}/{draft.follower}"
    elif draft.agency and draft.audience != "officer":
        recipient = f"{draft.agency}/{draft.audience}"
    return recipient


def fates_of(connection: Connection, letters: Sequence[str]) -> dict[str, Any]:
    """Letter → its state, its report and its conversation, of those that there are."""
    return _fates(connection, LETTERS.c.letter.in_(letters))


def fates_after(connection: Connection, facts: Sequence[Fact]) -> dict[str, Any]:
    """The same of the letters that these facts called for already: none, unless a fact is read again."""
    c = LETTERS.c
    causes = {str(fact.event_id) for fact in facts}
    return _fates(connection, c.case_id.in_({fact.case_id for fact in facts}), c.cause.in_(causes))


def _fates(connection: Connection, *which: ColumnElement[bool]) -> dict[str, Any]:
    c = LETTERS.c
    columns = (c.letter, c.cause, c.state, c.arrival, c.status, c.reported, c.gateway_id, c.talk)
    return {row.letter: row for row in connection.execute(select(*columns).where(*which))}


def to_write(draft: Draft, known: Mapping[LetterWay, Any], *, recent: bool) -> Iterator[Draft]:
    """The letters to note: a new one, those whose content is wanted back, the one after those that fell."""
    begun = {way: row for way, row in known.items() if way != "none"}
    if not begun:
        if recent:
            yield draft
        return
    options = (Address(draft.way, draft.recipient, draft.talk), *draft.others)
    for way, row in begun.items():
        rest = tuple(one for one in options if one.way not in begun)
        this = next((one for one in options if one.way == way), Address(way, ""))
        may_return = row.state == SENT and not row.arrival and bool(rest) and recent
        if row.state in UNSENT:
            yield _on(draft, this, rest)
        elif may_return:
            yield _on(draft, this._replace(address=""), rest)
    if all(row.state == FALLEN for row in begun.values()):
        yield from _following(draft, options, begun)


def _following(draft: Draft, options: Sequence[Address], begun: Container[str]) -> Iterator[Draft]:
    first, *rest = [one for one in options if one.way not in begun] or [Address("none", "")]
    if first.way != "none":
        yield _on(draft, first, tuple(rest))


def _on(draft: Draft, way: Address, others: tuple[Address, ...]) -> Draft:
    return replace(draft, way=way.way, recipient=way.address, talk=way.talk, others=others)


def heard(connection: Connection, facts: Iterable[Fact]) -> None:
    """Citizens spoke: the windows of these conversations open anew, for all their cases."""
    last: dict[str, float] = {}
    for fact in facts:
        if not isinstance(fact, CaseOpened | CaseAdded) or (isinstance(fact, CaseAdded) and fact.automatic):
            continue
        if conversation := talk(fact.channel, fact.origin):
            at = (fact.received_at or fact.at).timestamp()
            last[conversation.key] = max(at, last.get(conversation.key, 0.0))
    rows = [{"talk": key, "heard": 0.0, "used": 0} for key in sorted(last)]
    upsert(connection, TALKS, rows, key=["talk"], keep=True)
    c, spoke = TALKS.c, [{"of": key, "spoke": last[key]} for key in sorted(last)]
    if spoke:
        newer = (c.talk == bindparam("of"), c.heard < bindparam("spoke"))
        connection.execute(TALKS.update().where(*newer).values(heard=bindparam("spoke"), used=0), spoke)


def recall(
    connection: Connection, fact: Fact, seq: int, draft: Draft, known: Mapping[LetterWay, Any]
) -> None:
    """In a rebuild: ways that did not carry letters, and answers that were given within a window."""
    talks = {one.way: one.talk for one in (Address(draft.way, draft.recipient, draft.talk), *draft.others)}
    for way, row in known.items():
        if row.arrival in {BOUNCED, DENIED}:
            shut(connection, draft.follower or fact.case_id, way, seq)
        key = talks.get(way, "")
        if key and not row.talk and row.state in _USES_THE_WINDOW:
            c = TALKS.c
            connection.execute(LETTERS.update().where(LETTERS.c.letter == row.letter).values(talk=key))
            connection.execute(TALKS.update().where(c.talk == key).values(used=c.used + 1))


def came_back(connection: Connection, fact: LetterFact) -> None:
    """In a rebuild: a letter to this case's citizen did not arrive; `recall` knows those of followers."""
    if not isinstance(fact, LetterBounced | LetterDenied) or fact.cause is None:
        return
    if fact.letter == letter_id(fact.cause, fact.template, "citizen", fact.way):
        shut(connection, fact.case_id, fact.way, fact.case_seq)


def row_of(letter: str, fact: Fact, seq: int, draft: Draft, created: float) -> dict[str, Any]:
    """The columns of a letter to send."""
    return {
        "letter": letter,
        "case_id": fact.case_id,
        "case_seq": seq,
        "cause": str(fact.event_id),
        "template": draft.template,
        "way": draft.way,
        "audience": draft.audience,
        "agency": draft.agency,
        "recipient": draft.recipient,
        "language": draft.language,
        "about": draft.about.model_dump_json(),
        "created": created,
        "reader": draft.follower,
        "talk": draft.talk,
        "others": as_json(draft.others),
    }


def after(row: Mapping[str, Any] | None, fact: LetterFact, now: float) -> dict[str, Any]:
    """The letter after one more of its facts, which come in order; `now` is real time."""
    row = row or {"attempt": 0, "reason": "", "gateway_id": "", "arrival": "", "status": "", "state": ""}
    report = _REPORT.get(type(fact), "")
    state = STATE_AFTER.get(type(fact)) or (row["state"] if row["state"] == FALLEN else SENT)
    return {
        "letter": fact.letter,
        "case_id": fact.case_id,
        "case_seq": fact.case_seq,
        "cause": str(fact.cause),
        "template": fact.template,
        "way": fact.way,
        "audience": fact.audience,
        "agency": fact.agency,
        "state": state,
        "attempt": getattr(fact, "attempt", row["attempt"]),
        "reason": getattr(fact, "reason", row["reason"] if report else ""),
        "claimed": now,
        "told": state not in OPEN,
        "gateway_id": getattr(fact, "gateway_id", row["gateway_id"]),
        "arrival": max(row["arrival"], report, key=RANK.__getitem__),
        "status": getattr(fact, "status", row["status"]),
    }


def kept(known: Any, row: dict[str, Any]) -> dict[str, Any]:
    """What an earlier page of the stream told of the letter is not lost by a later one."""
    if known is None:
        return row
    strongest = max(known.arrival, row["arrival"], key=RANK.__getitem__)
    fallen = known.state == FALLEN and row["arrival"]
    return row | {
        "arrival": strongest,
        "gateway_id": row["gateway_id"] or known.gateway_id,
        "state": FALLEN if fallen else row["state"],
    }
