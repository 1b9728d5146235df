"""A report as OpenTelemetry attributes and span events: plain mappings, no library needed.

The names are those that the authors' gateway writes, so that dashboards made for it go on.
"""

__all__ = ["attributes", "events"]

import json

from affectory.measure.triage import CATEGORIES, Report

Value = str | int | float


def attributes(report: Report) -> dict[str, Value]:
    """Return what is set on the span of a conversation.

    Example:
        >>> from affectory.measure.telemetry import attributes
        >>> from affectory.measure.triage import Decay, Report, Sign, Turns
        >>> told = (Sign("interaction.satisfaction.gratitude", 2, "thank you"),)
        >>> attributes(Report("s1", told, Turns.of(2, 1, Decay())))["signals.quality"]
        'good'
    """
    told: dict[str, Value] = {
        "signals.quality": report.quality,
        "signals.quality_score": report.score,
        "signals.turn_count": report.turns.user_turns,
        "signals.efficiency_score": report.turns.efficiency,
    }
    for name, count in report.counts.items():
        if count:
            told[f"signals.{CATEGORIES[name]}.count"] = count
            told[f"signals.{CATEGORIES[name]}.severity"] = report.severities[name]
    return told


def events(report: Report) -> list[tuple[str, dict[str, Value]]]:
    """Return the span events: one a sign, its name and its attributes."""
    out = []
    for sign in report.signs:
        told: dict[str, Value] = {
            "signal.type": sign.type,
            "signal.message_index": sign.message_index,
            "signal.confidence": sign.confidence,
        }
        if sign.snippet:
            told["signal.snippet"] = sign.snippet
        if sign.metadata:
            told["signal.metadata"] = json.dumps(dict(sign.metadata), ensure_ascii=False)
        out.append((f"signal.{sign.type}", told))
    return out
