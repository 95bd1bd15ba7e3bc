"""Which out-of-hours service a patient is sent to: the clinic's own correction, else the shipped number."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from core.models import RegionNumber
from messages.loader import Content
from messages.regions import Region


def region_for(session: Session, content: Content, clinic_id: str, region_id: str) -> Region:
    """The region with the clinic's correction applied. Raises KeyError for an unknown region id."""
    correction = session.scalar(_correction(), {"clinic": clinic_id, "region": region_id})
    return corrected(content.regions[region_id], correction)


@cache
def _correction() -> Select[RegionNumber]:
    return select(RegionNumber).where(
        RegionNumber.clinic_id == bindparam("clinic"), RegionNumber.region == bindparam("region")
    )


def regions_of(session: Session, content: Content, clinic_id: str) -> dict[str, Region]:
    """All regions as this clinic sees them, in the order of the content."""
    corrections = {
        row.region: row for row in session.scalars(select(RegionNumber).where(RegionNumber.clinic_id == clinic_id))
    }
    return {key: corrected(region, corrections.get(key)) for key, region in content.regions.items()}


def corrected(region: Region, correction: RegionNumber | None) -> Region:
    """A correction older than the shipped check gives way: the product has looked since."""
    if correction is None or correction.checked_on < region.checked_on:
        return region
    return region.model_copy(
        update={
            "service": correction.service,
            "number": correction.number,
            "source": correction.source,
            "checked_on": correction.checked_on,
        }
    )
