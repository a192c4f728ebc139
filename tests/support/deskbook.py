"""The desk's projection without a server: facts are applied as the runtime would apply them."""

from collections.abc import Sequence

from sqlalchemy import Engine, select

from libs.contracts.events import CaseFact
from libs.contracts.sidefacts import SideFact
from libs.contracts.subjects import CaseRef
from libs.runtime.database import reading, upsert, writing
from libs.runtime.projection import Applied
from services.desk import reads
from services.desk.domain.state import CaseState
from services.desk.store import LINK, Store


class Book:
    """Applies facts as the runtime would, keeping the links."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.store = Store()
        self.seq = 0
        self.side = 0

    def take(self, ref: CaseRef, *facts: CaseFact, together: bool = True) -> None:
        applied = [Applied(ref, self._next(), fact) for fact in facts]
        for batch in [applied] if together else [[one] for one in applied]:
            with writing(self.engine) as connection:
                link = {"case_id": ref.case_id, "year": ref.year, "last_seq": self.seq, "parked": ""}
                upsert(connection, LINK, [link], key=["case_id"])
                self.store.apply(connection, batch)

    def tell(self, *facts: SideFact, seqs: Sequence[int] | None = None) -> None:
        pairs = [(self._next_side(), fact) for fact in facts]
        if seqs:
            pairs = list(zip(seqs, facts, strict=True))
        with writing(self.engine) as connection:
            self.store.apply_clocks(connection, pairs)
            self.store.apply_letters(connection, pairs)

    def state(self, ref: CaseRef) -> CaseState:
        with reading(self.engine) as connection:
            found = reads.load(connection, ref.case_id)
        assert found
        return found.state

    def rows(self, table: object) -> list[dict[str, object]]:
        with reading(self.engine) as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]  # type: ignore[call-overload]

    def _next(self) -> int:
        self.seq += 1
        return self.seq

    def _next_side(self) -> int:
        self.side += 1
        return self.side
