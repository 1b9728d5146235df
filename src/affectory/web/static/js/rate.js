// Rate a session: all along while it plays, or turn by turn; then see how raters agree.
import { ask, query, spoken } from "./api.js";
import { agreement } from "./agreement.js";
import { h, toast } from "./dom.js";
import { keeper, settle } from "./keeper.js";
import { pad } from "./pad.js";
import { people } from "./people.js";
import { player } from "./player.js";
import { reel } from "./reel.js";
import { T } from "./texts.js";

const TICK = 40; // milliseconds between samples: 25 a second
const post = (path, body) => ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body ?? {}) });

export async function rate(main, job, number) {
  const base = `/traces/${job}/sessions/${number}`;
  const [facts, turns, spaces] = await Promise.all([ask(base), spoken(base), ask("/spaces")]);
  const who = people(facts.people.map((one) => one.actor));
  const stage = h("div"), below = h("div");
  let close = () => {};
  main.append(
    h("p", { class: "crumb" }, h("a", { href: `#/t/${job}/s/${number}` }, `← ${facts.session}`)),
    h("h1", { class: "name" }, T.rate.title), stage, below);

  const name = h("input", { id: "rater", required: true, maxLength: 60, value: localStorage.getItem("affectory.rater") ?? "" });
  const kind = h("select", { id: "kind" }, Object.entries(T.rate.kinds).map(([value, words]) => h("option", { value }, words)));
  const space = h("select", { id: "space" }, spaces.map((one) => h("option", { value: one.name, selected: one.name === "va" }, one.name)));
  stage.append(h("form", { class: "card setup", onsubmit: begin },
    h("p", {}, T.rate.lead),
    h("label", { htmlFor: "rater" }, T.rate.rater), name,
    h("label", { htmlFor: "kind" }, T.rate.kind), kind,
    h("label", { htmlFor: "space" }, T.space), space,
    h("button", { type: "submit", class: "main" }, T.rate.begin)));
  agreement(below, base);
  await settle();
  const open = (await ask(`${base}/takes`)).filter((one) => one.done === null && one.samples);
  if (open.length) stage.append(h("section", { class: "card" }, h("h2", {}, T.rate.left), h("ul", { class: "plain" }, open.map((one) =>
    h("li", {}, `${one.rater}, ${one.space}, ${T.rate.kept(one.samples)} `, h("button", { type: "button", onclick: () => start(one) }, T.rate.further))))));

  async function begin(e) {
    e.preventDefault();
    localStorage.setItem("affectory.rater", name.value);
    const chosen = spaces.find((one) => one.name === space.value);
    const axes = kind.value === "traced" ? chosen.axes.slice(0, 2) : chosen.axes;
    await start(await post(`${base}/takes`, { rater: name.value, space: chosen.name, axes: axes.map((a) => a.name), kind: kind.value }));
  }

  async function start(take) {
    const chosen = spaces.find((one) => one.name === take.space);
    const traced = take.kind === "traced";
    const axes = chosen.axes.filter((a) => take.axes.includes(a.name));
    const had = await ask(`/takes/${take.id}/samples`); // in the order of time; none of a fresh take
    const state = h("p", { class: "count", role: "status" });
    const keep = keeper(take.id, (told) => (state.textContent = told.trouble ? T.rate.trouble(told.waiting, told.trouble) : T.rate.kept(told.kept)));
    const lag = h("input", { type: "number", min: 0, max: 10, step: 0.1, value: traced ? 0.4 : 0, id: "lag" });
    const done = h("button", { type: "button", class: "main", onclick: async () => {
      done.disabled = true;
      try {
        await keep.empty();
        await post(`/takes/${take.id}/done${query({ lag: traced ? lag.value : 0 })}`);
      } catch (error) {
        done.disabled = false;
        return toast(error.message);
      }
      close();
      stage.replaceChildren(h("p", { class: "notice" }, T.rate.thanks, " ",
        h("a", { href: `/api/takes/${take.id}/file?kind=csv`, download: "" }, T.csv), " ", h("a", { href: `/api/takes/${take.id}/file?kind=eaf`, download: "" }, "ELAN")));
      agreement(below, base);
    } }, T.rate.done);
    const end = h("div", { class: "bar" }, state, traced && [h("label", { htmlFor: "lag" }, T.rate.lag), lag], done);
    const film = traced ? await reel(base, turns, facts.clock) : null;
    const stop = traced ? along({ stage, end, turns, who, axes, keep, had, film }) : each({ stage, end, turns, who, axes, keep, had, chosen });
    close = () => { stop(); keep.close(); film?.close(); };
  }
  return () => close();
}

