"""Zalo's webhook: whom a delivery comes from, and who only asks whether anybody is there."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from services.intake.channels.rows import BadChannels, read_channels
from services.intake.channels.shape import Delivery, Said, Unverified
from services.intake.channels.zalo import SIGNATURE, Zalo
from tests.support.zalo_events import APP, NOW, OA, SECRET, mac, raw, said, signed
from tests.support.zalo_tables import AT, delivery, zalo_channel


@pytest.fixture
def zalo(tmp_path: Path) -> Zalo:
    return zalo_channel(tmp_path)


@pytest.mark.parametrize("form", ["mac={}", "{}", "MAC={}", "mac = {}", ' mac="{}" '])
@pytest.mark.parametrize("upper", [False, True])
def test_the_signature_is_known_in_every_form_it_is_seen_in(zalo: Zalo, form: str, upper: bool) -> None:
    body = raw(said("Đèn đường hỏng"))
    digest = mac(body, str(NOW))
    given = form.format(digest.upper() if upper else digest)
    zalo.verify(Delivery(body, AT, headers={SIGNATURE: given}))


def test_a_stamp_that_is_a_number_is_signed_like_one_that_is_a_string(zalo: Zalo) -> None:
    body = raw({**said("Đèn đường hỏng"), "timestamp": NOW})
    taken = Delivery(body, AT, headers={SIGNATURE: mac(body, str(NOW))})
    zalo.verify(taken)
    [found] = zalo.parse(taken)
    assert isinstance(found, Said) and found.at == AT - timedelta(seconds=1)


def test_another_key_named_timestamp_and_a_citizen_who_types_one_mislead_nobody(zalo: Zalo) -> None:
    content = said('xem này "timestamp":"1" \\"timestamp\\":"2"', timestamp="1795298560000")
    body = raw({"message": content.pop("message"), **content})
    zalo.verify(Delivery(body, AT, headers={SIGNATURE: mac(body, str(NOW))}))


def test_a_wrong_secret_another_application_and_no_signature_are_refused(zalo: Zalo) -> None:
    content = said("Đèn đường hỏng")
    forged = [
        delivery(signed(content, secret="app-secret-for-tests")),
        delivery(signed({**content, "app_id": "2553000000000000002"})),
        Delivery(raw(content), AT),
        Delivery(raw(content), AT, headers={SIGNATURE: "mac=nothing"}),
        Delivery(b"", AT, headers={SIGNATURE: "mac=" + "0" * 64}),
        Delivery(raw(content), AT, headers={SIGNATURE: "mac=" + "ữ" * 64}),
    ]
    for one in forged:
        with pytest.raises(Unverified):
            zalo.verify(one)


def test_a_body_that_was_changed_or_written_anew_is_refused(zalo: Zalo) -> None:
    posted = signed(said("Đèn đường hỏng"))
    for body in (
        posted.body.replace("hỏng".encode(), "sáng".encode()),
        json.dumps(json.loads(posted.body)).encode(),
        posted.body + b"\n",
        b" " + posted.body,
    ):
        with pytest.raises(Unverified):
            zalo.verify(delivery(posted, body=body))


def test_a_digit_moved_from_the_stamp_to_the_body_is_refused(zalo: Zalo) -> None:
    """The sum has no marks between its parts: the same bytes could be cut elsewhere."""
    body = raw(said("x", timestamp="3"))
    digest, moved = mac(body, str(NOW)), body + str(NOW)[:-1].encode()
    assert digest == mac(moved, "3")
    zalo.verify(Delivery(body, AT, headers={SIGNATURE: digest}))
    with pytest.raises(Unverified, match="no single object"):
        zalo.verify(Delivery(moved, AT, headers={SIGNATURE: digest}))


def test_a_stamp_of_the_far_future_is_refused_and_one_of_last_week_is_not(zalo: Zalo) -> None:
    posted = signed(said("Đèn đường hỏng"))
    zalo.verify(delivery(posted, at=AT + timedelta(days=7)))
    zalo.verify(delivery(posted, at=AT - timedelta(minutes=59)))
    with pytest.raises(Unverified):
        zalo.verify(delivery(posted, at=AT - timedelta(hours=2)))


def test_while_the_secret_is_being_changed_both_are_good(tmp_path: Path) -> None:
    zalo = zalo_channel(tmp_path, secret=f"the-next-one\n{SECRET}")
    for secret in (SECRET, "the-next-one"):
        zalo.verify(delivery(signed(said("Đèn đường hỏng"), secret=secret)))


def test_the_consoles_probes_are_answered_but_an_event_without_signature_is_not(tmp_path: Path) -> None:
    zalo = zalo_channel(tmp_path)
    for probe in (Delivery(b"", AT), Delivery(b"{}", AT), Delivery(b"", AT, method="GET")):
        assert zalo.answer(probe)
    assert zalo.answer(Delivery(raw(said("Đèn đường hỏng")), AT)) is None
    assert zalo_channel(tmp_path, setup=True).answer(Delivery(raw(said("mẫu")), AT))
    assert zalo_channel(tmp_path, setup=True).answer(delivery(signed(said("thật")))) is None


def test_a_row_without_its_secret_or_with_an_id_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "channels.toml"
    file.write_text(f'[zalo]\nkind = "zalo"\napp_id = "{APP}"\noa_id = "x"\noa_secret_file = "none"\n')
    with pytest.raises(BadChannels, match="oa_id"):
        read_channels(file)
    file.write_text(f'[zalo]\nkind = "zalo"\napp_id = "{APP}"\noa_id = "{OA}"\noa_secret_file = "none"\n')
    with pytest.raises(BadChannels, match="none"):
        read_channels(file)
