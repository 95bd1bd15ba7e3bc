import pytest

from bot.red_flags import Checker, load_checker


@pytest.fixture(scope="session")
def checker() -> Checker:
    return load_checker()
