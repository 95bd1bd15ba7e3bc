"""What a new password must be, said to the person who chooses it."""

from __future__ import annotations

from bot.staff.access import LONGEST_PASSWORD, SHORTEST_PASSWORD, normal_email
from core.models import Staff


def problems(staff: Staff, password: str, again: str) -> dict[str, str]:
    """What is wrong with a new password typed twice: field -> sentence in Danish."""
    if len(password) < SHORTEST_PASSWORD:
        return {"password": f"Skriv mindst {SHORTEST_PASSWORD} tegn. Flere almindelige ord efter hinanden er gode."}
    if len(password) > LONGEST_PASSWORD:
        return {"password": f"Skriv højst {LONGEST_PASSWORD} tegn."}
    if normal_email(password) in {staff.email, staff.email.partition("@")[0]} or len(set(password)) == 1:
        return {"password": "Den er for nem at gætte. Vælg en anden."}
    if password != again:
        return {"again": "De to adgangskoder er ikke ens. Skriv den samme begge steder."}
    return {}
