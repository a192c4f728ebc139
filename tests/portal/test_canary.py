"""The portal has no way to a canary."""

from pathlib import Path

from libs.contracts.events import CaseRejected, Person
from libs.runtime.database import open_engine, writing
from libs.runtime.projection import Applied
from services.portal.case import Proof
from services.portal.published import Published
from services.portal.store import Store
from services.portal.tables import PortalTable
from tests.support.builders import a_case, make, opened, routed


def test_a_canary_is_found_by_no_code_no_link_and_on_no_public_page(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'portal.db'}")
    PortalTable.metadata.create_all(engine)
    store, ref = Store(engine, Proof(b"secret")), a_case()
    first = opened(ref, channel="canary", person=Person(), track_token="")
    facts = (first, routed(ref), make(CaseRejected, ref, reason="canary"))
    with writing(engine) as connection:
        store.apply(connection, [Applied(ref, seq, fact) for seq, fact in enumerate(facts, 1)])
    assert store.by_id(ref.case_id) is not None, "it is read, so that the link goes on"
    assert [store.by_code(first.code, digits) for digits in ("", "0000", "5678")] == [None] * 3
    assert store.by_token("") is None
    published = Published(engine)
    assert (published.search().answers, published.newest(10)) == ((), [])
    engine.dispose()
