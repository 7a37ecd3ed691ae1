"""Who is let in, and who is not: one guard stands before every route."""

import asyncio
import hmac
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from lab_client import HOST, OWN, Answer, Visitor, make_lab
from starlette.routing import WebSocketRoute

from kedou.errors import OptionError
from kedou.lab.app import Lab
from kedou.lab.headers import DEFAULTS
from kedou.lab.names import Names, read_names
from kedou.lab.sessions import MOST_SOCKETS, Sessions

EXAMPLES = {
    "/upload": ["/upload?name=a.csv"],
    "/download/{key}": ["/download/f1", "/download/..%2f..%2fetc%2fpasswd"],
    "/{path:path}": ["/", "/index.html", "/bundle.js", "/nothing", "/socket"],
    "/socket": ["/socket"],
}
"""What to ask of each route; a new route belongs here too."""

EVIL = "http://evil.example"
REFUSED: dict[str, tuple[str | None, str | None, bool, int]] = {
    "no session": (HOST, OWN, False, 403),
    "another Host": ("evil.example", OWN, True, 403),
    "a rebound Host": ("evil.example:8000", "http://evil.example:8000", True, 403),
    "a Host like ours": ("127.0.0.1.evil.example:8000", OWN, True, 403),
    "an address of another": ("10.0.0.7:8000", OWN, True, 403),
    "a Host with a user": ("127.0.0.1:8000@evil.example", OWN, True, 403),
    "no Host": (None, OWN, True, 400),
    "another Origin": (HOST, EVIL, True, 403),
    "Origin null": (HOST, "null", True, 403),
    "Origin of another port": (HOST, "http://127.0.0.1:9000", True, 403),
    "Origin without the port": (HOST, "http://127.0.0.1", True, 403),
    "Origin of another scheme": (HOST, f"https://{HOST}", True, 403),
    "Origin of another name of ours": (HOST, "http://localhost:8000", True, 403),
    "Origin with a path": (HOST, f"{OWN}/", True, 403),
    "Origin with a tail": (HOST, f"{OWN}.evil.example", True, 403),
    "an empty Origin": (HOST, "", True, 403),
}
"""Host, Origin, whether there is a session, and the status."""


def in_lab(
    talk: Callable[[Lab, Visitor], Coroutine[Any, Any, None]], inside: bool = True, **options: Any
) -> None:
    """Run a talk with a new lab and a visitor, who is its owner unless said otherwise."""

    async def run() -> None:
        lab = make_lab(**options)
        visitor = Visitor(lab)
        try:
            if inside:
                await visitor.enter(lab)
            await talk(lab, visitor)
        finally:
            await lab.close()

    asyncio.run(run())


def check_headers(answer: Answer) -> None:
    for name, value in DEFAULTS.items():
        if name != "cache-control":
            assert answer[name] == value, name
    assert answer["cache-control"]


def test_every_route_has_an_example() -> None:
    assert {getattr(route, "path", None) for route in make_lab().routes()} == set(EXAMPLES)


@pytest.mark.parametrize("case", REFUSED)
def test_no_route_takes(case: str) -> None:
    host, origin, has_session, status = REFUSED[case]

    async def talk(lab: Lab, visitor: Visitor) -> None:
        visitor.host = host
        for route in lab.routes():
            for target in EXAMPLES[route.path]:  # type: ignore[attr-defined]
                if isinstance(route, WebSocketRoute):
                    async with visitor.socket(origin=origin, target=target) as line:
                        answer = line.answered
                else:
                    headers = [] if case == "no session" else [("origin", str(origin))]
                    answer = await _ask(visitor, route, target, headers)
                assert answer.status == status, f"{case}: {target}"
                assert b"<title>" not in answer.body
                assert answer.text.strip()
                check_headers(answer)

    in_lab(talk, inside=has_session)


async def _ask(visitor: Visitor, route: Any, target: str, headers: list[tuple[str, str]]) -> Answer:
    """Ask a route in the way it wants to be asked."""
    if "POST" not in route.methods:
        return await visitor.ask(target, *headers)
    sent = [*headers, ("content-length", "4")]
    return await visitor.ask(target, *sent, method="POST", body=b"x,y\n")


