"""Each pack in a fresh system, and the journeys in which the provinces differ, from the first words on."""

from datetime import timedelta
from pathlib import Path

from libs.devstack.nats_server import NatsServer
from tests.support.provinces import province
from tests.support.provincial import a_province

VACCINE = "Xin hỏi lịch tiêm vắc xin Covid-19 mũi 2 cho người trên 65 tuổi"
QUARANTINE = "Xã Quảng Lưu, huyện Quảng Xương có mấy ca F0 đang cách ly tại nhà?"


async def test_a_provincial_matter_goes_to_its_department_by_itself(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_province(server, tmp_path, province("thanh-hoa-2021"), "SYT") as there:
        ref = await there.ask(VACCINE, field="F04")
        state = await there.state(ref)
        assert (state["status"], state["slips"][0]["slip"]["lead"]) == ("routed", "SYT")
        await there.armed(ref, "answer-1", "SYT")
        await there.armed(ref, "accept-1", "SYT")
        await there.done("SYT", ref, "receive")
        await there.done("SYT", ref, "answer", answer="Trạm y tế xã tiêm vào thứ Bảy.")
        state = await there.done("SYT", ref, "publish", question="Lịch tiêm?", answer="Thứ Bảy.")
        assert state["status"] == "published"


async def test_a_local_matter_of_2021_goes_to_the_district_of_the_place(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_province(server, tmp_path, province("thanh-hoa-2021"), "UBND_406") as there:
        state = await there.state(await there.ask(QUARANTINE, field="F03"))
        assert (state["status"], state["slips"][0]["slip"]["lead"]) == ("routed", "UBND_406")


async def test_a_local_matter_goes_to_todays_commune_also_by_its_address_of_2021(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_province(server, tmp_path, province("thanh-hoa"), "UBND_16543") as there:
        ref = await there.ask(QUARANTINE, field="F03")
        state = await there.state(ref)
        assert (state["status"], state["slips"][0]["slip"]["lead"]) == ("routed", "UBND_16543")
        await there.armed(ref, "answer-1", "UBND_16543")


async def test_two_kinds_of_lead_give_one_answer_and_a_missing_part_is_promised(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_province(server, tmp_path, province("thanh-hoa-2021"), "SCT", "UBND_406") as there:
        words = "Chợ xã Quảng Lưu, huyện Quảng Xương tăng giá thịt gấp ba lần"
        ref = await there.ask(words, field="F08")
        slip = (await there.state(ref))["slips"][0]["slip"]
        assert (slip["lead"], slip["co_leads"]) == ("SCT", ["UBND_406"])
        await there.armed(ref, "part-1-1", "UBND_406")
        refused = await there.act("SCT", ref, "answer", answer="Đã kiểm tra")
        assert refused.status_code == 422
        assert "Quảng Xương" in refused.json()["problems"][0]["vi"]
        later = (there.desk.runtime.clock.now() + timedelta(days=2)).isoformat()
        state = await there.done(
            "SCT", ref, "answer", answer="Đã kiểm tra chợ", partial=True, promised_at=later
        )
        assert state["status"] == "promised"
        await there.armed(ref, "promise-1-1", "SCT")
        await there.done("UBND_406", ref, "contribute", text="Đã xử phạt hai hộ")
        state = await there.done("SCT", ref, "answer", answer="Đã kiểm tra và xử phạt hai hộ")
        assert state["status"] == "answered"


async def test_after_two_refusals_the_arbiter_decides_and_the_agency_is_bound(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_province(server, tmp_path, province("thanh-hoa-2021"), "SYT", "SCT", "SGTVT") as there:
        ref = await there.ask(VACCINE, field="F04")
        ground = {"ground": "wrong-field", "text": "Không thuộc chức năng"}
        await there.done("SYT", ref, "return", proposed_agency="SCT", **ground)
        state = await there.until(ref, lambda state: state["triage_reasons"] == ["returned"])
        assert state["suggestions"][0]["lead"] == ["SCT"]
        await there.done("operator", ref, "direct", lead="SCT", field="F04")
        await there.done("SCT", ref, "return", proposed_agency="SGTVT", **ground)
        assert (await there.state(ref))["status"] == "arbiter"
        assert (await there.act("operator", ref, "direct", lead="SGTVT", field="F04")).status_code != 201
        await there.armed(ref, "arbitration-1", there.pack.arbiter)
        await there.done("arbiter", ref, "determine", agency="SYT", opinion="Thuộc Sở Y tế")
        await there.done("operator", ref, "direct", lead="SYT", field="F04")
        bound = await there.act("SYT", ref, "return", proposed_agency="SCT", **ground)
        assert bound.status_code in {409, 422}
        assert "10.4" in bound.json()["problems"][0]["vi"]


async def test_in_dong_nai_the_commune_works_and_the_district_confirms_and_answers(
    server: NatsServer, tmp_path: Path
) -> None:
    pack = province("dong-nai")
    commune = next(agency for agency in pack.agencies if agency.kind == "commune")
    district = commune.supervisor or ""
    name = pack.unit(commune.unit or "").name_vi
    above = pack.unit(pack.agency(district).unit or "").name_vi
    async with a_province(server, tmp_path, pack, district, commune.code) as there:
        ref = await there.ask(f"Gia đình tôi ở {name}, {above} chưa nhận được hỗ trợ", field="F05")
        assert (await there.state(ref))["slips"][0]["slip"]["lead"] == district
        await there.done(district, ref, "delegate", to=commune.code)
        await there.armed(ref, "commune-1", commune.code)
        unspoken = await there.act(commune.code, ref, "report", report="Đã xong")
        assert unspoken.status_code in {409, 422}
        await there.done(commune.code, ref, "contact", way="phone", result="reached")
        await there.done(commune.code, ref, "report", report="Đã trao hỗ trợ ngày hôm nay")
        assert (await there.act(commune.code, ref, "answer", answer="Xong")).status_code == 403
        await there.done(district, ref, "confirm", note="Đã gọi lại gia đình, đúng như báo cáo")
        state = await there.done(district, ref, "answer", answer="Gia đình đã nhận hỗ trợ.")
        assert state["status"] == "answered"


async def test_in_dong_nai_the_district_takes_the_work_back_in_one_step(
    server: NatsServer, tmp_path: Path
) -> None:
    pack = province("dong-nai")
    commune = next(agency for agency in pack.agencies if agency.kind == "commune")
    district = commune.supervisor or ""
    above = pack.unit(pack.agency(district).unit or "").name_vi
    async with a_province(server, tmp_path, pack, district, commune.code) as there:
        ref = await there.ask(f"Nhà tôi ở {above} chưa nhận được hỗ trợ", field="F05")
        await there.done(district, ref, "delegate", to=commune.code)
        await there.done(district, ref, "recall", reason="Huyện trực tiếp giải quyết")
        late = await there.act(commune.code, ref, "report", report="Đã xong")
        assert late.status_code in {403, 409}
        assert (await there.done(district, ref, "answer", answer="Đã giải quyết."))["status"] == "answered"


async def test_in_dong_nai_the_office_of_the_committee_is_the_arbiter(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_province(server, tmp_path, province("dong-nai")) as there:
        ref = await there.ask("Tôi muốn hỏi một việc khó nói rõ", name="", phone="", address="")
        assert (await there.state(ref))["status"] == "triage"
        await there.done("operator", ref, "refer", question="Thuộc cơ quan nào?")
        await there.armed(ref, "arbitration-1", "VPUBND")


async def test_a_report_that_may_be_false_waits_for_the_police_and_nobody_is_accused(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_province(server, tmp_path, province("thanh-hoa-2021"), "SYT") as there:
        ref = await there.ask(VACCINE, field="F04")
        await there.done("SYT", ref, "answer", answer="Trạm y tế xã tiêm vào thứ Bảy.")
        await there.done("operator", ref, "suspect-false", ground="Số máy không có thật", police="CAT")
        await there.armed(ref, "police-1", "CAT")
        held = await there.act("SYT", ref, "publish", question="Lịch tiêm?", answer="Thứ Bảy.")
        assert held.status_code in {409, 422}
        for who, status in (("police", 200), ("operator", 403), ("SYT", 403)):
            packet = await there.people[who].client.get(f"/cases/{ref.case_id}/packet")
            assert packet.status_code == status, who
        await there.done("police", ref, "conclude", result="mistaken")
        state = await there.done("SYT", ref, "publish", question="Lịch tiêm?", answer="Thứ Bảy.")
        assert state["status"] == "published"
