// The figures that runs noted in the lake: a board by task and figure, best first where that is known.
import { ask } from "./api.js";
import { h } from "./dom.js";
import { forest, say } from "./forest.js";
import { saves } from "./picture.js";
import { links } from "./tables.js";
import { T } from "./texts.js";

const AT_ONCE = 20, MORE = 4;

export async function figures(main) {
  const rows = newest(await ask("/figures"));
  main.append(h("h1", {}, T.pages.figures));
  if (!rows.length) return void main.append(h("p", { class: "empty" }, T.figures.empty));
  const boards = [], list = h("div", { class: "queue" });
  const find = h("input", { type: "search", placeholder: T.figures.find,
    "aria-label": T.figures.find, oninput: () => show(AT_ONCE) });
  main.append(
    h("div", { class: "bar" }, find,
      h("span", { class: "saves" }, T.files, links("/figures/file", T.pages.figures))),
    h("p", { class: "hint" }, T.figures.lead), list);

  function show(most) {
    boards.splice(0).forEach((close) => close());
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = rows.filter((row) => words.every((word) => told(row).includes(word)));
    const sets = [...Map.groupBy(kept, (row) => `${row.task}\n${row.figure}`).values()].sort(order);
    const more = sets.length > most
      && h("button", { type: "button", onclick: () => show(most * MORE) },
        T.figures.more(sets.length - most));
    list.replaceChildren(...sets.slice(0, most).map((set) => board(set, boards)), more || "");
    for (const open of list.querySelectorAll(".forest")) {
      open.dispatchEvent(new Event("ready")); // a picture needs its width
    }
  }
  show(AT_ONCE);
  return () => boards.forEach((close) => close());
}

// of what was measured again in the same way the last counts: they come the last noted first
function newest(rows) {
  const seen = new Map();
  for (const row of rows) {
    const key = JSON.stringify([row.task, row.figure, row.method, row.setting, row.task === "trace" && row.run]);
    const first = seen.get(key);
    if (first) first.earlier += 1;
    else seen.set(key, { ...row, earlier: 0 });
  }
  return [...seen.values()];
}

const told = (row) => `${row.task} ${row.figure} ${row.method} ${row.setting}`.toLowerCase();

// what a trace counts stands behind what was measured, what nobody knows to judge behind the rest
const last = ({ task }) => (task === "trace" ? 1 : 0);
const order = ([p], [q]) => last(p) - last(q) || !p.better - !q.better
  || p.task.localeCompare(q.task) || p.figure.localeCompare(q.figure);

function board(rows, boards) {
  const { task, figure, better, unit } = rows[0], counted = task === "trace";
  rows.sort((p, q) => (p.value === null) - (q.value === null)
    || (better === "less" ? p.value - q.value : q.value - p.value));
  const differs = (row) => row.low !== null || row.published !== null || row.value !== rows[0].value;
  const drawable = !counted && rows.some(differs);
  const picture = h("div", { class: "forest" });
  let drawn = null;
  if (drawable) picture.addEventListener("ready", () => {
    drawn = forest(picture, rows.map(line), { title: `${figure}${unit ? `, ${unit}` : ""}` });
    boards.push(drawn.close);
  }, { once: true });
  return h("article", { class: "card" },
    h("div", { class: "bar" }, h("h2", {}, `${task} · ${figure}`),
      h("span", { class: "grade" }, T.figures.better[counted ? "count" : better ?? "unknown"])),
    picture,
    h("div", { class: "pan", tabIndex: 0, role: "region", "aria-label": `${task} ${figure}` },
      table(rows, better)),
    drawable ? h("p", { class: "saves" }, T.files, saves("figure", () => drawn.svg())) : "");
}

const named = (row) => row.method || row.run;
const line = (row) =>
  ({ label: named(row), value: row.value, low: row.low, high: row.high, other: row.published });

function table(rows, better) {
  const n = (words) => h("td", { class: "n" }, words);
  const number = (v) => (v === null ? "–" : say(v));
  return h("table", {},
    h("thead", {}, h("tr", {}, T.figures.head.map((words, i) =>
      h("th", { scope: "col", class: i === 1 || i > 5 ? "" : "n" }, words)))),
    h("tbody", {}, rows.map((row, i) => h("tr", {},
      n(better && row.value !== null ? place(rows, i) : "–"),
      h("th", { scope: "row" }, named(row)),
      n(`${number(row.value)} ${row.unit}`),
      n(row.low === null ? "" : `${number(row.low)} to ${number(row.high)}`),
      n(row.published === null ? "" : number(row.published)),
      n(row.n.toLocaleString("en")),
      h("td", {}, row.at.slice(0, 16).replace("T", " "), row.earlier ? h("small", {}, ` ${T.figures.earlier(row.earlier)}`) : ""),
      h("td", { class: "setting", title: row.setting }, row.setting)))));
}

// equal values share a place
const place = (rows, i) => rows.findIndex((row) => row.value === rows[i].value) + 1;
