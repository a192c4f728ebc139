"""What the desk's pages are made of: words for every fact, shelves by deadline, forms read as commands."""

from datetime import date, datetime, timedelta
from typing import get_args
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from libs.contracts.casevalues import Origin
from libs.contracts.contacts import LATE_FILE
from libs.contracts.events import CASE_FACTS, CaseAdded, Person
from libs.contracts.sidefacts import LETTER_FACTS, LetterWay
from libs.packs.letters import VARIABLES
from libs.web.formats import work
from libs.web.labels import Labels
from services.desk.domain.inputs import Direct, PromiseProgress, SetUrgency
from services.desk.domain.people import ROLES
from services.desk.domain.rights_table import COMMANDS
from services.desk.domain.state import STATUSES, CaseState
from services.desk.pages.case import DONE
from services.desk.pages.choices import lists_of, near_of
from services.desk.pages.frame import TONES, own_path
from services.desk.pages.letter_words import LETTER_NAMES, LETTER_OUTCOMES, LETTER_WAYS, letter_reason
from services.desk.pages.lists import by_deadline
from services.desk.pages.menu import MENU
from services.desk.pages.previews import LETTERS, preview
from services.desk.pages.sent_forms import read_form
from services.desk.pages.timeline import TITLES, told
from services.desk.views import EntryView, Row
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, routed, slip
from tests.support.desks import after, case_in, life
from tests.support.provinces import province, thanh_hoa

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR = timedelta(hours=1)


def test_every_letter_has_its_name_and_the_common_failures_their_words() -> None:
    assert LETTER_NAMES.keys() == VARIABLES.keys()
    assert letter_reason("no contact") == "chưa có địa chỉ"
    assert letter_reason("tried 3 times: 451 greylisted") == "đã thử 3 lần: 451 greylisted"
    assert letter_reason("refused: no such mailbox") == "máy chủ từ chối: no such mailbox"
    assert letter_reason("bounced: 5.1.1") == "bị trả lại 5.1.1"
    assert letter_reason("window closed") == "đã hết thời gian được trả lời ở đó"
    assert letter_reason("something new") == "something new"
    assert LETTER_WAYS.keys() == set(get_args(LetterWay))
    assert LETTER_OUTCOMES.keys() == LETTER_FACTS.keys()


def test_places_to_choose_are_those_of_the_day_right_below_the_province() -> None:
    now, then = (lists_of(province(name), date(2026, 3, 2)) for name in ("thanh-hoa", "thanh-hoa-2021"))
    assert (len(then.places), len(now.places)) == (27, 166)
    ended = near_of(province("thanh-hoa"), CaseState(place="380"))
    assert ended == {"380": "Thành phố Thanh Hóa"}, "a case may still name it"


def test_every_fact_status_role_and_command_has_its_words() -> None:
    assert TITLES.keys() == CASE_FACTS.keys()
    assert TONES.keys() < set(STATUSES)
    assert MENU.keys() == set(ROLES)
    assert DONE.keys() - {"taken"} == COMMANDS.keys()
    assert LETTERS.keys() < COMMANDS.keys()


@pytest.mark.parametrize("status", STATUSES)
def test_each_step_of_a_case_is_told_in_a_sentence(status: str) -> None:
    labels = Labels(thanh_hoa(), "vi")
    for fact in life()[status]:
        entry = EntryView(
            1,
            fact.token,
            fact.at,
            fact.by.service,
            "",
            "",
            fact.by.agency or "",
            fact.model_dump(mode="json"),
        )
        said = told(entry, labels)
        assert said.title and said.title != fact.token
        assert said.who


@pytest.mark.parametrize(
    ("automatic", "text", "title"),
    [
        (False, "Vẫn ngập", "Người gửi bổ sung"),
        (True, "Tôi đi vắng đến thứ Hai", "Máy của người gửi tự trả lời"),
        (True, LATE_FILE, "Ảnh, tệp đến sau"),
    ],
)
def test_an_addition_says_whether_a_person_or_a_machine_spoke_or_only_a_file_came(
    automatic: bool, text: str, title: str
) -> None:
    fact = make(CaseAdded, a_case(), text=text, channel="email", automatic=automatic)
    entry = EntryView(1, fact.token, fact.at, "intake", "", "", "", fact.model_dump(mode="json"))
    assert told(entry, Labels(thanh_hoa(), "vi")).title == title


def row(due: timedelta | None, *, asked: bool = False) -> Row:
    at = MONDAY_MORNING + due if due is not None else None
    return Row(
        case_id="",
        code="",
        status="routed",
        agency="SYT",
        field=None,
        place=None,
        channel="portal",
        urgent=False,
        held=False,
        asked=asked,
        excerpt="",
        opened_at=MONDAY_MORNING,
        since=MONDAY_MORNING,
        due=at,
        remaining=0,
        missed=False,
    )


