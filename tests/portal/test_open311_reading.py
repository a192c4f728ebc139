"""What a partner reads: its own requests and their updates, everybody’s published ones, in XML and JSON."""

import asyncio
from pathlib import Path
from xml.etree import ElementTree as ET

from georeport import GeoReport  # type: ignore[import-untyped]

from libs.contracts.events import CaseAdded, CaseAnswered, CaseInformationAsked, CaseJoined, CasePublished
from libs.contracts.partners import public_id
from libs.devstack.nats_server import NatsServer
from tests.support.builders import a_case, make, opened, routed
from tests.support.history import happen
from tests.support.partners import APP_KEY, FIX_KEY, MUTE_KEY, V2, flat, partnered, plain
from tests.support.publishing import ANSWER, published
from tests.support.serving import serving
from tests.support.waiting import eventually


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
