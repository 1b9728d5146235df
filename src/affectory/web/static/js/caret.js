// The keyboard on the time line: arrows walk from state to state, with Shift they choose turns.
import { T } from "./texts.js";

export function caret(view, { told, spec, link, when, zoom, reset }) {
  const n = told.start.length;
  const rows = new Map(told.at.map((at, i) => [at, i]));
  let now = 0, anchor = null;
  const words = (i) => {
    const v = told.values[spec.name][i], s = told.spreads[spec.name]?.[i];
    return T.reading(told.actor[i], when(i), spec.name, v, s);
  };

  function say(i) {
    view.setAttribute("aria-valuenow", i + 1);
    view.setAttribute("aria-valuetext", words(i));
  }

  function keydown(e) {
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, PageDown: now + 10, PageUp: now - 10, Home: 0, End: n - 1 }[e.key];
    if (to === undefined) {
      const act = { Escape: reset, "+": () => zoom(now, true), "=": () => zoom(now, true), "-": () => zoom(now, false) }[e.key];
      if (act) { e.preventDefault(); anchor = null; act(); }
      return;
    }
    e.preventDefault();
    if (e.shiftKey) anchor ??= now;
    else anchor = null;
    now = Math.max(0, Math.min(n - 1, to));
    say(now);
    link.hover.set(told.at[now] ?? null);
    if (anchor !== null) link.range.set([told.start[Math.min(anchor, now)], told.start[Math.max(anchor, now)]]);
  }

  const off = link.hover.watch((at) => { if (rows.has(at)) now = rows.get(at); });
  view.tabIndex = 0;
  for (const [name, value] of Object.entries({ role: "slider", "aria-label": T.timeline, "aria-valuemin": 1, "aria-valuemax": n, "aria-describedby": "timeline-hint" })) view.setAttribute(name, value);
  say(0);
  view.addEventListener("keydown", keydown);
  return { words, close: () => { off(); view.removeEventListener("keydown", keydown); } };
}
