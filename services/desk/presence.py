"""Who else has a case open: kept in memory for less than a minute, told to the other replicas like news."""

from collections.abc import Callable
from time import monotonic

from services.desk.domain.people import Account
from services.desk.live import Live, here_topic
from services.desk.news import News

HERE = "here"
"""The kind of news: who has which case open."""

LASTS = 45.0
"""Seconds after which nobody is taken to be there any more; an open page says so every 20 s."""


class Presence:
    """`here` says that somebody has the case open and gives the others' names; a newcomer is told of at once.

    Whoever misses a message learns it from the next one: nothing depends on it but courtesy.
    """

    def __init__(self, news: News | None, live: Live, clock: Callable[[], float] = monotonic) -> None:
        self._news = news
        self._live = live
        self._clock = clock
        self._there: dict[str, dict[str, tuple[str, float]]] = {}
        if news is not None:
            news.hear(HERE, self._seen)

    def here(self, account: Account, case_id: str) -> tuple[str, ...]:
        """The names of the others who have it open. On the event loop."""
        self._seen(case_id, account.id, account.name)
        if self._news is not None:
            self._news.tell(HERE, case_id, account.id, account.name)
        people = self._there[case_id]
        return tuple(sorted(name for one, (name, _) in people.items() if one != account.id))

    def _seen(self, case_id: str, person: str, name: str) -> None:
        now = self._clock()
        self._there = {
            case: left
            for case, people in self._there.items()
            if (left := {one: seen for one, seen in people.items() if seen[1] > now})
        }
        people = self._there.setdefault(case_id, {})
        newcomer = person not in people
        people[person] = (name, now + LASTS)
        if newcomer and len(people) > 1:
            self._live.tell(frozenset({here_topic(case_id)}))
