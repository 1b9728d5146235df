// The figures that runs noted in the lake: a board by task and figure, best first where that is known.
import { ask } from "./api.js";
import { h } from "./dom.js";
import { forest, say } from "./forest.js";
import { saves } from "./picture.js";
import { links } from "./tables.js";
import { T } from "./texts.js";

const AT_ONCE = 20;

export async function figures(main) {
  const rows = await ask("/figures");
  main.append(h("h1", {}, T.pages.figures));
  if (!rows.length) return void main.append(h("p", { class: "empty" }, T.figures.empty));
  const boards = [], list = h("div", { class: "queue" });
  const find = h("input", { type: "search", placeholder: T.figures.find, "aria-label": T.figures.find, oninput: () => show(AT_ONCE) });
  main.append(h("div", { class: "bar" }, find, h("span", { class: "saves" }, T.files, links("/figures/file", T.pages.figures))), h("p", { class: "hint" }, T.figures.lead), list);

  function show(most) {
    boards.splice(0).forEach((close) => close());
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = rows.filter((row) => words.every((word) => `${row.task} ${row.figure} ${row.method} ${row.setting}`.toLowerCase().includes(word)));
    const sets = [...Map.groupBy(kept, (row) => `${row.task}\n${row.figure}`).values()].sort((p, q) => last(p[0]) - last(q[0]) || !p[0].better - !q[0].better || p[0].task.localeCompare(q[0].task) || p[0].figure.localeCompare(q[0].figure));
    list.replaceChildren(...sets.slice(0, most).map((set) => board(set, boards)), sets.length > most ? h("button", { type: "button", onclick: () => show(most * 4) }, T.figures.more(sets.length - most)) : "");
    for (const open of list.querySelectorAll(".forest")) open.dispatchEvent(new Event("ready")); // a picture needs its width
  }
  show(AT_ONCE);
  return () => boards.forEach((close) => close());
}

// what a trace counts stands behind what was measured
const last = (row) => (row.task === "trace" ? 1 : 0);

function board(rows, boards) {
  const { task, figure, better, unit } = rows[0];
  rows.sort((p, q) => (p.value === null) - (q.value === null) || (better === "less" ? p.value - q.value : q.value - p.value));
  const picture = h("div", { class: "forest" });
  const title = `${figure}${unit ? `, ${unit}` : ""}`;
  let drawn = null;
  const told = rows.some((row) => row.low !== null || row.published !== null || row.value !== rows[0].value);
  if (told && task !== "trace") picture.addEventListener("ready", () => {
    drawn = forest(picture, rows.map((row) => ({ label: row.method || row.run, value: row.value, low: row.low, high: row.high, other: row.published })), { title });
    boards.push(drawn.close);
  }, { once: true });
  const number = (v) => (v === null ? "–" : say(v));
  return h("article", { class: "card" },
    h("div", { class: "bar" }, h("h2", {}, `${task} · ${figure}`), h("span", { class: "grade" }, T.figures.better[task === "trace" ? "count" : better ?? "unknown"])),
    picture,
    h("div", { class: "pan", tabIndex: 0, role: "region", "aria-label": `${task} ${figure}` }, h("table", {}, h("thead", {}, h("tr", {}, T.figures.head.map((w, i) => h("th", { scope: "col", class: i === 1 || i > 5 ? "" : "n" }, w)))),
      h("tbody", {}, rows.map((row, i) => h("tr", {}, h("td", { class: "n" }, better && row.value !== null ? place(rows, i) : "–"), h("th", { scope: "row" }, row.method || row.run), h("td", { class: "n" }, `${number(row.value)} ${row.unit}`),
        h("td", { class: "n" }, row.low === null ? "" : `${number(row.low)} to ${number(row.high)}`), h("td", { class: "n" }, row.published === null ? "" : number(row.published)), h("td", { class: "n" }, row.n.toLocaleString("en")),
        h("td", {}, row.at.slice(0, 16).replace("T", " ")), h("td", { class: "setting", title: row.setting }, row.setting)))))),
    told && task !== "trace" ? h("p", { class: "saves" }, T.files, saves("figure", () => drawn.svg())) : "");
}

// equal values share a place
const place = (rows, i) => rows.findIndex((row) => row.value === rows[i].value) + 1;
