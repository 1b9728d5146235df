"""samples: every file parses with the standard library and is what its README says."""

import csv
import json
import re
from collections import Counter
from datetime import datetime
from importlib.resources import files

import pytest

from affectory.guard import crisis

ROOM = files("affectory") / "samples"
# Trade names that slip easily into talk of shops, phones and chats.
BRANDS = set(
    """
    amazon ebay ikea google gmail youtube facebook instagram whatsapp twitter tiktok reddit netflix
    spotify uber airbnb apple iphone ipad android samsung microsoft windows openai chatgpt claude
    gemini siri alexa paypal visa mastercard fedex ups dhl coke pepsi starbucks lego tesla volvo
    toyota ford bmw zoom skype slack
    """.split()  # noqa: SIM905  a column of names is read more easily
)


def text(name: str) -> str:
    return (ROOM / name).read_text(encoding="utf-8")


def table(name: str) -> list[dict[str, str]]:
    with (ROOM / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_support_arc_has_six_sessions_over_nine_weeks():
    rows = table("support_arc.csv")
    assert list(rows[0]) == ["conversation", "sent_at", "author", "body"]
    turns = Counter(row["conversation"] for row in rows)
    assert len(turns) == 6
    assert all(25 <= n <= 40 for n in turns.values())
    times = [datetime.fromisoformat(row["sent_at"]) for row in rows]
    assert times == sorted(times)
    assert 60 <= (times[-1] - times[0]).days <= 65
    assert len({time.utcoffset() for time in times}) == 2


def test_the_fourth_session_is_the_one_that_calls_for_a_notice():
    rows = table("support_arc.csv")
    found = crisis.flags([row["body"] for row in rows])
    urgent = found.filter(found["kind"].cast(str) == "suicide")
    assert {rows[row]["conversation"] for row in urgent["row"]} == {"tomasz-4"}
    assert "asked" in found["kind"].to_list()
    assert crisis.notice(found) is not None


@pytest.mark.parametrize("at", [0, 1])
def test_every_tool_call_of_the_order_logs_is_answered(at):
    chat = [json.loads(line) for line in text("order_gone_wrong.jsonl").splitlines()][at]
    messages = chat["messages"]
    assert 20 <= len(messages) <= 35
    assert {message["role"] for message in messages} == {"system", "user", "assistant", "tool"}
    calls = [call for message in messages for call in message.get("tool_calls", [])]
    assert all(json.loads(call["function"]["arguments"]) for call in calls)
    answers = [message["tool_call_id"] for message in messages if message["role"] == "tool"]
    assert [call["id"] for call in calls] == answers
    errors = [m for m in messages if m["role"] == "tool" and "error" in json.loads(m["content"])]
    assert errors


def test_the_family_chat_has_four_people_in_order_of_time():
    rows = table("sunday_lunch.csv")
    assert list(rows[0]) == ["time", "who", "message"]
    assert len({row["who"] for row in rows}) == 4
    assert 40 <= len(rows) <= 60
    times = [int(row["time"]) for row in rows]
    assert times == sorted(set(times))
    said = "".join(row["message"] for row in rows)
    assert all(mark in said for mark in ("\n", ",", '"', "😭", "YESSSS"))


@pytest.mark.parametrize(
    ("name", "mark", "least", "speakers"),
    [
        ("interview.srt", r"(?m)^([A-Z. ]+): ", 50, 2),
        ("doctor_visit.vtt", r"(?m)^<v ([^>]+)>", 24, 2),
        ("rehearsal.txt", r"(?m)^(\w+): ", 30, 3),
    ],
)
def test_a_transcript_names_its_speakers(name, mark, least, speakers):
    found = re.findall(mark, text(name))
    assert len(found) >= least
    assert len(set(found)) == speakers


@pytest.mark.parametrize(("name", "point"), [("interview.srt", ","), ("doctor_visit.vtt", ".")])
def test_cues_follow_each_other_without_overlap(name, point):
    clock = rf"(\d\d):(\d\d):(\d\d)\{point}(\d\d\d)"
    times = [
        (int(h) * 3600 + int(m) * 60 + int(s)) * 1000 + int(ms)
        for h, m, s, ms in re.findall(clock, text(name))
    ]
    assert times == sorted(set(times))
    assert len(times) % 2 == 0


def test_the_samples_name_no_brand_and_stay_small():
    names = [
        entry.name
        for entry in ROOM.iterdir()
        if entry.is_file() and not entry.name.startswith("__")
    ]
    assert "README.md" in names
    words = {word for name in names for word in re.findall(r"[a-z]+", text(name).lower())}
    assert not words & BRANDS
    assert sum(len(text(name).encode()) for name in names) < 120_000
    assert all(name in text("README.md") for name in names if name != "README.md")