def test_the_inbox_is_grouped_by_when_something_is_owed() -> None:
    rows = [
        row(-HOUR), row(-HOUR, asked=True), row(HOUR), row(30 * HOUR), row(30 * HOUR, asked=True), row(None),
    ]  # fmt: skip
    shelves = by_deadline(rows, MONDAY_MORNING, ZONE)
    assert [(shelf.name, len(shelf.rows)) for shelf in shelves] == [
        ("Quá hạn", 2),
        ("Hôm nay", 1),
        ("Sắp tới", 2),
        ("Chờ người dân", 1),
    ]


def test_late_is_late_at_the_weekend_too_and_hours_are_working_hours() -> None:
    assert work(0, late=True) == "quá hạn"
    assert work(-5 * 3600, late=True) == "quá hạn 5 giờ"
    assert work(12 * 3600 + 300, late=False) == "còn 12 giờ"
    assert work(80 * 60, late=False) == "còn 1 giờ 20 phút"
    assert work(20, late=False) == "còn chưa đến 1 phút"


def test_a_form_is_read_as_its_command_with_boxes_lists_ticks_and_wall_time() -> None:
    form = {
        "command_id": str(uuid4()),
        "lead": "SYT",
        "coordinating": "SCT, SGTVT",
        "coordinating.UBND_406": "yes",
        "field": "",
        "csrf": "x",
    }
    direct = read_form(Direct, form, ZONE)
    assert (direct.coordinating, direct.field) == (("UBND_406", "SCT", "SGTVT"), None)
    assert read_form(SetUrgency, {**form, "urgent": "yes"}, ZONE).urgent
    assert not read_form(SetUrgency, {**form, "urgent": "no"}, ZONE).urgent
    promise = {**form, "progress": "…", "promised_at": "2026-03-02T14:30"}
    assert read_form(PromiseProgress, promise, ZONE).promised_at == datetime(2026, 3, 2, 14, 30, tzinfo=ZONE)
    with pytest.raises(ValidationError) as error:
        read_form(PromiseProgress, {**promise, "promised_at": "mai"}, ZONE)
    assert error.value.errors()[0]["loc"] == ("promised_at",)


def test_the_preview_is_the_letter_itself_on_the_way_it_will_go_or_says_that_nothing_goes() -> None:
    state, pack = case_in("received"), thanh_hoa()
    by_mail = preview(state, pack, "answer")
    assert by_mail is not None
    assert (
        by_mail.way.startswith("thư điện tử")
        and "Sở Y tế trả lời" in by_mail.text
        and "[nội dung" in by_mail.text
    )
    phone_only = state.model_copy(update={"person": Person(phone="+84912345678")})
    by_sms = preview(phone_only, pack, "answer")
    assert by_sms is not None
    assert by_sms.way == "tin nhắn SMS" and by_sms.text.startswith("1022: yeu cau")
    nothing = preview(state.model_copy(update={"person": Person()}), pack, "answer")
    assert nothing is not None and not nothing.way
    assert preview(state, pack, "receive") is None


def test_the_preview_has_the_words_typed_so_far_and_the_letter_of_a_partial_answer() -> None:
    beside = slip(1, "SYT", co_leads=("SCT",))
    state, pack = after(opened(a_case()), routed(a_case(), slip=beside)), thanh_hoa()
    typed = {"answer": "Đã đo tiếng ồn.", "partial": "yes", "promised_at": "2026-03-05T09:00"}
    whole = preview(state, pack, "answer", {"answer": "Đã đo tiếng ồn."})
    partial = preview(state, pack, "answer", typed)
    assert whole is not None and partial is not None
    assert "Đã đo tiếng ồn." in whole.text and "một phần" not in whole.text
    assert "một phần" in partial.text and "Sở Công Thương" in partial.text
    assert "09:00 ngày 05/03/2026" in partial.text


def test_a_chat_comes_before_mail_and_text_and_a_text_message_tells_its_parts() -> None:
    state, pack = case_in("received"), thanh_hoa()
    by_zalo = state.model_copy(update={"channel": "zalo", "origin": Origin(account="oa", person="p1")})
    shown = preview(by_zalo, pack, "answer")
    assert shown is not None and shown.way.startswith("Zalo (trong 48 giờ), không được thì thư điện tử")
    phone_only = preview(state.model_copy(update={"person": Person(phone="+84912345678")}), pack, "answer")
    assert phone_only is not None and phone_only.parts == 1
    junk = preview(case_in("new").model_copy(update={"spam": ("links",)}), pack, "reject")
    assert junk is not None and junk.silent


@pytest.mark.parametrize("command", sorted(LETTERS))
def test_every_letter_can_be_previewed(command: str) -> None:
    shown = preview(CaseState(person=opened(a_case()).person), thanh_hoa(), command)
    assert shown is not None and shown.text


@pytest.mark.parametrize("wanted", ["//evil.test", "/\\evil.test", "https://evil.test", "evil", ""])
def test_signing_in_leads_to_no_other_site(wanted: str) -> None:
    assert own_path(wanted) == "/"
