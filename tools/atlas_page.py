"""Write docs/atlas.md anew: a few words, then the map as `affectory atlas` draws it."""

from pathlib import Path

from affectory.bench.atlas import atlas, markdown

HEAD = """# The atlas [24]

Every method of the house, and every published system that is to live here, has one place: a
task and a technique. What works is in code letters, what is planned is not. The taxonomy begins
with that of Zhang et al. (2024, system 24), which is about text; senses, dynamics and agents are
added. The page is drawn from the Cards (`python tools/atlas_page.py`), and a test holds that it
is up to date.

```console
affectory atlas --works
affectory atlas --task conversation
affectory atlas --technique rules --offline
affectory atlas --gaps
```

"""

if __name__ == "__main__":
    page = Path(__file__).parents[1] / "docs" / "atlas.md"
    page.write_text(HEAD + markdown(atlas()), encoding="utf-8")
    print(page)
