"""The parts people play in a case: operator, lead, arbiter, whoever answered."""

from collections.abc import Callable

from services.desk.domain.people import Account
from services.desk.domain.state import CaseState

Test = Callable[[CaseState, Account], bool]


def operator(_: CaseState, account: Account) -> bool:
    return account.role == "operator"


def reviewer(_: CaseState, account: Account) -> bool:
    """Of whatever department, the arbiter's own too; the decision then asks whether the field is theirs."""
    return account.role in {"officer", "head", "arbiter"} and bool(account.agency)


def lead(state: CaseState, account: Account) -> bool:
    return account.of_agency and bool(account.agency) and state.lead == account.agency


def arbiter(_: CaseState, account: Account) -> bool:
    return account.role == "arbiter"


def answerer(state: CaseState, account: Account) -> bool:
    """Whoever answered publishes: the desk its own answers (Điều 12.1), the agency its own (12.2)."""
    if state.status == "answered_at_desk" or (state.answered_by and state.answered_by.role == "operator"):
        return operator(state, account)
    return lead(state, account)


def coordinator(state: CaseState, account: Account) -> bool:
    """Whoever stands beside the lead on the current slip and owes it a part of the answer."""
    beside = state.current.beside if state.current else ()
    return account.of_agency and account.agency in beside


def co_lead(state: CaseState, account: Account) -> bool:
    """The other of two kinds of lead (Phụ lục 2, rows 1 and 8); the first one answers."""
    return coordinator(state, account) and account.agency in state.slips[-1].slip.co_leads


def commune(state: CaseState, account: Account) -> bool:
    """Whoever works on it below the lead (Đồng Nai 5)."""
    return account.of_agency and bool(account.agency) and account.agency == state.commune


def lead_or_commune(state: CaseState, account: Account) -> bool:
    return lead(state, account) or commune(state, account)


def whoever_works_on_it(state: CaseState, account: Account) -> bool:
    return operator(state, account) or lead_or_commune(state, account)


def police(state: CaseState, account: Account) -> bool:
    """The police unit that was asked whether the report is false (Đồng Nai 2, 5)."""
    asked = state.suspicion.police if state.suspicion else ""
    return account.role == "police" and bool(account.agency) and account.agency == asked


def operator_or_arbiter(_: CaseState, account: Account) -> bool:
    return account.role in {"operator", "arbiter"}


def not_an_onlooker(_: CaseState, account: Account) -> bool:
    """Whoever may owe something; the decision then asks whether it is theirs."""
    return account.role not in {"administrator", "auditor"}


def _once_lead(state: CaseState, account: Account) -> bool:
    return any(account.agency in sent.leads for sent in state.slips)


def _once_beside(state: CaseState, account: Account) -> bool:
    return any(account.agency in sent.involved for sent in state.slips)


def _once_commune(state: CaseState, account: Account) -> bool:
    return state.delegation is not None and state.delegation.to == account.agency


EARLIER: dict[Test, Test] = {
    lead: _once_lead,
    coordinator: _once_beside,
    commune: _once_commune,
    lead_or_commune: lambda state, account: _once_lead(state, account) or _once_commune(state, account),
}
"""Part → whether an officer's agency had it before: one who comes late is no intruder."""
