from __future__ import annotations

import threading
from datetime import timedelta

from scheduler.turns import bookmark, put_bookmark, take_turn
from tests.world import MONDAY, World

EVERY = timedelta(minutes=1)


def test_a_turn_is_taken_once_in_its_time(world: World) -> None:
    with world.session() as session, session.begin():
        assert take_turn(session, "tidy", EVERY, MONDAY)
        assert not take_turn(session, "tidy", EVERY, MONDAY + EVERY - timedelta(seconds=1))
        assert take_turn(session, "tidy", EVERY, MONDAY + EVERY)


def test_turns_of_different_names_have_nothing_to_do_with_each_other(world: World) -> None:
    with world.session() as session, session.begin():
        assert take_turn(session, "tidy", EVERY, MONDAY)
        assert take_turn(session, "read", EVERY, MONDAY)


def test_of_many_workers_that_ask_at_once_one_gets_the_turn(world: World) -> None:
    for round_ in range(5):  # the first makes the row, the others change it
        got: list[bool] = []
        gate = threading.Barrier(4)

        def ask(at: int = round_, got: list[bool] = got, gate: threading.Barrier = gate) -> None:
            gate.wait()
            with world.session() as session:
                got.append(take_turn(session, "tidy", EVERY, MONDAY + at * EVERY))
                session.commit()

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(got) == [False, False, False, True]


def test_a_bookmark_is_where_it_was_put(world: World) -> None:
    with world.session() as session, session.begin():
        assert bookmark(session, "read") is None
        put_bookmark(session, "read", MONDAY)
    with world.session() as session, session.begin():
        put_bookmark(session, "read", MONDAY + EVERY)
        assert bookmark(session, "read") == MONDAY + EVERY
