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
let chosen = ""; // what was looked at last stays chosen when the page is opened again

// Call show() with what was looked up, as often as it is: what is chosen, and the keyboard, stay.
export function chorus(view, clock) {
  let rows = [], board = null;
  const key = ([row]) => `${row.space}, ${row.axis}, ${T.rate.short[row.kind]}`;
  const pick = h("select", { onchange: () => { chosen = pick.value; board.draw(); } });
  const paint = (pen, wide, high) => sketch(pen, drawing(rows.find((one) => key(one) === pick.value), { wide, high, clock, title: pick.value }));

  function show(next) {
    rows = next;
    view.hidden = !rows.length;
    if (!rows.length) return;
    const names = rows.map(key), was = [...pick.options].map((one) => one.value);
    if (names.join("\n") !== was.join("\n")) {
      pick.replaceChildren(...names.map((name) => h("option", { value: name }, name)));
      pick.value = names.includes(chosen) ? chosen : names[0];
    }
    if (board) return board.draw();
    view.append(h("div", { class: "bar" }, h("label", { class: "pick" }, h("span", {}, T.rate.picture), pick),
      saves("raters", () => { const pen = new Pen(); paint(pen, 760, 320); return pen.svg(760, 320, css("--panel")); })));
    board = canvas(view, HIGH, paint, () => {}, T.rate.picture);
  }
  return { show, close: () => board?.close() };
}

function drawing([row, told], { wide, high, clock, title }) {
  const who = people(told.raters), { at, traces, gold } = told;
  const known = traces.flat().concat(gold ? gold.values : []).filter((v) => v !== null);
  const low = Math.min(...known), top = Math.max(...known), room = 0.06 * (top - low || 1);
  const drawn = (name, how, ...of) => kept(row.kind === "traced", ...of).map((part, i) => ({ name: i ? "" : name, ...how, ...part }));
  const lines = told.raters.flatMap((name, i) => drawn(name, { colour: who.colour(name), dash: DASHES[i % DASHES.length] }, at, traces[i]));
  if (gold) lines.push(...drawn(T.rate.together, { colour: css("--ink") }, gold.at, gold.values, gold.spread));
  const x = [at[0], at.at(-1)], y = [low - room, top + room];
  const even = ([from, to], n, words) => Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1)).map((v) => [v, words(v)]);
  return { wide, high, x, y, title, lines, ink: css("--ink"), grid: css("--line"),
    ticks: { x: even(x, wide < 420 ? 3 : 6, (t) => moment(t, clock)), y: even(y, 4, (v) => number(v)) } };
}

// what is known, in one piece, or where holes stay holes, in as many as there are
function kept(holes, at, values, spread) {
  const parts = [[]];
  values.forEach((v, i) => {
    if (v !== null) parts.at(-1).push(i);
    else if (holes && parts.at(-1).length) parts.push([]);
  });
  const wide = (i) => spread[i] ?? 0;
  return parts.filter((some, i) => some.length || !i).map((some) => {
    const of = (f) => some.map(f);
    return { t: of((i) => at[i]), v: of((i) => values[i]),
      ...(spread ? { low: of((i) => values[i] - wide(i)), high: of((i) => values[i] + wide(i)) } : {}) };
  });
}