// all along: the session plays, a point says what is seen, 25 times a second
function along({ stage, end, turns, who, axes, keep, had, film }) {
  const play = film ?? player(turns); // a recording leads where there is one
  const said = h("div", { class: "stage", "aria-live": "off" });
  const view = h("section", { class: "card" });
  const bar = h("input", { type: "range", min: 0, max: play.total, step: 0.1, value: 0, "aria-label": T.rate.place, oninput: (e) => play.seek(+e.target.value) });
  const button = h("button", { type: "button", onclick: () => (play.playing() ? play.pause() : play.play()) });
  const speed = h("select", { "aria-label": T.rate.speed, onchange: (e) => play.speed(+e.target.value) }, [0.5, 0.75, 1, 1.5, 2].map((v) => h("option", { value: v, selected: v === 1 }, `${v}×`)));
  stage.replaceChildren(h("div", { class: "beside" }, h("section", { class: "card" }, film?.view, said, h("div", { class: "bar" }, button, bar, speed)), view), end);
  const board = pad(view, axes);
  view.append(h("p", { class: "hint" }, T.rate.hint));
  let n = had.n.reduce((most, one) => Math.max(most, one + 1), 0), shown = -1;
  if (n) play.toTurn(turns.start.findLastIndex((t) => t <= had.at.at(-1)));
  const draw = () => {
    button.textContent = play.playing() ? T.rate.pause : T.rate.play;
    bar.value = play.at();
    const now = play.turn();
    if (now === shown) return;
    shown = now;
    said.replaceChildren(...[now - 1, now, now + 1].filter((i) => i >= 0 && i < turns.seq.length).map((i) =>
      h("div", { class: i === now ? "now" : "near" }, h("div", { class: "who" }, who.mark(turns.actor[i]), h("b", {}, turns.actor[i])), h("p", { class: "said" }, turns.text[i] ?? ""))));
  };
  play.watch(draw);
  draw();
  const sampler = setInterval(() => { if (play.playing()) keep.add({ n: n++, at: play.time(), said: board.read() }); }, TICK);
  const key = (e) => {
    if (e.code !== "Space" || e.target.matches("input,select,button")) return;
    e.preventDefault();
    play.playing() ? play.pause() : play.play();
  };
  addEventListener("keydown", key);
  const hide = () => document.hidden && play.pause();
  document.addEventListener("visibilitychange", hide);
  board.focus();
  return () => { clearInterval(sampler); play.pause(); board.close(); removeEventListener("keydown", key); document.removeEventListener("visibilitychange", hide); };
}

// turn by turn: one state each, in whatever Space
function each({ stage, end, turns, who, axes, keep, had, chosen }) {
  const many = chosen.kind === "flags", one = chosen.kind === "distribution";
  const last = turns.seq.length - 1;
  let at = Math.min(last, had.n.length ? turns.seq.indexOf(had.n.at(-1)) + 1 : 0);
  const view = h("section", { class: "card" });
  stage.replaceChildren(view, end);
  // the keyboard stays where it is: at the first thing to say of the next turn
  function go(place) {
    at = Math.max(0, Math.min(place, last));
    draw();
    view.querySelector(".labels button,.sliders input").focus();
  }
  function draw() {
    const values = Object.fromEntries(axes.map((a) => [a.name, many || one ? 0 : a.rest ?? (a.low + a.high) / 2]));
    const next = () => {
      keep.add({ n: turns.seq[at], at: turns.start[at], said: { ...values } });
      keep.flush();
      go(at + 1);
    };
    const inputs = many || one
      ? h("div", { class: "labels" }, axes.map((a) => h("button", { type: "button", "aria-pressed": "false", onclick: (e) => {
          if (one) { for (const name in values) values[name] = 0; values[a.name] = 1; return next(); }
          values[a.name] = 1 - values[a.name];
          e.target.setAttribute("aria-pressed", String(values[a.name] === 1));
        } }, a.name)))
      : h("div", { class: "sliders" }, axes.map((a) => h("label", {}, a.name, h("input", { type: "range", min: a.low, max: a.high, step: (a.high - a.low) / 100, value: values[a.name], oninput: (e) => (values[a.name] = +e.target.value) }))));
    view.replaceChildren(
      h("p", { class: "count" }, T.rate.turn(at + 1, turns.seq.length)),
      h("div", { class: "stage" }, [at - 2, at - 1, at].filter((i) => i >= 0).map((i) => h("div", { class: i === at ? "now" : "near" }, h("div", { class: "who" }, who.mark(turns.actor[i]), h("b", {}, turns.actor[i])), h("p", { class: "said" }, turns.text[i] ?? "")))),
      inputs,
      h("div", { class: "bar" },
        h("button", { type: "button", disabled: at === 0, onclick: () => go(at - 1) }, T.rate.back),
        h("button", { type: "button", onclick: () => go(at + 1) }, T.rate.skip),
        !one && h("button", { type: "button", class: "main", onclick: next }, T.rate.next)));
  }
  draw();
  return () => {};
}
