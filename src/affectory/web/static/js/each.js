// Turn by turn: one state each, in whatever Space.
import { h } from "./dom.js";
import { number } from "./number.js";
import { T } from "./texts.js";

const TYPED = "textarea,select,[contenteditable],input:not([type=range])";

export function each({ stage, end, turns, who, axes, keep, had, chosen, film }) {
  const many = chosen.kind === "flags", one = chosen.kind === "distribution";
  const last = turns.seq.length - 1;
  let at = Math.min(last, had.n.length ? turns.seq.indexOf(had.n.at(-1)) + 1 : 0);
  const view = h("section", { class: "card" });
  let hold = () => {}; // keeps what was said of the turn that is seen, if anything was
  const told = new Map(had.n.map((seq, i) => [seq, Object.fromEntries(axes.map((a) => [a.name, had[a.name][i]]))]));
  const wait = () => keep.rest().forEach((one) => told.set(one.n, one.said));
  wait();
  let mark = () => {};
  keep.before(() => hold());
  stage.replaceChildren(...(film ? [h("section", { class: "card", hidden: !film.seen }, film.view)] : []), view, end);
  // the keyboard stays where it is: at the first thing to say of the next turn
  function go(place) {
    at = Math.max(0, Math.min(place, last));
    film?.pause();
    draw();
    if (film) say();
    view.querySelector(".labels button,.sliders input").focus();
  }
  function draw() {
    const rest = () => Object.fromEntries(axes.map((a) => [a.name, many || one ? 0 : a.rest ?? (a.low + a.high) / 2]));
    const values = { ...(told.get(turns.seq[at]) ?? rest()) }; // what was said before stands there
    const before = () => told.has(turns.seq[at]);
    let touched = false; // where nothing was touched, nothing was said
    const state = h("p", { class: "count", role: "status" });
    const shows = [];
    mark = () => {
      state.textContent = before() ? T.rate.stated : T.rate.unstated; // once it is kept
      shows.forEach(([out, a]) => (out.textContent = before() || touched ? number(values[a.name]) : "–"));
      stands.hidden = before() || touched;
    };
    const touch = () => {
      const was = told.get(turns.seq[at]);
      touched ||= axes.some((a) => was?.[a.name] !== values[a.name]);
      mark();
    };
    hold = () => {
      if (!touched) return;
      touched = false; // nor is it said twice
      told.set(turns.seq[at], { ...values });
      keep.add({ n: turns.seq[at], at: turns.start[at], said: { ...values } });
      keep.flush();
      mark();
    };
    const next = () => { hold(); go(at + 1); };
    const inputs = many || one
      ? h("div", { class: "labels" }, axes.map((a) => h("button", { type: "button", "aria-pressed": String(values[a.name] === 1), onclick: (e) => {
          if (one) { for (const name in values) values[name] = 0; values[a.name] = 1; touch(); return next(); }
          values[a.name] = 1 - values[a.name];
          touch();
          hold();
          e.target.setAttribute("aria-pressed", String(values[a.name] === 1));
        } }, a.name)))
      : h("div", { class: "sliders" }, axes.map(slider));
    const stands = h("button", { type: "button", onclick: () => { touch(); next(); } }, T.rate.stands);
    // a slider that is pressed where it stands says that it stands there; let go, it is kept
    function slider(a) {
      const out = h("output", {}), ends = T.rate.ends[a.name] ?? ["", ""];
      shows.push([out, a]);
      const move = (e) => { values[a.name] = +e.target.value; touch(); };
      return h("div", {}, h("span", {}, a.name, " ", out),
        h("input", { type: "range", "aria-label": a.name, min: a.low, max: a.high, step: (a.high - a.low) / 100, value: values[a.name], oninput: move, onchange: () => hold(), onclick: (e) => { move(e); hold(); } }),
        h("span", { class: "ends" }, [a.low, a.high].map((v, i) => h("span", {}, `${number(v, 0)} ${ends[i]}`))));
    }
    view.replaceChildren(
      h("p", { class: "count" }, T.rate.turn(at + 1, turns.seq.length)),
      state,
      h("div", { class: "stage" }, [at - 2, at - 1, at].filter((i) => i >= 0).map((i) => h("div", { class: i === at ? "now" : "near" }, h("div", { class: "who" }, who.mark(turns.actor[i]), h("b", {}, turns.actor[i])), h("p", { class: "said" }, turns.text[i] ?? "")))),
      inputs,
      h("div", { class: "bar" },
        heard,
        h("button", { type: "button", disabled: at === 0, onclick: () => { hold(); go(at - 1); } }, T.rate.back),
        h("button", { type: "button", onclick: next }, T.rate.skip),
        !one && stands,
        !one && h("button", { type: "button", class: "main", onclick: next }, T.rate.next)));
    mark();
  }
  // a turn of a recording is heard when somebody asks for it, never by itself
  const hear = () => (film.playing() ? film.pause() : film.has(at) && film.only(at));
  const key = (e) => {
    if (e.key !== "p" || e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.(TYPED)) return;
    hear();
  };
  const heard = film && h("button", { type: "button", "aria-keyshortcuts": "p", onclick: hear });
  const say = () => {
    const words = film.playing() ? T.rate.hushed : T.rate.hear;
    if (heard.textContent !== words) heard.textContent = words;
    heard.disabled = !film.has(at);
  };
  draw();
  if (film) { say(); film.watch(say); addEventListener("keydown", key); }
  return {
    pause: () => { hold(); film?.pause(); },
    close: () => { hold(); removeEventListener("keydown", key); },
    moved: () => { told.clear(); wait(); mark(); }, // what a take of its own has not is not rated in it
  };
}
