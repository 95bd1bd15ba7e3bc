"""Who comes in: a key in the Authorization header, never a cookie. And how a refusal is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec, cast

import structlog
from flask import Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from bot.api_keys import find_key, spend
from bot.web import db, wall_now
from core.models import ApiKey, ApiScope

REALM = 'Bearer realm="rygbot"'
P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
log = structlog.get_logger(__name__)

SAID: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", "Anmodningen kan ikke læses."),
    401: ("unauthorized", "Send en gyldig nøgle: Authorization: Bearer rygbot_..."),
    403: ("forbidden", "Nøglen må kun læse. Lav en nøgle, der også må tilmelde."),
    404: ("not_found", "Det findes ikke i jeres klinik."),
    405: ("method_not_allowed", "Den metode kan ikke bruges her."),
    409: ("conflict", "Den samme Idempotency-Key er brugt til noget andet."),
    413: ("too_large", "Anmodningen er større end 1 MB."),
    415: ("unsupported_media_type", "Send JSON med Content-Type: application/json."),
    422: ("invalid", "Ret felterne, og send igen."),
    429: ("too_many_requests", "For mange anmodninger. Vent, og prøv igen."),
}
BROKEN = ("internal_error", "Noget gik galt hos os. Prøv igen om lidt.")


class RefusedError(HTTPException):
    """What a script is told instead of an answer. `fields`: field -> what to do, in Danish."""

    def __init__(
        self, status: int, *, code: str = "", message: str = "", fields: Mapping[str, str] | None = None, **headers: str
    ) -> None:
        known = SAID[status]
        super().__init__(response=answer(status, code or known[0], message or known[1], fields or {}, headers))


def answer(status: int, code: str, message: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> Response:
    error = {"code": code, "message": message, "fields": dict(fields)}
    response = jsonify(error=error)
    response.status_code = status
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def refusal(error: HTTPException) -> Response:
    """A refusal of Flask's own, such as 404 or 405, said as the others are."""
    status = error.code or 500
    code, message = SAID.get(status, BROKEN)
    kept = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    return answer(status, code, message, {}, kept)


def key_required(scope: ApiScope = ApiScope.READ) -> Callable[[View[P]], View[P]]:
    """Let only a key of the clinic's in that may do as much. Each request counts against the key's limit."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            key = _present_key()
            wait = spend(db(), key, wall_now())
            db().commit()  # also of what is refused below; and nobody waits for this row meanwhile
            if wait:
                raise RefusedError(429, Retry_After=str(wait))
            if scope == ApiScope.ENROL and key.scope != ApiScope.ENROL:
                raise RefusedError(403, WWW_Authenticate=f'{REALM}, error="insufficient_scope", scope="enrol"')
            g.api_key = key
            return view(*args, **kwargs)

        return guarded

    return decorate


def api_key() -> ApiKey:
    """The key the request came with; only inside a view that key_required stands before."""
    return cast("ApiKey", g.api_key)


def _present_key() -> ApiKey:
    scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not presented.strip():
        raise RefusedError(401, WWW_Authenticate=REALM)
    found = find_key(db(), presented.strip())
    if found is None:
        log.info("api key refused")
        raise RefusedError(401, WWW_Authenticate=f'{REALM}, error="invalid_token"')
    return found
