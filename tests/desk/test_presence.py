"""Who else has a case open: named while they look, forgotten soon after."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from libs.devstack.nats_server import NatsServer
from libs.runtime.bus import broker_for, connect
from services.desk.live import CALLS, Live, here_topic
from services.desk.news import News
from services.desk.presence import LASTS, Presence
from tests.support.desks import COLLEAGUE, OFFICER


class Watch:
    """A clock that is moved by hand."""

    at = 100.0

    def __call__(self) -> float:
        return self.at


def test_each_reader_is_told_of_the_others_and_never_of_themselves() -> None:
    presence = Presence(None, Live(), Watch())
    assert presence.here(OFFICER, "one") == ()
    assert presence.here(COLLEAGUE, "one") == (OFFICER.name,)
    assert presence.here(OFFICER, "one") == (COLLEAGUE.name,)
    assert presence.here(OFFICER, "another") == ()


def test_whoever_says_nothing_for_45_seconds_is_gone() -> None:
    watch = Watch()
    presence = Presence(None, Live(), watch)
    presence.here(COLLEAGUE, "one")
    watch.at += LASTS - 1
    assert presence.here(OFFICER, "one") == (COLLEAGUE.name,)
    watch.at += 1
    assert presence.here(OFFICER, "one") == ()


@asynccontextmanager
async def replica(server: NatsServer) -> AsyncIterator[tuple[Live, Presence]]:
    """A part of a desk, with the rights of a desk on the server."""
    broker = broker_for("desk", server.url, server.seed("desk"))
    client = await connect(broker, "desk")
    news, live = News(client), Live()
    live.among(news)
    presence = Presence(news, live)
    await news.begin()
    await client.flush()
    yield live, presence
    await broker.stop()


async def test_replicas_tell_each_other_who_is_there_and_what_changed(server: NatsServer) -> None:
    async with replica(server) as (here, presence), replica(server) as (there, elsewhere):
        with there.listening(CALLS, here_topic("one")) as listener:
            here.announce(CALLS)
            assert await listener.news(5) == {CALLS}
            elsewhere.here(COLLEAGUE, "one")
            presence.here(OFFICER, "one")
            assert await listener.news(5) == {here_topic("one")}
        assert elsewhere.here(COLLEAGUE, "one") == (OFFICER.name,)


async def test_a_newcomer_is_told_of_at_once_and_somebody_who_stays_is_not() -> None:
    live = Live()
    presence = Presence(None, live, Watch())
    presence.here(OFFICER, "one")
    with live.listening(here_topic("one")) as listener:
        presence.here(COLLEAGUE, "one")
        assert await listener.news(0.1) == {here_topic("one")}
        presence.here(COLLEAGUE, "one")
        assert await listener.news(0.05) == frozenset()
