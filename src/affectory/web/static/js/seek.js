// Find sessions by a drawn line, or by words that are shown as the lines that they mean.
import { post, query } from "./api.js";
import { h } from "./dom.js";
import { drawn, saves } from "./picture.js";
import { reach, shape, sheet } from "./shape.js";
import { buttons } from "./tables.js";
import { T } from "./texts.js";

const W = 400, H = 120, STEPS = 64, PARTS = 16;

export function seek(view, { job, axes, about, href }) {
  const points = new Map();
  let again = () => {};
  const lines = h("g");
  const pad = h("svg", { viewBox: `0 0 ${W} ${H}`, class: "shape draw", role: "img", "aria-label": T.corpus.draw }, h("line", { x1: 0, x2: W, y1: H / 2, y2: H / 2, class: "rest" }), lines);
  const said = h("p", { class: "said-as", role: "status" }), list = h("div", { class: "kinds", "aria-live": "polite" }), kept = h("p", { class: "saves" });
  const words = h("input", { type: "search", id: "phrase", placeholder: T.seek.example, autocomplete: "off", "aria-describedby": "phrase-help" });
  const x = (share) => share * W, y = (v) => ((1 - v) / 2) * (H - 16) + 8;
  const path = (row) => h("path", { class: "course", d: row.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("") });

  function show(found, how, told, name) {
    const ranges = {};
    for (const { axis } of found[0]?.courses ?? []) ranges[axis] = reach(found.map((one) => one.courses.find((c) => c.axis === axis).curve), rest(axis));
    list.replaceChildren(...found.map((one) => h("article", { class: "card" },
      one.courses.map((c) => [one.courses.length > 1 && h("small", {}, c.axis), shape(c.curve, ranges[c.axis])]).flat(),
      h("a", { href: href(one.number) }, one.session), h("small", {}, ` r ${one.score.toFixed(2)}`))));
    if (!found.length) list.replaceChildren(h("p", { class: "hint" }, T.seek.none));
    const pictures = () => sheet(said.textContent, found.flatMap((one) => one.courses.map((c) => ({ svg: shape(c.curve, ranges[c.axis]), words: `${one.session.slice(-16)} ${c.axis} r ${one.score.toFixed(2)}` }))), 4);
    kept.replaceChildren(...(found.length ? [T.files, ...buttons(how, () => told, name), ...saves("found", pictures), h("span", {}, T.seek.pad), ...saves("drawing", () => drawn(pad))] : []));
  }
  const rest = (name) => axes.flatMap((space) => space.axes).find((axis) => axis.name === name)?.rest ?? 0;

  async function draw(values) {
    again = () => draw(values);
    const found = await post(`/traces/${job}/alike${query(about())}`, values);
    said.textContent = T.seek.drawn(about().axis);
    show(found.map((one) => ({ ...one, courses: [{ axis: about().axis, curve: one.curve }] })), `/traces/${job}/alike/file${query(about())}`, values, T.seek.found);
  }

  async function read(text) {
    if (!text.trim()) return;
    words.value = text;
    again = () => read(text);
    try {
      const body = { words: text, ...about() };
      const told = await post(`/traces/${job}/search`, body);
      said.textContent = T.seek.understood(told.said);
      said.classList.remove("failed");
      lines.replaceChildren(...told.parts.flatMap((part, i) => {
        const from = part.first / PARTS, wide = (part.last - part.first) / PARTS;
        return [i ? h("line", { class: "apart", x1: x(from), x2: x(from), y1: 0, y2: H }) : "", path(part.line.map((v, k) => [from + 0.01 + (wide - 0.02) * (k / (part.line.length - 1)), v * 0.8])),
          h("text", { x: x(from) + 6, y: 14 }, part.axis)];
      }));
      show(told.found, `/traces/${job}/search/file`, body, T.seek.found);
    } catch (error) {
      said.textContent = error.message;
      said.classList.add("failed");
      lines.replaceChildren();
      list.replaceChildren();
      kept.replaceChildren();
    }
  }

  let down = false;
  const at = (e) => {
    const box = pad.getBoundingClientRect();
    points.set(Math.round(((e.clientX - box.left) / box.width) * STEPS), 1 - (2 * (e.clientY - box.top)) / box.height);
    lines.replaceChildren(path(sorted().map(([a, b]) => [a / STEPS, b])));
  };
  const sorted = () => [...points].sort((p, q) => p[0] - q[0]);
  pad.addEventListener("pointerdown", (e) => { down = true; points.clear(); pad.setPointerCapture(e.pointerId); at(e); });
  pad.addEventListener("pointermove", (e) => down && at(e));
  pad.addEventListener("pointerup", () => {
    down = false;
    const row = sorted();
    if (row.length < 3) return;
    const [first, last] = [row[0][0], row.at(-1)[0]];
    words.value = "";
    said.classList.remove("failed");
    // as many even steps as the line has, from its beginning to its end
    draw(Array.from({ length: 32 }, (_, i) => {
      const place = first + ((last - first) * i) / 31, k = row.findIndex((p) => p[0] >= place), [a, b] = [row[Math.max(0, k - 1)], row[k]];
      return a[0] === b[0] ? b[1] : a[1] + ((b[1] - a[1]) * (place - a[0])) / (b[0] - a[0]);
    }));
  });
  const named = new Set(axes.flatMap((space) => space.axes.map((axis) => axis.name)));
  const examples = T.seek.examples.filter(([, needs]) => needs.every((name) => named.has(name)));
  view.replaceChildren(h("h2", {}, T.corpus.search),
    h("form", { class: "bar ask", onsubmit: (e) => { e.preventDefault(); read(words.value); } }, h("label", { for: "phrase", htmlFor: "phrase" }, T.seek.words), words, h("button", { type: "submit", class: "main" }, T.seek.find)),
    h("p", { class: "hint", id: "phrase-help" }, T.seek.help),
    h("div", { class: "bar" }, examples.map(([text]) => h("button", { type: "button", class: "get", onclick: () => read(text) }, text))),
    h("p", { class: "hint" }, T.corpus.hint), pad, said, list, kept);
  return { again: () => again() }; // on another axis, say
}
