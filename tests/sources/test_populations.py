"""sources/populations: the daily file in miniature, and the published one where it is."""

import os
from pathlib import Path

import pytest

from affectory.core.errors import BadFile
from affectory.sources.populations import read_daily_emotions

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
HEAD = "region,date,tot_n,weekday,wordlist,wordlist_n,pr\n"


def test_shares_stand_by_region_and_day(tmp_path):
    rows = (
        "b,2020-01-02,50,T,anger,5,10\na,2020-01-01,40,W,anger,4,20\na,2020-01-03,40,F,anger,4,30\n"
    )
    (tmp_path / "daily_emotions.csv").write_text(HEAD + rows, encoding="utf-8")
    found = read_daily_emotions(tmp_path)
    assert found.felt.sessions == ("a", "b")
    assert found.felt.start.tolist() == [18262.0, 18264.0, 18263.0]  # a day is missing, not zero
    assert found.felt.axis("anger").round(2).tolist() == pytest.approx([0.2, 0.3, 0.1])
    assert found.posts.tolist() == [40.0, 40.0, 50.0]


def test_a_share_that_is_no_per_cent_is_refused(tmp_path):
    (tmp_path / "daily_emotions.csv").write_text(HEAD + "a,2020-01-01,1,W,anger,1,101\n")
    with pytest.raises(BadFile, match="per cent"):
        read_daily_emotions(tmp_path)


@pytest.mark.skipif(not (DATA / "covid_twitter_emotions").is_dir(), reason="no data set")
def test_the_published_file_has_21_regions_and_four_lists():
    felt = read_daily_emotions(DATA / "covid_twitter_emotions").felt
    assert len(felt.sessions) == 21
    assert len(felt) * felt.space.k == 42_432