def test_a_file_is_taken_from_nobody_without_a_session() -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        answer = await visitor.upload("a.csv", b"x,y\n1,2\n")
        assert answer.status == 403
        assert "not let in" in answer.text
        assert answer["connection"] == "close"
        check_headers(answer)

    in_lab(talk, inside=False)


def test_what_is_not_refused_comes_through() -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        for target in ("/", "/index.html", "/bundle.js", "/third-party-notices.txt"):
            answer = await visitor.ask(target)
            assert answer.status == 200
            check_headers(answer)
        answer = await visitor.ask("/", ("origin", OWN))
        assert answer.status == 200
        async with visitor.socket() as line:
            assert line.answered.status == 101
            check_headers(line.answered)

    in_lab(talk)


def test_a_socket_needs_an_origin_and_so_does_any_other_method() -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        async with visitor.socket(origin=None) as line:
            assert line.answered.status == 403
            assert "Origin" in line.answered.text
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "BREW"):
            without = await visitor.ask("/", method=method)
            assert without.status == 403
            with_origin = await visitor.ask("/", ("origin", OWN), method=method)
            assert with_origin.status == 405
            assert with_origin["allow"] == "GET, HEAD"
            check_headers(without)
            check_headers(with_origin)

    in_lab(talk)


def test_a_request_with_a_body_or_a_header_twice_is_refused() -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        for header in (("content-length", "5"), ("transfer-encoding", "chunked")):
            answer = await visitor.ask("/", header)
            assert answer.status == 413
            assert answer["connection"] == "close"
            check_headers(answer)
        assert (await visitor.ask("/", ("content-length", "0"))).status == 200
        assert (await visitor.ask("/", ("host", "localhost:8000"))).status == 400
        assert (await visitor.ask("/", ("origin", OWN), ("origin", OWN))).status == 400

    in_lab(talk)


def test_a_link_is_swapped_for_a_cookie_and_led_away_from() -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        token = lab.links.owner[0]
        answer = await visitor.ask(f"/?chapter=rules&token={token}&lang=en&state=a%26b")
        assert answer.status == 303
        assert answer["location"] == "./?chapter=rules&lang=en&state=a%26b"
        cookie = str(answer["set-cookie"])
        assert cookie.split("; ")[1:] == ["Path=/", "HttpOnly", "SameSite=Strict"]
        assert token not in cookie
        check_headers(answer)
        assert (await visitor.ask("/")).status == 200
        assert (await Visitor(lab).ask(f"/?token={lab.links.owner[1]}"))["location"] == "./"

    in_lab(talk, inside=False)


def test_a_link_works_once() -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        token = lab.links.owner[0]
        assert (await visitor.ask(f"/?token={token}")).status == 303
        thief = Visitor(lab)
        answer = await thief.ask(f"/?token={token}")
        assert answer.status == 403
        assert "used already" in answer.text
        assert not thief.cookies
        assert (await thief.ask("/")).status == 403
        again = await visitor.ask(f"/?token={token}")
        assert (again.status, again["location"], again["set-cookie"]) == (303, "./", None)

    in_lab(talk, inside=False)


@pytest.mark.parametrize(
    "change", [str.swapcase, lambda t: t[:-1], lambda t: t + "A", lambda t: ""]
)
def test_a_link_that_is_not_ours_lets_nobody_in(change: Callable[[str], str]) -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        token = lab.links.owner[0]
        answer = await visitor.ask(f"/?token={change(token)}")
        assert answer.status == 403
        assert not visitor.cookies
        assert (await visitor.ask("/?token=%00%ff%ed%a0%80")).status == 403
        for target in (f"/bundle.js?token={token}", f"/socket?token={token}"):
            assert (await visitor.ask(target)).status == 403
        assert (await visitor.ask(f"/?token={token}", method="HEAD")).status == 403
        assert (await visitor.ask(f"/?token={token}", ("sec-purpose", "prefetch"))).status == 403
        assert (await visitor.ask(f"/?token={token}")).status == 303

    in_lab(talk, inside=False)


