// One session: what was said on one side, how it moved on the other, and both linked.
import { ask, query, spoken } from "./api.js";
import { h, watched } from "./dom.js";
import { plane } from "./plane.js";
import { people } from "./people.js";
import { stream } from "./stream.js";
import { T } from "./texts.js";
import { timeline } from "./timeline.js";
import { transcript } from "./transcript.js";

export async function session(main, job, number) {
  const base = `/traces/${job}/sessions/${number}`;
  const [facts, turns] = await Promise.all([ask(base), spoken(base)]);
  const who = people(facts.people.map((one) => one.actor));
  // the turn that is pointed at, the stretch of time that is chosen: all views watch both
  const link = { hover: watched(null), range: watched(null) };
  const spaces = facts.spaces.filter((space) => space.by.length);
  const undo = [];

  const place = new Map(turns.seq.map((seq, at) => [seq, at]));
  const others = await ask(`${base}/others`);
  const load = async (space, by, from = base) => {
    const told = await ask(`${from}/states${query({ space, by })}`);
    return { ...told, at: told.seq.map((seq) => place.get(seq)) };
  };

  const left = h("section", { class: "card transcript", "aria-label": T.turns });
  const right = h("div", { class: "pictures" });
  const { notice, found: flagged } = await ask(`${base}/crisis`);
  main.append(
    h("p", { class: "crumb" }, h("a", { href: `#/t/${job}` }, `← ${T.back}`), h("a", { class: "get", href: `#/t/${job}/s/${number}/rate` }, T.rate.open)),
    h("h1", { class: "name" }, facts.session),
    h("ul", { class: "keys" }, facts.people.map((one) => h("li", {}, who.mark(one.actor), one.actor, h("small", {}, ` ${one.n.toLocaleString("en")}`)))),
    notice ? h("p", { class: "notice", role: "note" }, notice) : "",
    h("div", { class: "beside" }, left, right));

  const list = transcript(left, { turns, facts, base, who, link, flagged });
  undo.push(list.close);
  if (!spaces.length) return () => undo.forEach((f) => f());

  const scales = spaces.filter((space) => space.kind === "dimensions");
  // a handful of emotions says more than three signs, and reads better than twenty-eight
  const shares = spaces.filter((space) => space.kind !== "dimensions" && space.axes.length > 2)
    .sort((a, b) => Math.abs(a.axes.length - 7) - Math.abs(b.axes.length - 7));
  const first = spaces.find((s) => s.name === "vad") ?? scales[0] ?? spaces[0];
  const line = h("section", { class: "card" });
  right.append(line);
  let close = () => {};
  async function draw(name, axis, by, beside) {
    const space = spaces.find((s) => s.name === name);
    const told = await load(name, by);
    const near = others.filter((one) => one.spaces.includes(name) && one.by !== told.by);
    const other = beside && (await load(name, beside.by, `/traces/${beside.job}/sessions/${beside.number}`));
    close();
    const spec = space.axes.find((a) => a.name === axis) ?? space.axes[0];
    const view = h("div", { class: "picture" }), agreed = h("p", { class: "beside-told", role: "status" });
    line.replaceChildren(
      h("div", { class: "bar" }, h("h2", {}, T.timeline),
        choose(T.space, spaces.map((s) => s.name), name, (v) => draw(v)),
        choose(T.axis, space.axes.map((a) => a.name), spec.name, (v) => draw(name, v, told.by)),
        space.by.length > 1 && choose(T.by, space.by, told.by, (v) => draw(name, spec.name, v)),
        near.length > 0 && choose(T.beside.label, [T.beside.none, ...near.map((one) => one.by)], beside?.by ?? T.beside.none, (v) => draw(name, spec.name, told.by, near.find((one) => one.by === v))),
        h("a", { class: "get", href: `/api${base}/file${query({ space: name, kind: "csv" })}`, download: "" }, T.csv),
        h("a", { class: "get", href: `/api${base}/file${query({ space: name, kind: "parquet" })}`, download: "" }, T.parquet)),
      view, agreed, h("p", { class: "hint" }, T.hint));
    if (beside) {
      const one = await ask(`${base}/beside${query({ space: name, axis: spec.name, other: beside.job, place: beside.number, by: beside.by })}`);
      agreed.textContent = T.beside.told(beside.by, one);
    }
    close = timeline(view, { told, other, spec, turns, who, link, clock: facts.clock });
    list.states(told, spec, space);
  }
  await draw(first.name, "valence");
  undo.push(() => close());

  const vad = spaces.find((s) => s.axes.some((a) => a.name === "arousal") && s.axes.some((a) => a.name === "valence"));
  if (vad) {
    const view = h("section", { class: "card" }, h("h2", {}, T.plane));
    right.append(view);
    undo.push(plane(view, { told: await load(vad.name), who, link, space: vad }));
  }
  if (shares.length) {
    const view = h("section", { class: "card" }, h("h2", {}, T.stream));
    right.append(view);
    undo.push(stream(view, { told: await load(shares[0].name), space: shares[0], link }));
  }
  return () => undo.forEach((f) => f());
}

function choose(label, values, value, onpick) {
  return h("label", { class: "pick" }, h("span", {}, label), h("select", { onchange: (e) => onpick(e.target.value) },
    values.map((v) => h("option", { value: v, selected: v === value }, v))));
}
