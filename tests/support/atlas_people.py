"""Who visits the pages of the desk, by log-in name, with the letters of the matrix and some more."""

from tests.support.desks import (
    ADMINISTRATOR,
    ARBITER,
    AUDITOR,
    COLLEAGUE,
    COMMUNE,
    HEAD,
    OFFICER,
    OPERATOR,
    POLICE,
    STRANGER,
)

O = OPERATOR.login  # noqa: E741  no nought is near
F, D, H, S, C = OFFICER.login, COLLEAGUE.login, HEAD.login, STRANGER.login, COMMUNE.login
A, P, Q, K = ARBITER.login, POLICE.login, ADMINISTRATOR.login, AUDITOR.login
