// Rate a session: all along while it plays, or turn by turn. What the method or anybody else says
// is not shown meanwhile: it would sway.
import { ask, latest, post, query, spoken } from "./api.js";
import { agreement } from "./agreement.js";
import { along } from "./along.js";
import { h, toast } from "./dom.js";
import { each } from "./each.js";
import { alone, keeper } from "./keeper.js";
import { begun, left, saver } from "./left.js";
import { people } from "./people.js";
import { reel } from "./reel.js";
import { recall, remember } from "./storage.js";
import { listed, saved } from "./takes.js";
import { T } from "./texts.js";

const RATER = "affectory.rater", USUAL = 0.4; // seconds that a hand is late, until it is measured

export async function rate(main, job, number) {
  const base = `/traces/${job}/sessions/${number}`;
  const [facts, turns, spaces] = await Promise.all([ask(base), spoken(base), ask("/spaces")]);
  const who = people(facts.people.map((one) => one.actor));
  const labels = new Set(spaces.filter((one) => one.kind === "distribution").map((one) => one.name));
  const usual = given(facts.spaces);
  const stage = h("div"), takes = h("div"), below = h("div"), looked = latest();
  let gone = false, busy = false, going = false, close = () => {}, hush = () => {};
  main.append(
    h("p", { class: "crumb" }, h("a", { href: `#/t/${job}/s/${number}` }, `← ${facts.session}`), h("a", { class: "get", href: `#/t/${job}/raters` }, T.raters.open)),
    h("h1", { class: "name" }, T.rate.title), stage, takes, below);
  stage.append(setup());
  const grown = () => !going && after();
  addEventListener("takeschange", grown);
  left().then(grown);

  function setup() {
    const name = h("input", { id: "rater", required: true, maxLength: 60, value: recall(RATER) ?? "" });
    const kind = h("select", { id: "kind", onchange: () => fill() }, Object.entries(T.rate.kinds).map(([value, words]) => h("option", { value }, words)));
    const space = h("select", { id: "space" });
    // shares of one whole have no two axes that a point could show
    const fill = () => space.replaceChildren(...spaces.filter((one) => kind.value === "turns" || one.kind !== "distribution")
      .map((one) => h("option", { value: one.name, selected: one.name === (space.value || usual) }, one.name)));
    fill();
    return h("form", { class: "card setup", onsubmit: (e) => { e.preventDefault(); once(() => begin(name.value, kind.value, space.value)); } },
      h("p", {}, T.rate.lead),
      [[T.rate.rater, name], [T.rate.kind, kind], [T.space, space]].map(([words, input]) =>
        h("div", { class: "field" }, h("label", { htmlFor: input.id }, words), input)),
      h("button", { type: "submit", class: "main" }, T.rate.begin));
  }

  // one thing at a time: pressed again while the first is on its way, nothing more is begun
  async function once(work) {
    if (busy || gone) return;
    busy = true;
    const buttons = [...stage.querySelectorAll("button:not(:disabled)")];
    for (const one of buttons) one.disabled = true;
    try {
      await work();
    } catch (error) {
      toast(error.message);
    }
    busy = false;
    for (const one of buttons) one.disabled = false;
  }

  // what stands below while nobody rates; how others rated only for whoever is done, or asks
  async function after() {
    const newest = looked(), told = await ask(`${base}/takes`);
    if (gone || !newest()) return;
    listed(takes, told, { start: (take) => once(() => start(take)), changed: () => { stage.querySelector(".notice")?.remove(); return after(); } });
    hush();
    const mine = told.some((one) => one.done !== null && one.rater === recall(RATER));
    hush = agreement(below, { base, clock: facts.clock, shown: mine, labels });
  }

  async function begin(rater, kind, name) {
    remember(RATER, rater);
    const space = spaces.find((one) => one.name === name);
    const axes = kind === "traced" ? space.axes.slice(0, 2) : space.axes;
    await start(await post(`${base}/takes`, { rater, space: name, axes: axes.map((a) => a.name), kind }));
  }

  // whoever leaves the page while something is awaited leaves nothing behind that goes on
  async function start(take) {
    const free = await alone(take.id);
    if (!free) return toast(T.rate.elsewhere);
    close = () => { close = () => {}; free(); };
    if (gone) return close();
    const wait = h("p", { class: "hint", role: "status" }, T.rate.wait);
    stage.append(wait);
    try {
      const [had, { film, why }] = await Promise.all([ask(`/takes/${take.id}/samples`), reel(base, turns, facts.clock)]); // in the order of time
      if (gone) return film?.close();
      rating(take, { had, film, why, free });
    } catch (error) {
      close();
      throw error;
    } finally {
      wait.remove();
    }
  }

  function rating(take, { had, film, why, free }) {
    going = true;
    looked(); // what was asked for the list below comes too late
    hush();
    takes.replaceChildren();
    below.replaceChildren();
    const space = spaces.find((one) => one.name === take.space), traced = take.kind === "traced";
    const axes = space.axes.filter((a) => take.axes.includes(a.name));
    const state = h("p", { class: "count", role: "status" });
    const about = { base, rater: take.rater, space: take.space, axes: take.axes, kind: take.kind };
    const keep = keeper(take.id, about, (told) => {
      if (told.closed && told.refused) left();
      waits(state, told, own, () => ({ about, rest: keep.rest }));
    });
    const lag = h("input", { type: "number", min: 0, max: 10, step: 0.1, value: USUAL, id: "lag" });
    let lags = {};
    const tell = (told) => (lags = told);
    const done = h("button", { type: "button", class: "main", onclick: () => finish(take, keep, traced ? lag.value : 0, parts, lags) }, T.rate.done);
    const end = h("div", {}, why && h("p", { class: "hint why" }, why),
      h("div", { class: "bar" }, state, traced && [h("label", { htmlFor: "lag" }, T.rate.lag), lag, ...measured(() => take, keep, lag, tell)], done));
    const parts = (traced ? along : each)({ stage, end, turns, who, axes, keep, had, film, chosen: space });
    close = () => { close = () => {}; parts.close(); keep.close(); film?.close(); free(); };

    // what a take does not get, since another browser ended it or says otherwise, becomes one of its own
    const own = () => once(async () => {
      const made = await begun(about), lock = await alone(made.id);
      if (gone) return lock?.();
      free();
      free = lock ?? free;
      take = made;
      parts.moved?.(keep.rest());
      await keep.move(take.id);
    });
  }

  async function finish(take, keep, lag, parts, lags) {
    parts.pause(); // what is said from now on would come too late
    stage.inert = true;
    try {
      await keep.empty();
      await post(`/takes/${take.id}/done${query({ lag })}`);
    } catch (error) {
      return toast(error.message);
    } finally {
      stage.inert = false;
    }
    close();
    going = false;
    if (gone) return;
    remember(RATER, take.rater);
    stage.replaceChildren(h("div", { class: "notice" }, T.rate.thanks, " ", saved(take), offers(lags).map(([key, one]) => h("p", {}, T.rate.liked[key](one)))), setup());
    await after();
  }
  return () => { gone = true; removeEventListener("takeschange", grown); close(); hush(); };
}

