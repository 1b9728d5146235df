"""Draw the map of SIMULATED moods of regions, and the space of concepts of SIMULATED lives.

    python benchmarks/life_maps.py --data DATA --out FOLDER

The first needs `foursquare_nyc` in DATA; the second what `affectory train forecast/lives` made.
"""

import argparse
from pathlib import Path

from affectory.bench.moods import place_of, simulated_moods
from affectory.core import registry
from affectory.represent.vocabularies import VALENCE
from affectory.senses.life import SPECIALS
from affectory.show.concepts import concept_map
from affectory.show.regions import region_map
from affectory.sources.stays import read_foursquare, split_stays


def main() -> None:
    """Draw both into a folder."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--data", type=Path, required=True)
    told.add_argument("--out", type=Path, required=True)
    told.add_argument("--seed", type=int, default=0)
    asked = told.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    stays = read_foursquare(asked.data / "foursquare_nyc")
    train = split_stays(stays, stays.meta("split").to_list())["train"]
    moods = simulated_moods(train, asked.seed)[0].drop_nulls()  # of too few persons: not drawn
    places = [place_of(cell) for cell in moods["region"]]
    drawn = region_map(moods, VALENCE.axes[0], places, title="SIMULATED moods of regions")
    drawn.figure.savefig(asked.out / "region_moods.svg", format="svg")
    print(asked.out / "region_moods.svg")
    names, vectors = registry.make("forecast/lives").tokens()
    words = names[len(SPECIALS) :]
    family = [word.partition("_")[0].lower() for word in words]
    title = "Tokens of SIMULATED lives as they were learned"
    drawn = concept_map(vectors[len(SPECIALS) :], words, family, title=title)
    drawn.figure.savefig(asked.out / "concepts.svg", format="svg")
    print(asked.out / "concepts.svg")


if __name__ == "__main__":
    main()
