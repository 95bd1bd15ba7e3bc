"""The web side as a process of its own that dies in the middle of a patient's text.

Run as python -m tests.faults.web_process. AT: before keep, after keep, before answer. PORT: where it listens.
"""

from __future__ import annotations

import os
import signal
from datetime import datetime
from typing import Any

from werkzeug.serving import make_server

from bot import inbound
from bot.app import create_app
from bot.runtime import make_runtime
from core.settings import load_settings

AT = os.environ.get("AT", "")


def dying(function: Any, *, before: str, after: str) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        if before == AT:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **kwargs)
        if after == AT:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return call


def main() -> None:
    now = datetime.fromisoformat(os.environ["NOW"])
    vars(inbound)["keep"] = dying(inbound.keep, before="before keep", after="after keep")  # type: ignore[attr-defined]
    vars(inbound)["Response"] = dying(inbound.Response, before="before answer", after="")  # type: ignore[attr-defined]
    app = create_app(make_runtime(load_settings(), lambda: now))
    make_server("127.0.0.1", int(os.environ["PORT"]), app, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
