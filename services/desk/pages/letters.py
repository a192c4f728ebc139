"""Letter templates for administrators: listed, edited with a preview, put in force, taken back."""

from collections.abc import Mapping
from uuid import uuid4

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.packs.letters import VARIABLES, written_letter
from libs.packs.model import Letter
from libs.runtime.errors import PackChanged
from libs.web.forms import Form, refused
from services.desk.domain.letters import (
    GROUPS,
    TYPED,
    WAYS,
    Language,
    LetterErrors,
    audience,
    differences,
    digest,
    named,
    shown,
)
from services.desk.domain.people import Account
from services.desk.pages.administration import administrator
from services.desk.pages.frame import Frame, form_of
from services.desk.pages.letter_words import letter_name
from services.desk.wording.letters import LetterConflict

GROUP_NAMES = {"citizen": "Gửi người dân", "agency": "Gửi cơ quan"}
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "Tiếng Anh"}
NAMES = {"subject": "Tiêu đề", "body": "Nội dung", "sms": "Tin nhắn", "document": "Văn bản"}
"""Input → what the page calls it."""


def letter_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    page = LetterPage(frame)

    @routes.get("/texts")
    async def listed(request: Request) -> Response:
        return page.listed(request, await administrator(frame, request))

    @routes.get("/texts/{name}")
    async def look(request: Request, name: str, back: str = "", done: str = "") -> Response:
        return await page.look(request, await administrator(frame, request), name, back=back, done=done)

    @routes.post("/texts/{name}")
    async def change(request: Request, name: str) -> Response:
        account, sent = await administrator(frame, request), form_of(request)
        return await page.change(request, account, name, sent)

    @routes.get("/texts/{name}/file")
    async def file(request: Request, name: str) -> Response:
        """For the folder of the pack."""
        await administrator(frame, request)
        letter = frame.desk.letters.one(*known(name))
        held = f'attachment; filename="{name}.txt"'
        headers = {"content-disposition": held, "cache-control": "no-store"}
        return Response(written_letter(letter), media_type="text/plain; charset=utf-8", headers=headers)

    return routes


def known(name: str) -> tuple[str, Language]:
    """Raises 404."""
    found = named(name)
    if found is None:
        raise HTTPException(404)
    return found


def cells_of(letter: Letter) -> dict[str, str]:
    return {name: getattr(letter, name) for name in TYPED}


class LetterPage:
    """One form: "try" shows the letter of an invented case, "save" puts the text in force."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._letters = frame.desk.letters

    def listed(self, request: Request, account: Account) -> Response:
        pack = self._frame.desk.directory.pack
        have = {(one.code, str(one.language)): shown(one, pack) for one in pack.letters}
        groups = {
            name: [(code, {lang: have.get((code, lang)) for lang in LANGUAGE_NAMES}) for code in codes]
            for name, codes in GROUPS.items()
        }
        return self._frame.render(
            request, "texts.html", account, groups=groups, group_names=GROUP_NAMES, ways=WAYS,
            languages=LANGUAGE_NAMES, letter_name=letter_name,
        )  # fmt: skip

    async def look(self, request: Request, account: Account, name: str, *, back: str, done: str) -> Response:
        """`back`: number of a change whose text fills the form."""
        letter = self._letters.one(*known(name))
        past = await self._letters.history(letter)
        earlier = next((one.letter for one in past if str(one.change.number) == back), letter)
        cells = {**cells_of(earlier), "was": digest(letter), "command_id": uuid4().hex}
        return await self._show(request, account, letter, Form(cells), tried=earlier, done=done)

    async def change(
        self, request: Request, account: Account, name: str, sent: Mapping[str, str]
    ) -> Response:
        code, language = known(name)
        letter = self._letters.one(code, language)
        try:
            new = self._letters.read(code, language, sent)
        except LetterErrors as wrong:
            return await self._show(request, account, letter, refused(sent, wrong.problems), status=422)
        if sent.get("do") != "save":
            return await self._show(request, account, letter, Form(sent), tried=new)
        try:
            await self._letters.save(
                account,
                new,
                was=sent.get("was", ""),
                document=sent.get("document", ""),
                reason=sent.get("note", ""),
                command=sent.get("command_id", ""),
            )
        except LetterConflict as conflict:
            theirs = conflict.theirs
            form = Form({**sent, "was": digest(theirs)})
            return await self._show(request, account, theirs, form, tried=new, status=409, conflict=True)
        except PackChanged:
            vi = "Gói dữ liệu đang được người khác thay đổi; hãy gửi lại sau ít phút"
            raise Refused(vi, "others keep changing the pack; try again", stale=True) from None
        except Refused as error:
            if not error.field:
                raise
            return await self._show(request, account, letter, refused(sent, error), tried=new, status=422)
        return RedirectResponse(f"/texts/{name}?done=yes", 303)

    async def _show(
        self,
        request: Request,
        account: Account,
        letter: Letter,
        form: Form,
        *,
        status: int = 200,
        tried: Letter | None = None,
        conflict: bool = False,
        done: str = "",
    ) -> Response:
        """`tried`: what the form holds, when it may stand."""
        pack = self._frame.desk.directory.pack
        return self._frame.render(
            request,
            "text.html",
            account,
            status,
            form=form,
            letter=letter,
            title=letter_name(letter.code),
            language=LANGUAGE_NAMES[letter.language],
            group=GROUP_NAMES[audience(letter.code)],
            ways=WAYS[audience(letter.code)],
            variables=sorted(VARIABLES[letter.code]),
            tried=shown(tried, pack) if tried else None,
            changed=differences(letter, tried) if tried else [],
            conflict=conflict,
            past=await self._letters.history(letter),
            names=NAMES,
            done=done,
        )
