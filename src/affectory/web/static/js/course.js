// The card of the time line: which Space, axis and author; who stands beside; what can be saved.
import { ask, latest, query } from "./api.js";
import { h } from "./dom.js";
import { saves } from "./picture.js";
import { got } from "./tables.js";
import { T } from "./texts.js";
import { timeline } from "./timeline.js";

export function course(card, { base, facts, spaces, others, turns, who, link, load, list }) {
  const asking = latest();
  let shown = null;

  async function draw(name, axis, by, beside) {
    const newest = asking(), space = spaces.find((s) => s.name === name);
    const from = beside && `/traces/${beside.job}/sessions/${beside.number}`;
    const [told, other] = await Promise.all([load(name, by), beside && load(name, beside.by, from)]);
    if (!newest()) return; // something else was chosen meanwhile
    const spec = space.axes.find((a) => a.name === axis) ?? space.axes[0];
    const near = others.filter((one) => one.spaces.includes(name) && one.by !== told.by);
    const view = h("div", { class: "picture" });
    const agreed = h("p", { class: "beside-told", role: "status" });
    const file = (kind) => got(`${base}/file${query({ space: name, by: told.by, kind })}`, T[kind]);
    shown?.close();
    card.replaceChildren(
      h("div", { class: "bar" }, h("h2", {}, T.timeline),
        choose(T.space, spaces.map((s) => s.name), name, (v) => draw(v)),
        choose(T.axis, space.axes.map((a) => a.name), spec.name,
          (v) => draw(name, v, told.by, beside)),
        space.by.length > 1 ? choose(T.by, space.by, told.by, (v) => draw(name, spec.name, v)) : author(told.by),
        near.length > 0 && choose(T.beside.label, [T.beside.none, ...near.map((one) => one.by)],
          beside?.by ?? T.beside.none,
          (v) => draw(name, spec.name, told.by, near.find((one) => one.by === v)))),
      view, agreed, h("p", { class: "hint", id: "timeline-hint" }, T.hint));
    shown = timeline(view, { told, other, spec, turns, who, link, clock: facts.clock });
    card.append(h("p", { class: "saves" }, T.files, file("csv"), file("parquet"),
      saves(`timeline-${spec.name}`, shown.svg)));
    list.states(told, spec, space);
    link.by.set(told.by);
    if (!beside) {
      if (space.by.length < 2 && told.by !== facts.method) agreed.textContent = T.beside.alone(told.by, name);
      return;
    }
    const { job, number: place } = beside;
    const both = query({ space: name, axis: spec.name, other: job, place, by: beside.by });
    const one = await ask(`${base}/beside${both}`);
    if (newest()) agreed.textContent = T.beside.told(beside.by, one);
  }

  return { draw, close: () => shown?.close() };
}

// who gave what is seen, where nobody else did
const author = (by) => h("span", { class: "pick" }, h("span", {}, T.by), h("b", {}, by));

// a list to choose from; a choice is its own name, or [value, name]
export function choose(label, values, value, onpick) {
  const options = values.map((one) => (Array.isArray(one) ? one : [one, one]));
  return h("label", { class: "pick" }, h("span", {}, label),
    h("select", { onchange: (e) => onpick(e.target.value) },
      options.map(([v, words]) => h("option", { value: v, selected: v === value }, words))));
}
