"""A partner's way through Open311: from the bytes of a form to the case, and back to what was published."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from georeport import GeoReport  # type: ignore[import-untyped]

from libs.contracts.casevalues import Spot
from libs.contracts.events import CaseAdded, CaseAnswered, CaseInformationAsked, CaseJoined, CasePublished
from libs.contracts.partners import public_id
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import ClockSetting
from tests.support.builders import a_case, make, opened, routed, slip
from tests.support.bus import provisioned
from tests.support.history import happen
from tests.support.partners import APP_KEY, FIX_KEY, MUTE_KEY, V2, WORDS, Partnered, flat, partnered, plain
from tests.support.pictures import picture
from tests.support.serving import serving
from tests.support.waiting import eventually

ANSWER = "Nắp hố ga đã được thay sáng nay."


async def published(ours: Partnered, question: str = "Hố ga mất nắp?", answer: str = ANSWER) -> str:
    """The only case goes its way to a published answer; returns its number."""
    case, ref = await ours.the_case()
    facts = (
        routed(ref, slip=slip(field="F09", place=None), at=case.at),
        make(CaseAnswered, ref, answer="Thưa anh Mẫu, chúng tôi đã thay nắp hố ga.", at=case.at),
        make(CasePublished, ref, question=question, answer=answer, at=case.at),
    )
    await happen(ours.server, ref, *facts, after=1)
    number = public_id(case.case_id)
    await eventually(lambda: _is_closed(ours, number), what="the published answer")
    return number


async def _is_closed(ours: Partnered, number: str) -> bool:
    (row,) = await ours.get(f"requests/{number}")
    return str(row["status_notes"]).startswith("CLOSED: Đã trả lời và công khai")


async def test_a_report_becomes_a_case_with_everything_that_was_said(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        number = await ours.sent({"attribute[secret]": "yes", "attribute[cột đèn]": "số 12"})
        case, _ = await ours.the_case()
        assert number == public_id(case.case_id)
        assert (case.channel, case.field, case.secret) == ("open311", "F09", True)
        assert (case.person.name, case.person.phone) == ("Nguyễn Văn Mẫu", "+84912345678")
        assert case.text.startswith(WORDS) and "cột đèn: số 12" in case.text
        assert (case.place, case.spot) == (
            "Xã Quảng Lưu, huyện Quảng Xương",
            Spot(lat=19.6512, long=105.8231),
        )
        assert (case.origin.person, case.origin.thread.split("/")[0]) == ("fix/may-7", "fix")


async def test_a_published_answer_comes_back_closed_with_the_public_text_and_shows_nobody(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        await ours.sent()
        number = await published(ours)
        (row,) = await ours.get("requests", status="closed")
        assert (row["service_request_id"], row["status"]) == (number, "closed")
        assert row["description"] == "Hố ga mất nắp?" and row["status_notes"].endswith(ANSWER)
        case, _ = await ours.the_case()
        said = str(row)
        assert not [word for word in ("Mẫu", "0912", case.code, case.case_id, WORDS) if word in said]
        assert await ours.get("requests", status="open") == []


async def test_an_unpublished_report_says_how_it_stands_to_who_has_its_number_and_none_of_its_words(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        number = await ours.sent()
        assert await ours.get("requests") == []
        assert await ours.get("requests", api_key=APP_KEY) == []
        (mine,) = await ours.get("requests", api_key=FIX_KEY)
        (known,) = await ours.get(f"requests/{number}")
        assert mine == known
        assert (known["status"], known["status_notes"]) == ("open", "OPEN: Mới tiếp nhận")
        assert (known["description"], known["address"], known["lat"]) == ("", "", None)
        assert await ours.get(f"tokens/{number}") == [{"service_request_id": number, "token": number}]


async def test_the_number_tracks_nobodys_case(server: NatsServer, tmp_path: Path) -> None:
    async with partnered(server, tmp_path) as ours:
        number = await ours.sent()
        case, _ = await ours.the_case()
        assert case.code not in number
        for guess in (case.code, case.case_id):
            assert (await ours.client.get(f"{V2}/requests/{guess}.json")).status_code == 404
        assert (await ours.client.get(f"/answers/{number}")).status_code == 404


@pytest.mark.parametrize("times", [2, 50])
async def test_a_report_that_is_sent_again_at_once_or_later_is_one_case(
    server: NatsServer, tmp_path: Path, times: int
) -> None:
    async with partnered(server, tmp_path) as ours:
        numbers = await asyncio.gather(*(ours.sent() for _ in range(times)))
        numbers.append(await ours.sent())
        assert len(set(numbers)) == 1
        assert len(await ours.opened()) == 1
        other = await ours.sent({"description": "Cây đổ chắn đường."})
        assert other not in numbers


async def test_a_report_sent_again_after_midnight_is_the_same_case(tmp_path: Path) -> None:
    almost = datetime(2026, 3, 2, 16, 59, 58, tzinfo=UTC)  # two seconds before midnight in Vietnam
    standing = ClockSetting(mode="simulated", origin=almost, rate=0)
    async with provisioned(tmp_path / "nats", standing) as server, partnered(server, tmp_path / "p") as ours:
        first = await ours.sent()
        for later, same in (
            (timedelta(seconds=4), True),
            (timedelta(hours=23), True),
            (timedelta(hours=25), False),
        ):
            ours.site.runtime.clock.follow(standing.model_copy(update={"origin": almost + later}))
            assert (await ours.sent() == first) is same, later
        assert len(await ours.opened()) == 2


async def test_the_clients_own_key_tells_requests_apart_and_never_takes_other_words(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        first = await ours.sent(key="report-1")
        assert await ours.sent(key="report-1") == first
        assert await ours.sent(key="report-2") != first
        changed = await ours.send({"description": "Việc khác"}, key="report-1")
        assert changed.status_code == 400 and "Idempotency-Key" in changed.text
        assert {case.origin.thread for case in await ours.opened()} == {"fix/report-1", "fix/report-2"}
        assert (await ours.send(key="hai chu")).status_code == 400
        theirs = await ours.sent({"api_key": APP_KEY}, key="report-1")
        assert theirs != first


async def test_fixmystreet_sends_several_photos_in_parts(server: NatsServer, tmp_path: Path) -> None:
    async with partnered(server, tmp_path) as ours:
        parts = [
            ("api_key", FIX_KEY), ("service_code", "F09"), ("lat", "19.6512"), ("long", "105.8231"),
            ("jurisdiction_id", ""), ("description", "title: Hố ga\r\n\r\ndetail: Mất nắp"), ("phone", ""),
            ("media_url", "https://fix.example/1.jpeg"), ("media_url", "https://fix.example/2.jpeg"),
        ]  # fmt: skip
        files = [(name, (None, value.encode())) for name, value in parts]
        photos = [
            ("photo1", ("C:\\ảnh.jpeg", picture())),
            ("photo2", ("hỏng.jpeg", b"\xff\xd8" + b"x" * 300_000)),
        ]
        answers = [await ours.client.post(f"{V2}/requests.xml", files=[*files, *photos]) for _ in range(2)]
        assert {one.status_code for one in answers} == {200}, answers[0].text
        answer = answers[0]
        number = ET.fromstring(answer.content).findtext("request/service_request_id")
        case, _ = await ours.the_case()
        assert number == public_id(case.case_id)
        assert case.text.startswith(
            "title: Hố ga\n\ndetail: Mất nắp\n\n"
            "Ảnh: https://fix.example/1.jpeg\nẢnh: https://fix.example/2.jpeg\n"
            "Tệp không nhận được: hỏng.jpeg (loại tệp này không nhận"
        )
        assert [(one.type, one.label) for one in case.files] == [("image/jpeg", "ảnh.jpeg")]


async def test_a_partner_hears_what_happens_to_its_own_requests_and_to_no_others(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        number = await ours.sent()
        await published(ours)
        rows = await ours.get("servicerequestupdates", api_key=FIX_KEY)
        assert [(row["status"], row["external_status_code"]) for row in rows] == [
            ("OPEN", "IN_PROGRESS"),
            ("CLOSED", "CLOSED"),
            ("CLOSED", "CLOSED"),
        ]
        assert {row["service_request_id"] for row in rows} == {number}
        assert len({row["update_id"] for row in rows}) == 3
        assert rows[-1]["description"] == f"Kết quả đã được công khai\n\n{ANSWER}"
        assert "Thưa anh Mẫu" not in str(rows), "what was said to the sender alone is not for a public site"
        assert await ours.get("servicerequestupdates", api_key=APP_KEY) == []
        assert (await ours.client.get(f"{V2}/servicerequestupdates.json")).status_code == 403
        early = {"start_date": "2020-01-01", "end_date": "2020-02-01", "api_key": FIX_KEY}
        assert await ours.get("servicerequestupdates", **early) == []


async def test_a_partner_that_shows_it_to_the_sender_alone_gets_the_words_meant_for_them(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        number = await ours.sent({"api_key": APP_KEY})
        case, ref = await ours.the_case()
        asked = make(CaseInformationAsked, ref, question="Hố ga nằm bên nào đường?", at=case.at)
        await happen(ours.server, ref, routed(ref, at=case.at), asked, after=1)

        async def told() -> list[dict[str, str]]:
            rows: list[dict[str, str]] = await ours.get("servicerequestupdates", api_key=APP_KEY)
            return [row for row in rows if "Hố ga nằm bên nào đường?" in row["description"]]

        await eventually(told, what="the question")
        assert {row["status"] for row in await told()} == {"IN_PROGRESS"}
        (row,) = await ours.get(f"requests/{number}")
        assert "Hố ga" not in str(row), "the number alone shows no words"


async def test_a_key_that_may_not_read_hands_in_and_reads_what_everybody_reads(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        number = await ours.sent({"api_key": MUTE_KEY})
        assert await ours.get("requests", api_key=MUTE_KEY) == []
        address = f"{V2}/servicerequestupdates.json"
        assert (await ours.client.get(address, params={"api_key": MUTE_KEY})).status_code == 403
        assert len(await ours.get(f"requests/{number}")) == 1


async def test_a_partners_update_is_added_once_and_only_to_its_own_request(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        number = await ours.sent()
        update = {
            "api_key": FIX_KEY, "service_request_id": number, "update_id_ext": "17", "status": "FIXED",
            "description": "Đã có người che tạm.", "updated_datetime": "2026-03-02T08:00:00+07:00",
            "first_name": "Trần", "last_name": "Thị Mẫu",
        }  # fmt: skip
        address = f"{V2}/servicerequestupdates.json"
        answers = await asyncio.gather(*(ours.client.post(address, data=update) for _ in range(5)))
        assert {one.status_code for one in answers} == {200}
        assert len({one.text for one in answers}) == 1 and answers[0].json()[0]["update_id"]
        (added,) = [fact for fact in await ours.facts() if isinstance(fact, CaseAdded)]
        assert added.channel == "open311"
        assert added.text == (
            "Đã có người che tạm.\n\nTrạng thái tại Đối tác fix: FIXED\nNgười viết: Trần Thị Mẫu"
        )
        theirs = await ours.client.post(address, data=update | {"api_key": APP_KEY})
        assert theirs.status_code == 403
        lost = await ours.client.post(address, data=update | {"service_request_id": "0" * 16})
        assert lost.status_code == 404
        again = await ours.client.post(address, data=update | {"description": "Lời khác"})
        assert again.status_code == 400
        silent = update | {"update_id_ext": "18", "description": "", "first_name": "", "last_name": "-"}
        assert (await ours.client.post(address, data=silent)).status_code == 200
        assert (await ours.facts())[-1].model_dump()["text"] == "Trạng thái tại Đối tác fix: FIXED"
        empty = silent | {"update_id_ext": "19", "status": "OPEN"}
        assert (await ours.client.post(address, data=empty)).status_code == 400
        assert await ours.get("servicerequestupdates", api_key=FIX_KEY) == []


async def test_a_request_joined_to_another_stands_as_that_one_does(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        number = await ours.sent()
        case, ref = await ours.the_case()
        older = a_case(case.at.year)
        facts = (
            opened(older, at=case.at),
            routed(older, at=case.at),
            make(CaseAnswered, older, answer="Rồi"),
        )
        await happen(ours.server, older, *facts)
        join = make(CaseJoined, ref, to=older.case_id, year=older.year, code="123456782", at=case.at)
        await happen(ours.server, ref, join, after=1)

        async def stands() -> bool:
            (row,) = await ours.get(f"requests/{number}")
            return bool(row["status"] == "closed")

        await eventually(stands, what="the state of the other case")
        assert len(await ours.get("requests", api_key=FIX_KEY, status="closed")) == 1
        assert await ours.get("requests", api_key=FIX_KEY, status="open") == []


async def test_a_client_of_somebody_elses_reads_services_and_requests(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours, serving(ours.site.app) as address:
        await ours.sent()
        number = await published(ours)
        for form in ("json", "xml"):
            client = GeoReport(f"{address}/open311/v2/", output_format=form)
            services = await asyncio.to_thread(client.get_service_list)
            codes = [one["service_code"] for one in services]
            assert "F04" in codes and "F99" not in codes
            definition = await asyncio.to_thread(client.get_service_definition, "F04")
            assert definition["service_code"] == "F04"
            row = await asyncio.to_thread(client.get_service_request, number)
            assert (row["service_request_id"], row["status"]) == (number, "closed")
            found = await asyncio.to_thread(client.get_service_requests, number)
            assert found in ([row], row)  # it returns one request of XML bare


async def test_a_number_with_leading_zeros_keeps_them(server: NatsServer, tmp_path: Path) -> None:
    ref = a_case()
    while not public_id(ref.case_id).startswith("0"):
        ref = a_case()
    facts = (opened(ref), routed(ref), make(CaseAnswered, ref, answer="…"))
    async with partnered(server, tmp_path) as ours, serving(ours.site.app) as address:
        await happen(server, ref, *facts, make(CasePublished, ref, question="Hỏi", answer="Đáp"))
        number = public_id(ref.case_id)

        async def there() -> bool:
            return (await ours.client.get(f"{V2}/requests/{number}.json")).status_code == 200

        await eventually(there, what="the published case")
        span = {"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-04-01T00:00:00+07:00"}
        (row,) = await ours.get("requests", **span)
        assert row["service_request_id"] == number
        read = await asyncio.to_thread(
            GeoReport(f"{address}/open311/v2", output_format="xml").get_service_request, number
        )
        assert read["service_request_id"] == number


async def test_xml_and_json_say_the_same_of_everything(server: NatsServer, tmp_path: Path) -> None:
    async with partnered(server, tmp_path) as ours:
        await ours.sent()
        number = await published(ours, 'Nắp <b>&</b> \x01 "ống"?', "]]> <!-- đã & sửa -->\r\nHết")
        paths = (
            "discovery", "services", "services/F04", "services/F99", "requests", f"requests/{number}",
            f"tokens/{number}", "requests/nobody", "servicerequestupdates",
        )  # fmt: skip
        for path in paths:
            xml = await ours.client.get(f"{V2}/{path}.xml", params={"api_key": FIX_KEY})
            json = await ours.client.get(f"{V2}/{path}.json", params={"api_key": FIX_KEY})
            assert xml.status_code == json.status_code
            assert xml.headers["content-type"] == "text/xml; charset=utf-8"
            assert json.headers["content-type"] == "application/json; charset=utf-8"
            assert plain(ET.fromstring(xml.content)) == flat(json.json()), path
