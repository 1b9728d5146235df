// All sessions of a trace: find, sort, open one.
import { ask, post, query } from "./api.js";
import { h } from "./dom.js";
import { dropzone, rejected, sample, uploads } from "./intake.js";
import { number } from "./number.js";
import { spark } from "./spark.js";
import { recall, remember } from "./storage.js";
import { buttons } from "./tables.js";
import { T } from "./texts.js";

const STEP = 50, LOOKED = "affectory.trace";
const COLUMNS = ["session", "records", "actors", "spark", "mean", "change", "variability"];
const MEASURED = ["spark", "mean"]; // they tell of which axis they are
const before = new Map(); // by trace: how its list was left, for who comes back from a session

export async function explore(main, wanted) {
  const traces = await ask("/traces");
  main.append(h("h1", { class: "away" }, T.pages.explore), dropzone(), uploads);
  if (!traces.length) {
    const begin = h("button", { type: "button", id: "sample",
      onclick: () => { begin.disabled = true; sample(); } }, T.sample);
    return void main.append(h("p", { class: "empty" }, T.empty, " ", begin));
  }
  // the trace that was looked at last: what is put into the lake meanwhile takes nobody from it
  const trace = traces.find((t) => t.job === (wanted ?? recall(LOOKED))) ?? traces[0];
  remember(LOOKED, trace.job);
  const state = before.get(trace.job) ?? { find: "", sort: "order", down: false };
  before.set(trace.job, state);
  const body = h("tbody");
  const count = h("p", { class: "count" });
  const bare = h("p", { class: "hint", hidden: true }, T.corpus.stateless);
  const end = h("div", { class: "end" });
  let busy = null, shown = 0, total = Infinity;

  async function more(fresh) {
    if (fresh) {
      busy?.abort();
      shown = 0;
      total = Infinity;
      body.replaceChildren();
    } else if (busy) return;
    if (shown >= total) return;
    const mine = (busy = new AbortController());
    // what is looked for may name somebody: it stands in no address
    const path = `/traces/${trace.job}/sessions${query({ skip: shown, most: STEP })}`;
    const page = await post(path, state, { signal: mine.signal }).catch((e) => {
      if (busy === mine) busy = null;
      if (e.name !== "AbortError") throw e;
    });
    if (mine.signal.aborted || !page) return;
    busy = null;
    total = page.total;
    bare.hidden = page.axis !== "";
    for (const head of heads) {
      const { of } = head.dataset;
      if (of && page.axis) head.textContent = `${T.columns[of]}: ${page.axis}`;
    }
    shown += page.rows.length;
    body.append(...page.rows.map((row) => line(trace.job, row)));
    count.textContent = T.of(shown, total);
    if (end.getBoundingClientRect().top < innerHeight + 400 && shown < total) more(false);
  }

  const find = h("input", { type: "search", value: state.find, placeholder: T.find, "aria-label": T.find,
    oninput: () => { state.find = find.value; more(true); } });
  const sort = h("select", { "aria-label": T.order, onchange: () => {
    state.sort = sort.value;
    state.down = sort.value !== "order";
    more(true);
  } }, Object.entries(T.sorts).map(([value, words]) => h("option", { value, selected: value === state.sort }, words)));
  const reverse = h("button", { type: "button",
    onclick: () => { state.down = !state.down; more(true); } }, T.reverse);
  const heads = COLUMNS.map((name) => h("th", { scope: "col", class: name,
    data: MEASURED.includes(name) ? { of: name } : {} }, T.columns[name]));
  main.append(
    h("div", { class: "bar" }, find, sort, reverse, traces.length > 1 && choice(traces, trace),
      h("a", { class: "get", href: `#/t/${trace.job}/shapes` }, T.corpus.open),
      h("a", { class: "get", href: `#/t/${trace.job}/queue` }, T.queue.open),
      h("span", { class: "saves" }, T.files,
        buttons(`/traces/${trace.job}/sessions/file`, () => state, T.list)), count),
    trace.rejected ? rejected(`/traces/${trace.job}/rejected`, trace.rejected) : "", bare,
    h("div", { class: "pan", tabIndex: 0, role: "region", "aria-label": T.columns.session },
      h("table", { class: "sessions" }, h("thead", {}, h("tr", {}, heads)), body)),
    end,
  );
  await more(true);
  const eye = new IntersectionObserver(
    (seen) => seen[0].isIntersecting && more(false), { rootMargin: "400px" });
  eye.observe(end);
  return () => eye.disconnect();
}

// which trace to look at
function choice(traces, trace) {
  const when = (one) => one.at.slice(0, 16).replace("T", " ");
  const words = (one) =>
    `${one.name} · ${T.upload.records(one.records)} · ${when(one)} · ${one.method}`;
  return h("select", { "aria-label": T.trace,
    onchange: (e) => (location.hash = `#/t/${e.target.value}`) },
  traces.map((one) => h("option", { value: one.job, selected: one === trace }, words(one))));
}

function line(job, row) {
  const flag = row.crisis && h("span", { class: "flag", title: T.crisis(row.crisis) }, "!");
  return h("tr", {},
    h("th", { scope: "row" },
      h("a", { href: `#/t/${job}/s/${row.number}` }, row.session), flag || ""),
    h("td", { class: "n records" }, row.records.toLocaleString("en")),
    h("td", { class: "n actors" }, row.actors),
    h("td", { class: "spark" }, spark(row.spark)),
    h("td", { class: "n" }, number(row.mean)),
    h("td", { class: `n ${row.change === null ? "" : row.change > 0 ? "pos" : "neg"}` }, number(row.change)),
    h("td", { class: "n variability" }, number(row.variability)));
}
