// What all raters say of one axis over time, and what they say together with its band.
import { canvas } from "./canvas.js";
import { css, h } from "./dom.js";
import { number } from "./number.js";
import { Pen } from "./pen.js";
import { people } from "./people.js";
import { saves } from "./picture.js";
import { sketch } from "./sketch.js";
import { T } from "./texts.js";
import { moment } from "./times.js";

const HIGH = 260, DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
let chosen = ""; // what was looked at last stays chosen when the figures are looked up again

export function chorus(view, rows, clock) {
  view.replaceChildren();
  if (!rows.length) return () => {};
  const key = ([row]) => `${row.space}, ${row.axis}, ${T.rate.short[row.kind]}`;
  const pick = h("select", { onchange: () => { chosen = pick.value; board.draw(); } }, rows.map((one) => h("option", { value: key(one), selected: key(one) === chosen }, key(one))));
  const told = () => (rows.find((one) => key(one) === pick.value) ?? rows[0])[1];
  const paint = (pen, wide, high) => sketch(pen, drawing(told(), { wide, high, clock, title: pick.value }));
  view.append(h("div", { class: "bar" }, h("label", { class: "pick" }, h("span", {}, T.rate.picture), pick),
    saves("raters", () => { const pen = new Pen(); paint(pen, 760, 320); return pen.svg(760, 320, css("--panel")); })));
  const board = canvas(view, HIGH, paint, () => {}, T.rate.picture);
  return board.close;
}

function drawing(told, { wide, high, clock, title }) {
  const who = people(told.raters), { at, traces, gold } = told;
  const known = traces.flat().concat(gold ? gold.values : []).filter((v) => v !== null);
  const low = Math.min(...known), top = Math.max(...known), room = 0.06 * (top - low || 1);
  const lines = told.raters.map((name, i) => ({ name, colour: who.colour(name), dash: DASHES[i % DASHES.length], ...kept(at, traces[i]) }));
  if (gold) {
    const line = kept(gold.at, gold.values, gold.spread);
    lines.push({ name: T.rate.together, colour: css("--ink"), ...line });
  }
  const x = [at[0], at.at(-1)], y = [low - room, top + room];
  const even = ([from, to], n, words) => Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1)).map((v) => [v, words(v)]);
  return { wide, high, x, y, title, lines, ink: css("--ink"), grid: css("--line"),
    ticks: { x: even(x, wide < 420 ? 3 : 6, (t) => moment(t, clock)), y: even(y, 4, (v) => number(v)) } };
}

function kept(at, values, spread) {
  const some = values.map((v, i) => i).filter((i) => values[i] !== null);
  const of = (f) => some.map(f);
  const wide = (i) => spread?.[i] ?? 0;
  return { t: of((i) => at[i]), v: of((i) => values[i]),
    ...(spread ? { low: of((i) => values[i] - wide(i)), high: of((i) => values[i] + wide(i)) } : {}) };
}
