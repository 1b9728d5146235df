// Kinds of shapes, odd sessions, a search by drawing, groups beside each other.
import { ask, query } from "./api.js";
import { h } from "./dom.js";
import { T } from "./texts.js";

const W = 200, H = 80;

export async function corpus(main, job) {
  const drawn = h("div"), found = h("div"), compared = h("div");
  main.append(h("p", { class: "crumb" }, h("a", { href: `#/t/${job}` }, `← ${T.back}`)), h("h1", {}, T.corpus.title), drawn, found, compared);
  await kinds(drawn, job, 4);
  found.append(search(job));
  const columns = await ask(`/traces/${job}/columns`);
  if (columns.length) compared.append(groups(job, columns));
}

async function kinds(view, job, k) {
  let told;
  try {
    told = await ask(`/traces/${job}/kinds${query({ k })}`);
  } catch (error) {
    view.replaceChildren(h("p", { class: "hint" }, error.message));
    return;
  }
  const all = [...told.kinds.flatMap((one) => [...one.low, ...one.high]), 0];
  const range = [Math.min(...all), Math.max(...all)];
  view.replaceChildren(
    h("div", { class: "bar" }, h("h2", {}, T.corpus.kinds(told.n, told.axis)),
      h("label", { class: "pick" }, T.corpus.many, h("select", { onchange: (e) => kinds(view, job, +e.target.value) }, [2, 3, 4, 5, 6, 8, 10].map((v) => h("option", { value: v, selected: v === k }, v))))),
    h("div", { class: "kinds" }, told.kinds.map((one) => h("article", { class: "card" },
      picture(one.mean, range, one.low, one.high), h("p", {}, h("b", {}, one.n.toLocaleString("en")), ` ${T.corpus.sessions(one.n)}`),
      h("ul", { class: "plain" }, one.examples.map((s) => h("li", {}, link(job, s))))))),
    h("h2", {}, T.corpus.odd), h("div", { class: "kinds" }, told.odd.map((s) => h("article", { class: "card" }, picture(s.curve, range), link(job, s)))));
}

const link = (job, s) => h("a", { href: `#/t/${job}/s/${s.number}` }, s.session);

function picture(values, [low, high], under, over) {
  const x = (i) => ((i / (values.length - 1)) * (W - 8) + 4).toFixed(1), y = (v) => (H - 6 - ((v - low) / (high - low || 1)) * (H - 12)).toFixed(1);
  const line = (row) => row.map((v, i) => `${i ? "L" : "M"}${x(i)} ${y(v)}`).join("");
  const band = under && `${line(over)}${[...under].reverse().map((v, i) => `L${x(under.length - 1 - i)} ${y(v)}`).join("")}Z`;
  return h("svg", { viewBox: `0 0 ${W} ${H}`, class: "shape", role: "img", "aria-label": values.map((v) => v.toFixed(1)).join(" ") },
    h("line", { x1: 0, x2: W, y1: y(0), y2: y(0), class: "rest" }), band ? h("path", { d: band, class: "band" }) : "", h("path", { d: line(values), class: "course" }));
}

// a line is drawn from left to right; the keyboard has words instead
function search(job) {
  const points = new Map();
  const line = h("path", { class: "course" });
  const pad = h("svg", { viewBox: `0 0 ${W * 2} ${H * 1.5}`, class: "shape draw", role: "img", "aria-label": T.corpus.draw }, h("line", { x1: 0, x2: W * 2, y1: H * 0.75, y2: H * 0.75, class: "rest" }), line);
  const list = h("div", { class: "kinds", "aria-live": "polite" });
  const show = async (values) => {
    const told = await ask(`/traces/${job}/alike`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(values) });
    const all = told.flatMap((s) => s.curve);
    list.replaceChildren(...told.map((s) => h("article", { class: "card" }, picture(s.curve, [Math.min(0, ...all), Math.max(0, ...all)]), link(job, s), h("small", {}, ` r ${s.score.toFixed(2)}`))));
  };
  let down = false;
  const at = (e) => {
    const box = pad.getBoundingClientRect();
    points.set(Math.round(((e.clientX - box.left) / box.width) * 64), 1 - (2 * (e.clientY - box.top)) / box.height);
    const row = [...points].sort((p, q) => p[0] - q[0]);
    line.setAttribute("d", row.map(([x, y], i) => `${i ? "L" : "M"}${(x / 64) * W * 2} ${((1 - y) / 2) * H * 1.5}`).join(""));
  };
  pad.addEventListener("pointerdown", (e) => { down = true; points.clear(); pad.setPointerCapture(e.pointerId); at(e); });
  pad.addEventListener("pointermove", (e) => down && at(e));
  pad.addEventListener("pointerup", () => {
    down = false;
    const row = [...points].sort((p, q) => p[0] - q[0]);
    if (row.length < 3) return;
    const [first, last] = [row[0][0], row.at(-1)[0]];
    // as many even steps as the line has, from its beginning to its end
    show(Array.from({ length: 32 }, (_, i) => {
      const x = first + ((last - first) * i) / 31, k = row.findIndex((p) => p[0] >= x), [a, b] = [row[Math.max(0, k - 1)], row[k]];
      return a[0] === b[0] ? b[1] : a[1] + ((b[1] - a[1]) * (x - a[0])) / (b[0] - a[0]);
    }));
  });
  const words = Object.entries(T.corpus.shapes).map(([name, { word, values }]) => h("button", { type: "button", id: `shape-${name}`, onclick: () => show(values) }, word));
  return h("section", { class: "card" }, h("h2", {}, T.corpus.search), h("p", { class: "hint" }, T.corpus.hint), pad, h("div", { class: "bar" }, words), list);
}

function groups(job, columns) {
  const body = h("tbody");
  const state = { by: columns[0], measure: "mean" };
  const show = async () => {
    const told = await ask(`/traces/${job}/groups${query(state)}`);
    const number = (v) => (v === null ? "–" : v.toFixed(3).replace("-", "−"));
    body.replaceChildren(...told.map((one) => h("tr", {}, h("th", { scope: "row" }, one.value || "–"), h("td", { class: "n" }, one.n), h("td", { class: "n" }, number(one.mean)), h("td", { class: "n" }, one.low === null ? T.corpus.few : `${number(one.low)} – ${number(one.high)}`))));
  };
  show();
  return h("section", { class: "card" },
    h("div", { class: "bar" }, h("h2", {}, T.corpus.groups),
      h("select", { "aria-label": T.corpus.by, onchange: (e) => { state.by = e.target.value; show(); } }, columns.map((c) => h("option", { value: c }, c))),
      h("select", { "aria-label": T.corpus.measure, onchange: (e) => { state.measure = e.target.value; show(); } }, ["mean", "change", "variability"].map((m) => h("option", { value: m }, T.columns[m])))),
    h("table", {}, h("thead", {}, h("tr", {}, [T.corpus.by, T.corpus.sessions(2), T.columns.mean, "95 %"].map((w) => h("th", { scope: "col" }, w)))), body));
}
