"""A form that brings files: what was typed, and the files themselves, on the disk while they are large."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from libs.web.guard import Unreadable, Visit, tidied


@asynccontextmanager
async def sent_form(
    request: Request, *, files: int
) -> AsyncIterator[tuple[dict[str, str], list[UploadFile]]]:
    """The inputs of a form of either kind, and the files chosen in it; raises the page for 400 or 413."""
    visit: Visit = request.state.visit
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        yield dict(visit.form), []
        return
    async with request.form(max_files=files, max_fields=100) as form:
        try:
            typed = tidied((name, value) for name, value in form.multi_items() if isinstance(value, str))
        except Unreadable:
            raise HTTPException(400) from None
        chosen = (value for _, value in form.multi_items() if isinstance(value, UploadFile))
        yield typed, [one for one in chosen if one.filename or one.size]
