// All sessions of a trace: drop a file, find, sort, open one.
import { ask, query, send } from "./api.js";
import { h, toast } from "./dom.js";
import { spark } from "./spark.js";
import { buttons, links } from "./tables.js";
import { T } from "./texts.js";

const STEP = 50, MOST = 1000;
const uploads = h("ul", { class: "uploads", "aria-label": T.drop.lead }); // they go on while other pages are looked at

export async function explore(main, wanted) {
  const traces = await ask("/traces");
  main.append(h("h1", { class: "away" }, T.pages.explore), dropzone(uploads), uploads);
  if (!traces.length) {
    main.append(h("p", { class: "empty" }, T.empty));
    return;
  }
  const trace = traces.find((t) => t.job === wanted) ?? traces[0];
  const state = { find: "", sort: "order", down: false };
  const body = h("tbody");
  const count = h("p", { class: "count" });
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
    const page = await ask(`/traces/${trace.job}/sessions${query({ ...state, skip: shown, most: STEP })}`, { signal: mine.signal }).catch((e) => {
      if (busy === mine) busy = null;
      if (e.name !== "AbortError") throw e;
    });
    if (mine.signal.aborted || !page) return;
    busy = null;
    total = page.total;
    for (const th of heads) if (th.dataset.of) th.textContent = `${T.columns[th.dataset.of]}: ${page.axis}`;
    shown += page.rows.length;
    body.append(...page.rows.map((row) => line(trace.job, row)));
    count.textContent = T.of(shown, total);
    if (end.getBoundingClientRect().top < innerHeight + 400 && shown < total) more(false);
  }

  const find = h("input", { type: "search", placeholder: T.find, "aria-label": T.find, oninput: (e) => { state.find = e.target.value; more(true); } });
  const sort = h("select", { "aria-label": T.order, onchange: (e) => { state.sort = e.target.value; state.down = e.target.value !== "order"; more(true); } },
    Object.entries(T.sorts).map(([value, words]) => h("option", { value }, words)));
  const reverse = h("button", { type: "button", onclick: () => { state.down = !state.down; more(true); } }, T.reverse);
  const pick = traces.length > 1 && h("select", { "aria-label": T.trace, onchange: (e) => (location.hash = `#/t/${e.target.value}`) },
    traces.map((t) => h("option", { value: t.job, selected: t === trace }, `${t.at.slice(0, 16).replace("T", " ")} · ${t.method} · ${t.records.toLocaleString("en")}`)));
  const heads = ["session", "records", "actors", "spark", "mean", "change", "variability"].map((name) => h("th", { scope: "col", class: name, data: ["spark", "mean"].includes(name) ? { of: name } : {} }, T.columns[name]));
  main.append(
    h("div", { class: "bar" }, find, sort, reverse, pick, h("a", { class: "get", href: `#/t/${trace.job}/shapes` }, T.corpus.open), h("a", { class: "get", href: `#/t/${trace.job}/queue` }, T.queue.open), h("span", { class: "saves" }, T.files, buttons(`/traces/${trace.job}/sessions/file`, () => state, T.list)), count),
    trace.rejected ? rejected(`/traces/${trace.job}/rejected`, trace.rejected) : "",
    h("div", { class: "pan", tabIndex: 0, role: "region", "aria-label": T.columns.session }, h("table", { class: "sessions" }, h("thead", {}, h("tr", {}, heads)), body)),
    end,
  );
  await more(true);
  const eye = new IntersectionObserver((seen) => seen[0].isIntersecting && more(false), { rootMargin: "400px" });
  eye.observe(end);
  return () => eye.disconnect();
}

const number = (v) => (v === null ? "–" : v.toFixed(2).replace("-", "−"));

function line(job, row) {
  return h("tr", {},
    h("th", { scope: "row" }, h("a", { href: `#/t/${job}/s/${row.number}` }, row.session), row.crisis ? h("span", { class: "flag", title: T.crisis(row.crisis) }, "!") : ""),
    h("td", { class: "n" }, row.records.toLocaleString("en")),
    h("td", { class: "n" }, row.actors),
    h("td", { class: "spark" }, spark(row.spark)),
    h("td", { class: "n" }, number(row.mean)),
    h("td", { class: `n ${row.change > 0 ? "pos" : "neg"}` }, number(row.change)),
    h("td", { class: "n" }, number(row.variability)));
}

// rows that could not be read, of a trace or of a dropped file
function rejected(path, count, open = false) {
  const list = h("ol"), more = h("p", { class: "saves" });
  return h("details", { class: "rejected", open, ontoggle: async (e) => {
    if (!e.target.open || list.children.length) return;
    const rows = await ask(path);
    list.append(...rows.map((r) => h("li", {}, h("b", {}, `${r.file.split("/").pop()}:${r.line} `), r.reason, r.raw ? h("code", {}, r.raw) : "")));
    more.append(rows.length < count ? T.some(rows.length, count) : "", T.files, ...links(`${path}/file`, T.rejected(count)));
  } }, h("summary", {}, T.rejected(count)), list, more);
}

function dropzone(list) {
  const take = (files) => [...files].forEach((file) => follow(file, list));
  const input = h("input", { type: "file", multiple: true, id: "file", class: "away", onchange: (e) => take(e.target.files) });
  const zone = h("div", { class: "drop" }, h("b", {}, T.drop.lead), ` ${T.drop.more} `, h("label", { for: "file", htmlFor: "file" }, T.drop.pick), input);
  zone.addEventListener("dragover", (e) => { e.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (e) => { e.preventDefault(); zone.classList.remove("over"); take(e.dataTransfer.files); });
  return zone;
}

async function follow(file, list) {
  const words = h("span");
  const bar = h("progress", { max: 1, value: 0, "aria-label": file.name });
  list.append(h("li", {}, h("b", {}, file.name), " ", words, bar));
  try {
    let told = await send(file, (part) => { bar.value = part; words.textContent = T.upload.sending(Math.round(100 * part)); });
    bar.removeAttribute("value");
    while (told.state === "waiting" || told.state === "running") {
      words.textContent = `${T.upload[told.state]}, ${T.upload.records(told.records)}`;
      await new Promise((done) => setTimeout(done, 250));
      told = await ask(`/uploads/${told.id}`).catch((e) => {
        if (!(e instanceof TypeError)) throw e; // it is not there any more
        return told; // the server is away
      });
    }
    bar.remove();
    words.textContent = told.state === "done" ? `${T.upload.done}, ${T.upload.records(told.records)}` : `${T.upload.failed}: ${told.error}`;
    words.className = told.state;
    if (told.state === "failed") {
      const path = `/uploads/${told.id}/rejected`, rows = await ask(`${path}${query({ most: MOST })}`);
      if (rows.length) words.after(rejected(path, rows.length < MOST ? rows.length : `${MOST}+`));
    }
    if (!list.isConnected) toast(`${file.name}: ${words.textContent}`); // nobody is taken from another page
    else if (told.state === "done") {
      if (location.hash === `#/t/${told.job}`) dispatchEvent(new Event("hashchange"));
      else location.hash = `#/t/${told.job}`;
    }
  } catch (error) {
    bar.remove();
    words.textContent = `${T.upload.failed}: ${error.message}`;
    words.className = "failed";
  }
}