def test_secrets_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    true = hmac.compare_digest

    def watched(first: bytes, second: bytes) -> bool:
        compared.append((len(first), len(second)))
        return true(first, second)

    monkeypatch.setattr(hmac, "compare_digest", watched)

    async def talk(lab: Lab, visitor: Visitor) -> None:
        await visitor.ask("/?token=x")
        await visitor.ask(f"/?token={lab.links.owner[0]}")
        await visitor.ask("/?join=x")
        await Visitor(lab).ask("/?join=x")

    in_lab(talk, inside=False, for_class=True)
    assert len(compared) == 2 + 2 + 1
    assert set(compared) == {(32, 32)}


def test_a_made_up_cookie_is_no_session() -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        secret = visitor.cookies["kedou-lab"]
        for value in ("", "x", secret[:-1], secret.swapcase(), lab.links.owner[0], "\xff"):
            visitor.cookies = {"kedou-lab": value}
            assert (await visitor.ask("/")).status == 403
        visitor.cookies = {"other": secret}
        assert (await visitor.ask("/")).status == 403
        visitor.cookies = {"kedou-lab": "x", "a": "b"}
        assert (await visitor.ask("/", ("cookie", f"kedou-lab={secret}"))).status == 200

    in_lab(talk)


def test_a_class_link_gives_each_visitor_a_session_of_their_own() -> None:
    async def talk(lab: Lab, owner: Visitor) -> None:
        ids, secrets = set(), set()
        for _ in range(5):
            guest = Visitor(lab)
            assert (await guest.ask(f"/?join={lab.links.join}")).status == 303
            secrets.add(guest.cookies["kedou-lab"])
            async with guest.socket() as line:
                hello = await line.ask({"type": "hello"})
            assert hello["session"]["kind"] == "guest"
            assert "class" not in hello
            ids.add(hello["session"]["id"])
        async with owner.socket() as line:
            hello = await line.ask({"type": "hello"})
        assert hello["session"]["kind"] == "owner"
        assert hello["class"] == {"join": f"./?join={lab.links.join}", "guests": 5}
        assert len(ids | {hello["session"]["id"]}) == 6
        assert len(secrets) == 5
        assert not ids & secrets

    in_lab(talk, for_class=True)


def test_a_class_link_leaves_sessions_and_the_owner_as_they_are() -> None:
    async def talk(lab: Lab, owner: Visitor) -> None:
        before = dict(owner.cookies)
        assert (await owner.ask(f"/?join={lab.links.join}"))["set-cookie"] is None
        assert owner.cookies == before
        guest = Visitor(lab)
        await guest.ask(f"/?join={lab.links.join}")
        assert (await guest.ask(f"/?join={lab.links.join}"))["set-cookie"] is None
        assert (await guest.ask(f"/?token={lab.links.owner[0]}")).status == 403
        assert (await guest.ask(f"/?token={lab.links.owner[1]}"))["set-cookie"]
        async with guest.socket() as line:
            assert (await line.ask({"type": "hello"}))["session"]["kind"] == "owner"

    in_lab(talk, for_class=True)


def test_without_a_class_no_class_link_works() -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        for value in ("", "None", "x"):
            assert (await visitor.ask(f"/?join={value}")).status == 403
        assert not visitor.cookies

    in_lab(talk, inside=False)


def test_there_are_only_so_many_guests_and_those_long_gone_make_room() -> None:
    now = [0.0]

    async def talk(lab: Lab, owner: Visitor) -> None:
        guests = [Visitor(lab) for _ in range(3)]
        for guest in guests[:2]:
            assert (await guest.ask(f"/?join={lab.links.join}")).status == 303
        full = await guests[2].ask(f"/?join={lab.links.join}")
        assert full.status == 503
        assert "2 visitors" in full.text
        check_headers(full)
        now[0] = 50.0
        async with guests[0].socket() as line:
            now[0] = 200.0
            assert (await line.ask({"type": "hello"}))["type"] == "hello"
            assert (await guests[1].ask("/")).status == 403
            assert (await guests[2].ask(f"/?join={lab.links.join}")).status == 303
            now[0] = 230.0
        now[0] = 320.0
        assert (await guests[0].ask("/")).status == 200
        now[0] = 500.0
        for visitor in (owner, *guests):
            assert (await visitor.ask("/")).status == 403

    in_lab(talk, for_class=True, sessions=Sessions(most=2, idle=100.0, clock=lambda: now[0]))


