"""Pages from elsewhere that make a browser ask, and other names of this machine."""

import pytest
from tests.web.conftest import HEADERS
from tests.web.security.conftest import status

from affectory.web.settings import Settings

EVIL = "http://evil.example"
POSTS = ("/api/talks", "/api/uploads", "/api/takes/none/samples", "/api/takes/none/done", "/enter")


def written(lake):
    """Return what stands among the uploads and talks of a lake, which tests share."""
    return sorted(path for name in ("uploads", "live") for path in (lake / name).glob("*"))


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
def test_a_form_of_another_page_changes_nothing(client, lake, path, kind):
    """A form needs no leave to be sent; it cannot add a header, and it bears its origin."""
    del client.headers["x-affectory"]
    before = written(lake)
    headers = {"content-type": kind, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    for origin in (EVIL, "null", None):
        more = {} if origin is None else {"origin": origin}
        answer = client.post(path, content=b"token=x", headers={**headers, **more})
        assert answer.status_code == 403
    assert written(lake) == before


@pytest.mark.parametrize(
    "origin",
    [
        EVIL,
        "null",
        "",
        "http://127.0.0.1:1",
        "http://127.0.0.1.evil.example",
        "http://[::1",
        "http://127.0.0.1@evil.example",
        "127.0.0.1",
        "file://",
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_origin_changes_nothing_with_any_method(client, origin, method):
    answer = client.request(method, "/api/talks", headers={"origin": origin})
    assert answer.status_code in (403, 405)
    assert answer.status_code == 403 or method != "POST"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "odd"])
def test_another_page_does_not_even_read(client, site):
    headers = {"sec-fetch-site": site}
    for path in ("/api/traces", "/api/openapi.json", "/api/about"):
        assert client.get(path, headers=headers).status_code == 403
    assert client.get("/", headers=headers).status_code == 200  # a link to the explorer is fine
    for own in ("same-origin", "none"):
        assert client.get("/api/traces", headers={"sec-fetch-site": own}).status_code == 200


def test_nobody_elsewhere_is_given_leave(client):
    headers = {"origin": EVIL, "access-control-request-method": "POST",
               "access-control-request-headers": "x-affectory"}  # fmt: skip
    for method in ("OPTIONS", "GET"):
        told = client.request(method, "/api/traces", headers=headers).headers
        assert not [name for name in told if name.startswith("access-control")]
        assert told["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in told["content-security-policy"]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8321",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "[::1",
        "",
        "0.0.0.0",
        "127.0.0.2",
        "xn--loclhost-6sb",
        "loc\u0430lhost".encode().decode("latin-1"),
    ],
)
def test_a_name_that_was_pointed_here_reads_nothing(serve, lake, wire, host):
    one = wire(serve(Settings(lake)))
    one.say("GET /api/traces HTTP/1.1", f"host: {host}", "connection: close", "")
    assert status(one.rest()) in (400, 421)


def test_two_names_at_once_are_refused(serve, lake, wire):
    one = wire(serve(Settings(lake)))
    one.say("GET /api/traces HTTP/1.1", f"host: {one.host}", "host: evil.example", "")
    assert status(one.rest()) == 400


def test_a_whole_address_in_a_request_does_not_say_who_we_are(serve, lake, wire):
    one = wire(serve(Settings(lake)))
    answer = one.ask("GET http://evil.example/api/traces HTTP/1.1")
    assert status(answer) == 404


def test_a_page_of_ours_may(client):
    headers = {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"}
    assert client.post("/api/talks", headers={**HEADERS, **headers}).status_code == 200
