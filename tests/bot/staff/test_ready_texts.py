"""The page of the clinic's ready-made texts."""

from __future__ import annotations

from html import unescape

from sqlalchemy import select

from core.models import Audit
from tests.bot.staff.conftest import Desk, Sit
from tests.world import World

BODY = "Husk din tid.\r\nRing på {telefon}."
PAGE = "/indstillinger/skabeloner"


def shown(desk: Desk) -> str:
    return unescape(desk.text(PAGE))


def test_all_see_the_texts_as_they_are_sent_and_administrators_change_them(sit: Sit, lite_world: World) -> None:
    reader = shown(sit("reader"))
    assert "Rygklinik Vest: Ring gerne til os på 87 65 43 21. Vi vil tale med dig." in reader
    assert "Kun en administrator kan ændre" in reader
    admin = sit("admin")
    shown(admin)
    page = unescape(admin.follow(PAGE, key="", act="gem", title="Husk tiden", body=BODY))
    assert "Skabelonen »Husk tiden« er gemt" in page
    assert "Rygklinik Vest: Husk din tid. Ring på 87 65 43 21." in page
    assert "Husk tiden" not in unescape(admin.follow(PAGE, key="own-1", act="fjern")).partition("<h1>")[2]
    with lite_world.session() as session:
        actions = session.scalars(select(Audit.action).where(Audit.object_type == "text_template")).all()
    assert actions == ["text_template.change", "text_template.remove"]


def test_what_is_refused_is_shown_again_as_it_was_typed(sit: Sit) -> None:
    admin = sit("admin")
    shown(admin)
    response = admin.post(PAGE, key="tak-for-svar", act="gem", title="Tak", body="Bare rolig. Se vest.dk")
    page = unescape(response.get_data(as_text=True))
    assert response.status_code == 400
    assert "berolige" in page
    assert ">Bare rolig. Se vest.dk</textarea>" in page


def test_a_shipped_text_is_hidden_and_no_more_offered(sit: Sit, lite_world: World) -> None:
    lite_world.enrol()
    admin = sit("admin")
    shown(admin)
    assert "Vises ikke" in admin.follow(PAGE, key="ny-tid", act="fjern")
    assert 'value="ny-tid"' not in admin.text("/patienter/1")
    admin.follow(PAGE, key="ny-tid", act="nulstil")
    assert 'value="ny-tid"' in admin.text("/patienter/1")


def test_a_text_that_does_not_exist_changes_nothing(sit: Sit) -> None:
    admin = sit("admin")
    shown(admin)
    for key in ("own-77", "findes-ikke", "own-" + "9" * 30):
        assert "Intet er ændret" in unescape(admin.follow(PAGE, key=key, act="fjern"))
