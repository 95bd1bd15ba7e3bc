"""Same seed, same result, on however many processes."""

from __future__ import annotations

from dataclasses import replace

from bot.simulate.behaviour import load_script
from bot.simulate.chart import chart
from bot.simulate.report import lines, report
from bot.simulate.result import add_up
from bot.simulate.run import Wanted, run_share, shares
from tests.bot.simulate.conftest import MONDAY, changed

WANTED = Wanted(patients=12, days=3, seed=5, start=MONDAY)
SCRIPT = changed(arrival={"weekdays": 2})


def _nothing() -> None:
    return None


def test_the_same_seed_gives_the_same_result_however_the_patients_are_shared() -> None:
    alone = run_share(WANTED, SCRIPT, 0, 1, _nothing)
    shared = add_up(run_share(WANTED, SCRIPT, share, 2, _nothing) for share in range(2))
    assert alone == shared
    shown, again = (report(result, WANTED, SCRIPT) for result in (alone, shared))
    assert list(lines(shown)) == list(lines(again))
    assert chart(shown) == chart(again)
    assert shown.as_json() == again.as_json()


def test_another_seed_gives_another_result() -> None:
    one, other = (run_share(replace(WANTED, seed=seed), SCRIPT, 0, 1, _nothing) for seed in (5, 6))
    assert one != other


def test_every_simulated_day_is_told() -> None:
    days: list[int] = []
    run_share(replace(WANTED, patients=1), SCRIPT, 0, 1, lambda: days.append(1))
    assert len(days) == WANTED.run_days(SCRIPT)


def test_few_patients_share_one_process() -> None:
    assert shares(WANTED, 8) == 1
    assert shares(replace(WANTED, patients=1000), 2) == 2


def test_the_last_patient_is_followed_all_days() -> None:
    script = load_script()
    assert (WANTED.last_instant(script) - WANTED.first_instant()).days >= script.behaviour.arrival.weekdays + 3
