"""Files that are dropped on the page, and the sample for who has none."""

from tests.web.conftest import counted

from affectory.store.lake import open_lake
from affectory.web.settings import Settings

DROP = """([name, text]) => {
  const parcel = new DataTransfer();
  parcel.items.add(new File([text], name, { type: "text/csv" }));
  const zone = document.querySelector("footer");
  for (const kind of ["dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: parcel, bubbles: true, cancelable: true }));
}"""  # noqa: E501


def test_a_dropped_file_is_followed_until_its_sessions_are_there(page, serve, tmp_path, shot):
    page.goto(serve(Settings(tmp_path / "out")))
    page.wait_for_selector(".empty")
    rows = "".join(f"ann,I love number {n}\nbo,I hate number {n}\n" for n in range(200))
    page.evaluate(DROP, ["chat.csv", f"actor,text\n{rows}"])
    page.wait_for_selector(".uploads progress")
    shot("drop")
    page.wait_for_selector("tbody a")
    assert page.inner_text("tbody a") == "chat"
    assert "400 records" in page.inner_text(".uploads")
    assert page.faults == []


def test_a_bad_file_is_told_in_a_sentence_and_another_one_goes_on(page, serve, tmp_path, shot):
    page.goto(serve(Settings(tmp_path / "out")))
    page.wait_for_selector(".empty")
    page.evaluate(DROP, ["numbers.csv", "a,b\n1,2\n3,4\n"])
    page.wait_for_selector(".uploads .failed")
    told = page.inner_text(".uploads .failed")
    assert told.startswith("not read: ")
    assert "Traceback" not in told
    shot("bad-file")
    page.evaluate(DROP, ["chat.csv", "actor,text\nann,I love it\n"])
    page.wait_for_selector("tbody a")
    counted(page, ".uploads > li", 2)
    assert page.faults == []


def test_columns_that_were_guessed_wrong_are_named_and_the_file_is_read_again(
    page, serve, tmp_path, shot
):
    out = tmp_path / "out"
    page.goto(f"{serve(Settings(out))}#/methods")
    page.wait_for_selector(".cards")
    rows = "Ich liebe es;Anna;g1\nDas ist falsch;Bo;g1\nNein;Anna;g2\nGut;Bo;g2\n"
    page.evaluate(DROP, ["gespräch.csv", f"Nachricht;Wer sagt es;dyad_id\n{rows}"])
    page.wait_for_selector("text=no column of speakers was found")
    counted(page, "tbody a", 1)
    page.click("text=Name its columns")
    page.fill("input[name=actor]", "Wer sagt es")
    page.fill("input[name=session]", "dyad_id")
    shot("columns")
    page.click("text=Read it again")
    counted(page, "tbody a", 2)
    assert page.locator("td.actors").all_inner_texts() == ["2", "2"]
    felt = open_lake(out / "lake").records()
    assert set(felt.frame["actor"]) == {"Anna", "Bo", "speaker"}
    assert page.faults == []


def test_a_recording_alone_is_told_where_it_belongs(page, serve, tmp_path):
    page.goto(serve(Settings(tmp_path / "out")))
    page.wait_for_selector(".empty")
    page.evaluate(DROP, ["talk.wav", "RIFF"])
    page.wait_for_selector("text=Add a recording")
    assert not (tmp_path / "out" / "uploads").exists()


def test_who_has_no_file_looks_at_a_sample(page, serve, tmp_path, shot):
    out = tmp_path / "out"
    page.goto(serve(Settings(out)))
    page.click("#sample")
    counted(page, "tbody a", 6)
    shot("explore")
    assert len(open_lake(out / "lake").records()) == 174
    assert not list((out / "uploads").iterdir())
    assert page.faults == []
