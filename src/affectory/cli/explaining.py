"""`affectory explain`: a label for a text, and the words that it rests on."""

from typing import Annotated

import typer


def explain(
    texts: Annotated[list[str], typer.Argument(help="One or more texts.", show_default=False)],
    method: Annotated[
        str, typer.Option("--with", "-m", help="Explainer; see `affectory methods`.")
    ] = "explain/interpret",
    space: Annotated[str, typer.Option(help="goemotions28, ekman7n, polarity or vad.")] = "ekman7n",
    axis: Annotated[
        str | None, typer.Option(help="Explain this axis; default: what stands out most.")
    ] = None,
    listed: Annotated[
        bool, typer.Option("--listed", help="Quote listed words, not what the reader misses.")
    ] = False,
    sentences: Annotated[bool, typer.Option("--sentences", help="Quote sentences.")] = False,
    model: Annotated[
        str | None, typer.Option(help="Language model that writes the reason; `models list`.")
    ] = None,
    strategy: Annotated[
        str, typer.Option(help="zero-shot, sentiment, emotion, chain or emotion-chain.")
    ] = "emotion-chain",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Say which emotion a text expresses, why, with its words, and what to doubt.

    A text in which crisis phrases are found gets a notice instead.

    Examples: affectory explain "I am so sad, and alone."; affectory explain "Well done!" --listed
    """
    import polars as pl

    from affectory.cli import tables
    from affectory.core import registry
    from affectory.core.errors import BadChoice, NoRecords
    from affectory.core.records import Records

    if not method.startswith("explain/"):
        explainers = [name for name in registry.methods() if name.startswith("explain/")]
        raise BadChoice("--with", method, explainers)
    frame = pl.DataFrame({"session": "texts", "actor": "somebody", "text": texts})
    records = Records(frame)
    reader = registry.make("perceive/utterance")
    states = reader.perceive(records)
    if space not in states:
        raise BadChoice("--space", space, list(states))
    told: dict[str, object] = {"axis": axis, "strategy": strategy}
    told |= {"grain": "sentences" if sentences else "words"}
    told |= {} if listed else {"perceiver": reader}
    if model is not None:
        from affectory.lm.catalogue import open_model

        told["model"] = open_model(model)
    explainer = registry.make(method, **told)
    rows = [
        {
            "text": each.record,
            "about": each.axis,
            "kind": "notice" if each.by.startswith("guard") else each.kind.value,
            "words": each.text,
            "from": None if each.span is None else each.span[0],
            "to": None if each.span is None else each.span[1],
            "weight": round(each.weight, 3),
        }
        for each in explainer.explain(records, states[space])
    ]
    if not rows:
        raise NoRecords("affectory explain", "give a text in words")
    tables.show(pl.DataFrame(rows, infer_schema_length=None), limit=500, as_json=as_json)