def test_one_session_opens_only_so_many_sockets() -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        from contextlib import AsyncExitStack

        async with AsyncExitStack() as stack:
            for _ in range(MOST_SOCKETS):
                line = await stack.enter_async_context(visitor.socket())
                assert line.answered.status == 101
            async with visitor.socket() as line:
                assert line.answered.status == 429
                check_headers(line.answered)
        async with visitor.socket() as line:
            assert line.answered.status == 101

    in_lab(talk)


@pytest.mark.parametrize(
    ("names", "address", "host", "right"),
    [
        (Names(), "127.0.0.1", "localhost:1", True),
        (Names(), "127.0.0.1", "LOCALHOST", True),
        (Names(), "::1", "[::1]:8000", True),
        (Names("192.168.1.5"), "192.168.1.5", "192.168.1.5:80", True),
        (Names("192.168.1.5"), "192.168.1.5", "192.168.1.6", False),
        (Names("0.0.0.0"), "192.168.1.5", "192.168.1.5:80", True),
        (Names("0.0.0.0"), "192.168.1.5", "10.0.0.9:80", False),
        (Names("0.0.0.0"), "192.168.1.5", "evil.example", False),
        (Names("0.0.0.0"), "192.168.1.5", "0.0.0.0:80", True),
        (Names("::"), "::ffff:192.168.1.5", "192.168.1.5:80", True),
        (Names("::"), "fe80::1", "[fe80::1]:80", True),
        (Names(), "192.168.1.5", "192.168.1.5", False),
        (Names(extra=frozenset({"hub.example.org"})), "127.0.0.1", "hub.example.org", True),
        (Names(extra=frozenset({"hub.example.org"})), "127.0.0.1", "hub.example.org:81", True),
        (Names(extra=frozenset({"hub.example.org:81"})), "127.0.0.1", "hub.example.org:81", True),
        (Names(extra=frozenset({"hub.example.org:81"})), "127.0.0.1", "hub.example.org", False),
        (Names(extra=frozenset({"hub.example.org"})), "127.0.0.1", "xhub.example.org", False),
        (Names(extra=frozenset({"hub.example.org"})), "127.0.0.1", "hub.example.org.evil", False),
        (Names(), "127.0.0.1", "localhost:", False),
        (Names(), "127.0.0.1", "localhost:80:80", False),
        (Names(), "127.0.0.1", "localhost\n", False),
        (Names(), "127.0.0.1", "", False),
    ],
)
def test_the_names_of_a_lab(names: Names, address: str, host: str, right: bool) -> None:
    assert names.knows(host, address) is right


@pytest.mark.parametrize(
    ("origin", "host", "right"),
    [
        ("https://hub.example.org", "hub.example.org", True),
        ("http://hub.example.org", "hub.example.org", True),
        ("https://hub.example.org", "127.0.0.1:8000", True),
        ("https://hub.example.org:8443", "hub.example.org:8443", True),
        ("https://hub.example.org:8443", "hub.example.org", False),
        ("https://evil.hub.example.org", "hub.example.org", False),
        ("file://hub.example.org", "hub.example.org", False),
        ("hub.example.org", "hub.example.org", False),
        ("https://127.0.0.1:8000", "127.0.0.1:8000", False),
    ],
)
def test_the_pages_of_a_proxy(origin: str, host: str, right: bool) -> None:
    assert Names(extra=frozenset({"hub.example.org"})).may_talk(origin, host) is right


