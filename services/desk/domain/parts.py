"""The parts people play in a case: operator, lead, arbiter, whoever answered."""

from collections.abc import Callable

from services.desk.domain.people import Account
from services.desk.domain.state import CaseState

Test = Callable[[CaseState, Account], bool]


def operator(_: CaseState, account: Account) -> bool:
    return account.role == "operator"


def lead(state: CaseState, account: Account) -> bool:
    return account.role == "officer" and bool(account.agency) and state.lead == account.agency


def arbiter(_: CaseState, account: Account) -> bool:
    return account.role == "arbiter"


def answerer(state: CaseState, account: Account) -> bool:
    """Whoever answered publishes: the desk its own answers (Điều 12.1), the agency its own (12.2)."""
    if state.status == "answered_at_desk" or (state.answered_by and state.answered_by.role == "operator"):
        return operator(state, account)
    return lead(state, account)


def operator_or_arbiter(_: CaseState, account: Account) -> bool:
    return account.role in {"operator", "arbiter"}


def not_administrator(_: CaseState, account: Account) -> bool:
    """Whoever may owe something; the decision then asks whether it is theirs."""
    return account.role != "administrator"