// what can be compared with a method is rated in a Space that it gave
function given(spaces) {
  const told = spaces.filter((one) => one.by.some((by) => !/^(rater|gold):/.test(by))).map((one) => one.name);
  return ["vad", "va"].find((name) => told.includes(name)) ?? spaces.find((one) => told.includes(one.name) && one.kind === "dimensions")?.name ?? "va";
}

// what waits, and why; what a person can do about it where that is so
function waits(state, { kept, waiting, trouble, status, held }, own, some) {
  const ways = () => [h("button", { type: "button", class: "get", onclick: own }, T.rate.own), " ", saver(some)];
  const [words, ...acts] = !trouble ? [T.rate.kept(kept)]
    : status === 401 ? [T.rate.door(waiting), h("a", { href: "/enter", target: "_blank" }, T.rate.enter)]
    : status === 409 ? [T.rate.clash(waiting), ...ways()]
    : status === 410 ? [T.rate.thrown(waiting), ...ways()]
    : status === 422 ? [T.rate.refused(waiting, trouble), saver(some)]
    : [T.rate.trouble(waiting, trouble, held)];
  const [said, ...had] = state.children;
  const same = had.map((one) => one.textContent).join("") === acts.map((one) => one.textContent?.trim() ?? "").join("");
  if (said && same) { // what somebody is about to press stays
    if (said.textContent !== words) said.textContent = words;
  } else state.replaceChildren(h("span", {}, words), ...acts);
}

const offers = (told) => Object.entries(told).filter(([, one]) => one);

// a button that measures how late the hand was, and offers what it found; how well that agrees
// would sway, and is told once the take is done
function measured(take, keep, lag, tell) {
  const found = h("span", { class: "offers", role: "status" });
  const look = h("button", { type: "button", onclick: async () => {
    look.disabled = true;
    try {
      await keep.empty();
      const told = await ask(`/takes/${take().id}/lag`);
      tell(told);
      const some = offers(told).map(([key, one]) =>
        h("button", { type: "button", class: "get", onclick: () => (lag.value = one.lag) }, T.rate.against[key](one)));
      found.replaceChildren(...(some.length ? some : [T.rate.unmeasured]));
    } catch (error) {
      toast(error.message);
    }
    look.disabled = false;
  } }, T.rate.measure);
  return [look, found];
}