@pytest.mark.parametrize("name", ["", "*", "*.example.org", "a b", "a/b", "a,b", "-a", "a:b"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(OptionError, match="--allow-host"):
        read_names([name])


def test_behind_a_proxy_the_cookie_stays_below_its_prefix() -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        visitor.host = "hub.example.org"
        proxy = [("x-forwarded-prefix", "/user/ann/proxy/8000/"), ("x-forwarded-proto", "https")]
        answer = await visitor.ask(f"/?token={lab.links.owner[0]}&chapter=loss", *proxy)
        assert answer["location"] == "./?chapter=loss"
        assert "; Path=/user/ann/proxy/8000/; HttpOnly; SameSite=Strict; Secure" in str(
            answer["set-cookie"]
        )
        assert (await visitor.ask("/bundle.js", *proxy)).status == 200
        assert (await visitor.ask("/user/ann/proxy/8000/bundle.js", *proxy)).status == 200
        assert (await visitor.ask("/user/ann/proxy/8000/", *proxy)).status == 200
        origin = "https://hub.example.org"
        async with visitor.socket(*proxy, origin=origin) as line:
            assert line.answered.status == 101
        target = "/user/ann/proxy/8000/socket"
        async with visitor.socket(*proxy, origin=origin, target=target) as line:
            assert line.answered.status == 101

    in_lab(talk, inside=False, names=Names(extra=read_names(["hub.example.org"])))


@pytest.mark.parametrize("prefix", ["/a; Domain=evil", "//evil", "/a/../b", "/a\\b", "a", "/%00 "])
def test_a_prefix_that_is_no_path_counts_for_nothing(prefix: str) -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        target = f"/?token={lab.links.owner[0]}"
        answer = await visitor.ask(target, ("x-forwarded-prefix", prefix))
        assert "; Path=/; HttpOnly" in str(answer["set-cookie"])

    in_lab(talk, inside=False)


def test_a_link_on_another_site_is_led_on_by_a_page_of_ours() -> None:
    """A browser keeps a strict cookie to itself where another site's link was followed."""

    async def talk(lab: Lab, visitor: Visitor) -> None:
        elsewhere = ("sec-fetch-site", "cross-site")
        tail = "state=%22%3E%3Cscript%3E&lang=en&x='\"><script>"
        answer = await visitor.ask(f"/?join={lab.links.join}&{tail}", elsewhere)
        assert answer.status == 200
        assert answer["set-cookie"]
        assert "<script" not in answer.text
        assert 'content="0;url=./?state=%22%3E%3Cscript%3E&amp;lang=en&amp;x=&#x27;' in answer.text
        check_headers(answer)
        again = await Visitor(lab).ask("/?chapter=loss", elsewhere)
        assert again.status == 403
        assert 'content="0;url=./?chapter=loss"' in again.text
        refused = await Visitor(lab).ask("/?chapter=loss", ("sec-fetch-site", "same-origin"))
        assert refused.status == 403
        assert "http-equiv" not in refused.text

    in_lab(talk, inside=False, for_class=True)


def test_refusals_speak_the_reader_s_language() -> None:
    async def talk(lab: Lab, visitor: Visitor) -> None:
        assert "not let in" in (await visitor.ask("/")).text
        assert "还没有进入" in (await visitor.ask("/?lang=zh")).text
        assert "还没有进入" in (await visitor.ask("/", ("accept-language", "zh-CN,en;q=0.5"))).text
        assert "not let in" in (await visitor.ask("/", ("accept-language", "fr, en, zh"))).text
        assert "not let in" in (await visitor.ask("/?lang=en", ("accept-language", "zh"))).text

    in_lab(talk, inside=False)


def test_a_mistake_of_ours_is_told_without_its_details(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: Any, path: str) -> None:
        raise ZeroDivisionError("secret details")

    monkeypatch.setattr("kedou.lab.page.Page.find", broken)

    async def talk(lab: Lab, visitor: Visitor) -> None:
        answer = await visitor.ask("/")
        assert answer.status == 500
        assert "secret" not in answer.text
        check_headers(answer)

    in_lab(talk)
    assert "secret details" in caplog.text
