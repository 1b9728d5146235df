"""senses.marks: what an encoding lost comes back."""

from affectory.senses.marks import plain


def test_apostrophes_of_windows_1252_are_apostrophes():
    assert plain("He\x92s lost it") == "He's lost it"


def test_curly_quotes_dashes_and_blanks_are_plain():
    assert plain("\u201cWell\u201d\u2014\u00a0no\x85") == '"Well" - no...'


def test_what_is_plain_stays():
    assert plain('It\'s "fine" - really...') == 'It\'s "fine" - really...'
    assert plain("") == ""
