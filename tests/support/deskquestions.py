"""Questions and answers as an agency proposes them at the desk."""

import re
from datetime import date
from zoneinfo import ZoneInfo

import httpx

from tests.support.deskpages import SAME, held
from tests.support.office import Office

DOCUMENT = "CV 120/SYT-VP ngày 02/03/2026"
ENTRY = {
    "field": "F04",
    "question": "Tiêm nhắc lại ở đâu?",
    "answer": "Tại trạm y tế nơi cư trú.",
    "source": "CV 119",
    "checked": "2026-03-01",
    "document": DOCUMENT,
    "do": "send",
}


def today(office: Office) -> date:
    return office.runtime.clock.now().astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date()


def mine(office: Office) -> str:
    """An entry of the department of health."""
    pack = office.runtime.directory.pack
    return next(one.id for one in pack.questions if one.agency == "SYT")


async def proposed(web: httpx.AsyncClient, number: str = "", **inputs: str) -> httpx.Response:
    page = f"/knowledge/entry?id={number}" if number else "/knowledge/entry"
    text = (await web.get(page)).text
    day = re.search(r'name="effective" type="date" value="([^"]+)"', text)
    assert day, text
    form = {**held(text, "/knowledge/entry"), **ENTRY, "effective": day[1], **inputs}
    return await web.post("/knowledge/entry", data=form, headers=SAME)


def entry(office: Office, question: str) -> str:
    pack = office.runtime.directory.pack
    return next((one.answer for one in pack.questions if one.question == question), "")
