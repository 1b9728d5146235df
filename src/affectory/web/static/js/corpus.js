// All sessions at once, on an axis that is chosen: a carpet, small curves, kinds, a search, groups.
import { ask, latest, query } from "./api.js";
import { carpet } from "./carpet.js";
import { choose } from "./course.js";
import { h } from "./dom.js";
import { groups } from "./groups.js";
import { kinds } from "./kinds.js";
import { multiples } from "./multiples.js";
import { saves } from "./picture.js";
import { seek } from "./seek.js";
import { notes, OPENED, visit } from "./storage.js";
import { links } from "./tables.js";
import { T } from "./texts.js";

const MANY = [2, 3, 4, 5, 6, 8, 10];

export async function corpus(main, job) {
  const base = `/traces/${job}`, key = `affectory.shapes.${job}`;
  const href = (number) => `#/t/${job}/s/${number}`;
  main.append(
    h("p", { class: "crumb" }, h("a", { href: `#/t/${job}` }, `← ${T.back}`)),
    h("h1", {}, T.corpus.title));
  const [axes, columns, actors] =
    await Promise.all(["axes", "columns", "actors"].map((what) => ask(`${base}/${what}`)));
  if (!axes.length) return void main.append(h("p", { class: "empty" }, T.corpus.stateless));
  const state = chosen(axes, actors, key);
  const about = () => ({ space: state.space, axis: state.axis, who: state.who });
  const alone = () => actors[state.who]?.actor; // who stands alone in what is shown
  const [rug, many, sorted, search, beside] =
    Array.from({ length: 5 }, () => h("section", { class: "card" }));
  const pick = h("div", { class: "bar choose" });
  const wrong = h("p", { class: "hint", role: "status" });
  main.append(pick, wrong, rug, many, sorted, search, columns.length ? beside : "");
  const found = seek(search, { job, axes, about, alone, href });
  const compared = columns.length ? groups(beside, { job, columns, about, alone }) : null;
  const asking = latest();
  let board = null;

  // a session is opened on the axis that it was found on, and leads back here
  function leaving(place, axis = state.axis) {
    const there = (one) => one.axes.some((each) => each.name === axis);
    const own = axes.find((one) => one.name === state.space);
    const space = (there(own) ? own : axes.find(there)).name;
    visit.remember(OPENED, JSON.stringify({ place, space, axis }));
  }

  main.addEventListener("click", (e) => {
    const link = e.target.closest?.(`a[href^="#/t/${job}/s/"]`);
    if (link) leaving(link.getAttribute("href"), link.dataset.axis);
  });

  function choices() {
    const select = (label, values, value, onpick) =>
      choose(label, values, value, (v) => { onpick(v); choices(); show(); compared?.show(); });
    pick.replaceChildren(
      select(T.space, axes.map((one) => one.name), state.space, (v) => {
        state.space = v;
        state.axis = first(axes, v);
      }),
      select(T.axis, of(axes, state.space).map((one) => one.name), state.axis,
        (v) => (state.axis = v)),
      actors.length ? select(T.corpus.whose, whose(actors), state.who ?? "",
        (v) => (state.who = v === "" ? null : +v)) : "",
      select(T.corpus.many, MANY, state.k, (v) => (state.k = +v)));
  }

  async function show() {
    const newest = asking(), asked = query(state), wanted = { ...state };
    visit.remember(key, JSON.stringify(state));
    const both = [`${base}/curves${asked}`, `${base}/kinds${asked}`];
    const told = await Promise.all(both.map((path) => ask(path))).catch((error) => error);
    if (!newest()) return; // something else was chosen meanwhile
    const failed = told instanceof Error;
    wrong.textContent = failed ? told.message : "";
    for (const one of [rug, many, sorted]) one.hidden = failed;
    if (!failed) draw(...told, wanted, `${base}/curves/file${asked}`);
    found.again();
  }

  function draw(told, cut, { space, axis }, path) {
    board?.close();
    const title = T.carpet.title(told.number.length, told.total, alone());
    rug.replaceChildren(h("div", { class: "bar" }, h("h2", {}, title)));
    board = carpet(rug, told, (number) => { leaving(href(number)); location.hash = href(number); });
    rug.append(h("p", { class: "saves" }, T.files, links(path, T.carpet.name),
      saves("carpet", board.svg)));
    multiples(many, told, href);
    const { rest } = of(axes, space).find((one) => one.name === axis);
    kinds(sorted, cut, rest, { href, path, alone: alone() });
  }

  choices();
  await Promise.all([show(), compared?.show()]);
  return () => { board?.close(); compared?.close(); };
}

const of = (axes, space) => axes.find((one) => one.name === space).axes;

const first = (axes, space) => {
  const names = of(axes, space).map((one) => one.name);
  return names.includes("valence") ? "valence" : names[0];
};

// a name may be anybody's: addresses say its place in the list
const whose = (actors) => [["", T.corpus.everybody], ...actors.map(({ actor, sessions }, i) =>
  [i, `${actor} (${sessions.toLocaleString("en")})`])];

// what was looked at last, where it is still there
function chosen(axes, actors, key) {
  const kept = notes(key, visit), who = actors[kept.who] ? kept.who : null;
  const there = axes.find((one) => one.name === kept.space)?.axes;
  if (!there?.some((one) => one.name === kept.axis)) {
    return { space: axes[0].name, axis: first(axes, axes[0].name), who, k: 5 };
  }
  return { space: kept.space, axis: kept.axis, who, k: MANY.includes(kept.k) ? kept.k : 5 };
}
