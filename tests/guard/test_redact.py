"""guard/redact: one of each kind first, then what must stay, then laws and hostile input."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectory.core.errors import BadChoice, BadValues
from affectory.guard.redact import KINDS, redact


def one(text: str, **how: object) -> str:
    return redact([text], **how).item()


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("write to ana.lópez+x@mail.example.org.", "write to [EMAIL]."),
        ("see https://a.example/b?c=d&e=1, ok", "see [URL], ok"),
        ("see www.site.example/path (good)", "see [URL] (good)"),
        ("on shop.example.com/x now", "on [URL] now"),
        ("see maps.it/rome", "see [URL]"),
        ("card 4111 1111 1111 1111 please", "card [CARD] please"),
        ("card 4111-1111-1111-1111", "card [CARD]"),
        ("not a card 4111111111111112", "not a card [NUMBER]"),
        ("to GB29 NWBK 6016 1331 9268 19 today", "to [IBAN] today"),
        ("ES9121000418450200051332", "[IBAN]"),
        ("from 192.168.0.17 it came", "from [IP] it came"),
        ("v6 2001:db8:85a3:0:0:8a2e:370:7334", "v6 [IP]"),
        ("call +34 600 12 34 56!", "call [PHONE]!"),
        ("call (212) 555-0100 or 020 7946 0018", "call [PHONE] or [PHONE]"),
        ("mi móvil es 600 123 456", "mi móvil es [PHONE]"),
        ("id 12345678Z? no: 123456789", "id 12345678Z? no: [NUMBER]"),
        ("thanks @some_one.", "thanks [HANDLE]."),
    ],
)
def test_one_of_each_kind(text, clean):
    assert one(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "on 2024-03-05 at 12:30:45",
        "on 05/03/2024",
        "I am 47, it cost 1,250.00 in 1999",
        "call 112 or 988",
        "GB29 THIS WILL BE KEPT SINCE IT IS SHOUTED",
        "3.14 and 1:0 and C++ std::vector",
        "a@b is no address",
        "I said so.It was ask.me again",
    ],
)
def test_ordinary_numbers_and_words_stay(text):
    assert one(text, kinds=[kind for kind in KINDS if kind != "handle"]) == text


def test_names_go_in_any_case_with_or_without_accent_and_drawn_out():
    names = ["José", "Mary Ann"]
    assert one("JOSE, josé, Joséeee and mary  ann", names=names) == (
        "[NAME], [NAME], [NAME] and [NAME]"
    )


def test_a_name_inside_a_word_stays():
    assert one("Annabel saw Ann and año", names=["Ann", "An"]) == "Annabel saw [NAME] and año"


def test_a_name_that_spells_a_placeholder_does_not_bite_it():
    once = one("Email: x@y.example, Card Card", names=["Email", "Card"])
    assert once == "[NAME]: [EMAIL], [NAME] [NAME]"
    assert one(once, names=["Email", "Card"]) == once


def test_only_what_was_asked_for_goes():
    text = "a@b.example or +34 600 12 34 56"
    assert one(text, kinds=["email"]) == "[EMAIL] or +34 600 12 34 56"


def test_rows_and_gaps_keep_their_places():
    texts = [None, "x@y.example", "", "plain", "@a @b"]
    assert redact(texts).to_list() == [None, "[EMAIL]", "", "plain", "[HANDLE] [HANDLE]"]
    assert redact([]).to_list() == []


def test_an_unknown_kind_is_refused():
    with pytest.raises(BadChoice, match="shoe size"):
        redact(["x"], kinds=["shoe size"])


def test_what_is_no_column_of_texts_is_refused():
    with pytest.raises(BadValues, match="texts"):
        redact("x@y.example")


WHOLE = "a@b.example +1600123456 4111-1111-1111-1111 12345678 @me www.a.example/x Ana [EMAIL]"
PIECES = st.sampled_from([*WHOLE.split(), "+34 600 123 456", *"[]@.- ()07éx:/+G"])


@given(st.lists(PIECES, max_size=12).map("".join) | st.text())
def test_redacting_twice_changes_nothing(text):
    once = redact([text], names=["Ana"])
    assert redact(once, names=["Ana"]).to_list() == once.to_list()


@given(st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.(com|org|example)", fullmatch=True))
def test_no_address_survives(address):
    assert "@" not in one(f"it is {address}, yes")


@pytest.mark.parametrize(
    "piece", ["1 ", "a.", "@", "www.", "1.1.", "a@", "0", "+1", "A0", "[EMAIL"]
)
def test_time_grows_with_length_and_no_faster(piece):
    def spent(n: int) -> float:
        begin = time.process_time()
        redact([piece * n], names=["Ana"])
        return time.process_time() - begin

    spent(1_000)
    # Eight times the text in at most forty times the time: quadratic growth would be 64-fold.
    assert spent(80_000) < 40 * max(spent(10_000), 0.01)
