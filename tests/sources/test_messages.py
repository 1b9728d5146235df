"""sources/messages: logs of language models; what is said apart from what is done."""

import json

from affectory.sources import read, read_with_rejects, stream

TALK = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": [{"type": "text", "text": "My lamp broke."}, {"type": "image"}]},
    {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "function": {"name": "f"}}]},
    {"role": "tool", "tool_call_id": "c1", "content": '{"ok": true}'},
    {"role": "assistant", "content": "I am sorry."},
]


def put(folder, name, value):
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=1))
    return path


def seen(records):
    return records.frame.select("actor", "channel", "text").rows()


SEEN = [
    ("system", "trace", "Be kind."),
    ("user", "text", "My lamp broke."),
    ("assistant", "trace", None),
    ("tool", "trace", '{"ok": true}'),
    ("assistant", "text", "I am sorry."),
]


def test_messages_line_by_line(tmp_path):
    lines = [json.dumps({"conversation_id": f"c{n}", "messages": TALK}) for n in range(3)]
    path = put(tmp_path, "log.jsonl", "\n".join(lines))
    readings = list(stream(path, size=4))
    assert [reading.records.sessions for reading in readings] == [
        ("log/c0",),
        ("log/c1",),
        ("log/c2",),
    ]
    assert seen(readings[0].records) == SEEN
    meta = [json.loads(text) for text in readings[0].records.frame["meta"]]
    assert meta[1]["parts"] == [{"type": "image"}]
    assert meta[2]["tool_calls"] == TALK[2]["tool_calls"]
    assert meta[3]["tool_call_id"] == "c1"


def test_messages_in_one_document(tmp_path):
    for value in (TALK, {"messages": TALK}, [{"messages": TALK}], [TALK]):
        records = read(put(tmp_path, "log.json", value))
        assert seen(records) == SEEN
        assert records.sessions == ("log/1",)


def test_sharegpt(tmp_path):
    talk = {
        "id": 5,
        "conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "ho"}],
    }
    records = read(put(tmp_path, "log.jsonl", json.dumps(talk) + "\n"))
    assert seen(records) == [("human", "text", "hi"), ("gpt", "text", "ho")]
    assert records.sessions == ("log/5",)


def test_messages_with_times(tmp_path):
    talk = [
        {"role": "user", "content": "a", "created_at": "1970-01-01T00:00:05Z"},
        {"role": "assistant", "content": "b", "created_at": "1970-01-01T00:00:09Z"},
    ]
    records = read(put(tmp_path, "log.jsonl", json.dumps({"messages": talk})))
    assert records.clock.value == "seconds"
    assert records.frame["start"].to_list() == [5.0, 9.0]


def test_trajectories_with_rewards(tmp_path):
    runs = [{"task_id": 3, "trial": 1, "reward": 0.0, "info": {"x": 1}, "traj": TALK}]
    reading = read_with_rejects(put(tmp_path, "runs.json", runs))
    assert reading.layout == "tau_bench"
    assert reading.records.sessions == ("runs/task-3/trial-1",)
    assert reading.records.meta("reward").to_list() == ["0.0"] * 5
    assert seen(reading.records) == SEEN


def test_what_is_no_message_is_rejected_by_line(tmp_path):
    good = json.dumps({"messages": [*TALK, 5]})
    path = put(tmp_path, "log.jsonl", f'{good}\n{{"messages": \n{{"other": 1}}\n{good}\n')
    reading = read_with_rejects(path)
    assert len(reading) == 10
    assert reading.rejected["line"].to_list() == [1, 2, 3, 4]
