"""Photos of a form: handed to intake at once, carried from page to page as a signed list."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, TypeAdapter
from starlette.datastructures import UploadFile

from libs.contracts.requests import Problem
from libs.web.signing import Signer
from services.portal.intake import Declined, Intake, OutOfReach, TooMuch

MOST = 5
KEPT_SECONDS = 2 * 86_400
"""As long as intake keeps a file that no request names."""

PURPOSE = "photos"
LABEL = 80


class Photo(BaseModel):
    """One that intake took; `label` is the citizen's own name for it."""

    id: str
    label: str
    size: int


_LIST = TypeAdapter(tuple[Photo, ...])
GONE = Problem(
    field="photos",
    vi="Ảnh đã gửi quá hai ngày, xin chọn lại",
    en="The photos are older than two days, please choose them again",
)
TOO_MANY = Problem(field="photos", vi=f"Chỉ gửi được {MOST} ảnh", en=f"Only {MOST} photos can be sent")
AWAY = Problem(
    field="photos",
    vi="Ảnh chưa gửi được; hãy chọn lại, hoặc tiếp tục không kèm ảnh",
    en="The photos did not get through: choose them again, or go on without",
)


@dataclass(frozen=True)
class Album:
    """Reads and writes the list, and adds to it."""

    signer: Signer
    intake: Intake

    def read(self, value: str) -> tuple[Photo, ...] | None:
        """The photos that an earlier page took; None when the list has ended or is not ours."""
        if not value:
            return ()
        text = self.signer.read(PURPOSE, value)
        return None if text is None else _LIST.validate_json(text)

    def write(self, photos: Sequence[Photo]) -> str:
        """The list as a hidden input carries it; "" for an empty one."""
        text = _LIST.dump_json(tuple(photos)).decode()
        return self.signer.sign(PURPOSE, text, KEPT_SECONDS) if photos else ""

    async def add(
        self, photos: tuple[Photo, ...], chosen: Sequence[UploadFile], key: str
    ) -> tuple[tuple[Photo, ...], tuple[Problem, ...]]:
        """The list with what was chosen, one file in memory at a time, and why the rest was not taken."""
        problems: list[Problem] = []
        for file in chosen:
            if len(photos) >= MOST:
                problems.append(TOO_MANY)
                break
            label = (file.filename or "").replace("\\", "/").rpartition("/")[2][-LABEL:]
            try:
                photo = await self._hand_in(await file.read(), label, key)
            except Declined as declined:
                problems += [_of(label, one) for one in declined.problems]
            except TooMuch as limit:
                problems += [_of(label, one) for one in limit.problems]
                break
            except OutOfReach:
                problems.append(AWAY)
                break
            else:
                photos = (*(one for one in photos if one.id != photo.id), photo)
        return photos, tuple(problems)

    async def _hand_in(self, content: bytes, label: str, key: str) -> Photo:
        once = hashlib.sha256(key.encode() + content).hexdigest()
        taken = await self.intake.upload(content, label, once)
        return Photo(id=taken.id, label=label, size=taken.size)


def _of(label: str, problem: Problem) -> Problem:
    return Problem(field="photos", vi=f"{label}: {problem.vi}", en=f"{label}: {problem.en}")
