// Find sessions by a drawn line, or by words that are shown as the lines that they mean.
import { latest, post, query } from "./api.js";
import { h } from "./dom.js";
import { number } from "./number.js";
import { drawn, saves } from "./picture.js";
import { reach, shape, sheet } from "./shape.js";
import { buttons } from "./tables.js";
import { T } from "./texts.js";

const W = 400, H = 120, STEPS = 64, PARTS = 16, SENT = 32, FEWEST = 3;
const x = (share) => share * W, y = (v) => ((1 - v) / 2) * (H - 16) + 8;
const point = ([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`;
const path = (row) => h("path", { class: "course", d: row.map(point).join("") });
const score = (one) => `r ${number(one.score)}`;
// how much it moves: a shape alone does not tell
const between = ({ axis, curve }) =>
  T.seek.between(axis, number(Math.min(...curve), 2), number(Math.max(...curve), 2));
const before = new Map(); // by trace: what was looked for last, for who comes back from a session

export function seek(view, { job, axes, about, alone, href }) {
  const asking = latest();
  const said = h("p", { class: "said-as", role: "status" });
  const list = h("div", { class: "kinds", "aria-live": "polite" });
  const kept = h("p", { class: "saves" });
  const words = h("input", { type: "search", id: "phrase", placeholder: T.seek.example,
    autocomplete: "off", "aria-describedby": "phrase-help" });
  const board = pad((values) => { words.value = ""; draw(values); });
  const known = axes.flatMap((space) => space.axes);
  const rest = (name) => known.find((axis) => axis.name === name)?.rest ?? 0;
  const held = before.get(job);
  // once the page is laid out, and on another axis, it is looked for anew
  let again = () => {
    if (held?.text) read(held.text);
    if (!held?.line) return;
    board.lines.replaceChildren(...held.line);
    draw(held.values);
  };

  // what was looked for last is shown, whichever answer comes last
  async function look(place, body, show) {
    const newest = asking();
    again = () => look(place, body, show);
    const path = `/traces/${job}/${place()}`, sent = body();
    const told = await post(path, sent).catch((error) => error);
    if (!newest()) return;
    said.classList.toggle("failed", told instanceof Error);
    if (told instanceof Error) {
      said.textContent = told.message;
      list.replaceChildren();
      kept.replaceChildren();
    }
    show(told, sent);
  }

  function draw(values) {
    before.set(job, { values, line: [...board.lines.childNodes] });
    const asked = () => query(about());
    look(() => `alike${asked()}`, () => values, (told) => {
      if (told instanceof Error) return;
      const { axis } = about();
      said.textContent = T.seek.drawn(axis, alone());
      const found = told.map((one) => ({ ...one, courses: [{ axis, curve: one.curve }] }));
      fill(found, `/traces/${job}/alike/file${asked()}`, values);
    });
  }

  function read(text) {
    if (!text.trim()) return;
    words.value = text;
    before.set(job, { text });
    look(() => "search", () => ({ words: text, ...about() }), (told, sent) => {
      if (told instanceof Error) return void board.lines.replaceChildren();
      said.textContent = T.seek.understood(told.said, alone());
      board.lines.replaceChildren(...told.parts.flatMap(meant));
      fill(told.found, `/traces/${job}/search/file`, sent);
    });
  }

  function fill(found, file, sent) {
    const ranges = {};
    for (const { axis } of found[0]?.courses ?? []) {
      const curves = found.map((one) => one.courses.find((c) => c.axis === axis).curve);
      ranges[axis] = reach(curves, rest(axis));
    }
    const picture = (course) => shape(course.curve, ranges[course.axis]);
    list.replaceChildren(...found.map((one) => h("article", { class: "card" },
      one.courses.flatMap((c) => [h("small", {}, between(c)), picture(c)]),
      h("a", { href: href(one.number), data: { axis: one.courses[0].axis } }, one.session),
      h("small", {}, ` ${score(one)}`))));
    if (!found.length) {
      list.replaceChildren(h("p", { class: "hint" }, T.seek.none));
      return void kept.replaceChildren();
    }
    const pictures = () => found.flatMap((one) => one.courses.map((c) =>
      ({ svg: picture(c), words: `${one.session.slice(-16)} ${c.axis} ${score(one)}` })));
    kept.replaceChildren(T.files, ...buttons(file, () => sent, T.seek.found),
      ...saves("found", () => sheet(said.textContent, pictures(), 4)),
      h("span", {}, T.seek.pad), ...saves("drawing", () => drawn(board.el)));
  }

  const named = new Set(known.map((axis) => axis.name));
  const examples = T.seek.examples.filter(([, needs]) => needs.every((name) => named.has(name)));
  view.replaceChildren(
    h("h2", {}, T.corpus.search),
    h("form", { class: "bar ask", onsubmit: (e) => { e.preventDefault(); read(words.value); } },
      h("label", { for: "phrase", htmlFor: "phrase" }, T.seek.words), words,
      h("button", { type: "submit", class: "main" }, T.seek.find)),
    h("p", { class: "hint", id: "phrase-help" }, T.seek.help),
    h("div", { class: "bar" }, examples.map(([text]) =>
      h("button", { type: "button", class: "get", onclick: () => read(text) }, text))),
    h("p", { class: "hint" }, T.corpus.hint), board.el, said, list, kept);
  return { again: () => again() };
}

// a part of a phrase as a line over its share of the pad
function meant(part, i) {
  const from = part.first / PARTS, wide = (part.last - part.first) / PARTS;
  const last = part.line.length - 1;
  const row = part.line.map((v, k) => [from + 0.01 + (wide - 0.02) * (k / last), v * 0.8]);
  const apart = i && h("line", { class: "apart", x1: x(from), x2: x(from), y1: 0, y2: H });
  return [apart || "", path(row), h("text", { x: x(from) + 6, y: 14 }, part.axis)];
}

// a field to draw a line on; `done` gets it at as many even steps, from its beginning to its end
function pad(done) {
  const points = new Map(), lines = h("g");
  const el = h("svg",
    { viewBox: `0 0 ${W} ${H}`, class: "shape draw", role: "img", "aria-label": T.corpus.draw },
    h("line", { x1: 0, x2: W, y1: H / 2, y2: H / 2, class: "rest" }), lines);
  const sorted = () => [...points].sort((p, q) => p[0] - q[0]);
  let down = false, before = [];

  function at(e) {
    const box = el.getBoundingClientRect();
    const step = Math.round(((e.clientX - box.left) / box.width) * STEPS);
    points.set(step, 1 - (2 * (e.clientY - box.top)) / box.height);
    lines.replaceChildren(path(sorted().map(([a, b]) => [a / STEPS, b])));
  }

  el.addEventListener("pointerdown", (e) => {
    down = true;
    before = [...lines.childNodes];
    points.clear();
    el.setPointerCapture(e.pointerId);
    at(e);
  });
  el.addEventListener("pointermove", (e) => down && at(e));
  // a touch that the browser takes away draws nothing, nor does what hovers after it
  for (const end of ["pointercancel", "lostpointercapture"])
    el.addEventListener(end, () => {
      if (down) lines.replaceChildren(...before);
      down = false;
    });
  el.addEventListener("pointerup", () => {
    if (!down) return;
    down = false;
    const row = sorted();
    if (row.length >= FEWEST) done(even(row));
  });
  return { el, lines };
}

function even(row) {
  const begin = row[0][0], end = row.at(-1)[0];
  return Array.from({ length: SENT }, (_, i) => {
    const place = begin + ((end - begin) * i) / (SENT - 1);
    const k = row.findIndex((p) => p[0] >= place), [a, b] = [row[Math.max(0, k - 1)], row[k]];
    return a[0] === b[0] ? b[1] : a[1] + ((b[1] - a[1]) * (place - a[0])) / (b[0] - a[0]);
  });
}
