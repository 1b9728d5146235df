// All along: the session plays, a point says what is seen, 25 times a second.
import { h } from "./dom.js";
import { pad } from "./pad.js";
import { player } from "./player.js";
import { sampler } from "./sampler.js";
import { T } from "./texts.js";

const OWN = "input,textarea,select,button,a,summary,[contenteditable]"; // have a use for the space bar
const SPEEDS = [0.5, 0.75, 1, 1.5, 2];

export function along({ stage, end, turns, who, axes, keep, had, film }) {
  const play = film ?? player(turns); // a recording leads where there is one
  const said = h("div", { class: "stage", "aria-live": "off" });
  const view = h("section", { class: "card" });
  const bar = h("input", { type: "range", min: 0, max: play.total, step: 0.1, value: 0, "aria-label": T.rate.place, oninput: (e) => play.seek(+e.target.value) });
  const toggle = () => (play.playing() ? play.pause() : play.play());
  const button = h("button", { type: "button", onclick: toggle });
  const speed = h("select", { "aria-label": T.rate.speed, onchange: (e) => play.speed(+e.target.value) }, SPEEDS.map((v) => h("option", { value: v, selected: v === 1 }, `${v}×`)));
  stage.replaceChildren(h("div", { class: "beside" }, h("section", { class: "card" }, film?.view, said, h("div", { class: "bar" }, button, bar, speed)), view), end);
  const board = pad(view, axes, had.n.length > 0);
  const spring = h("input", { type: "checkbox", id: "spring", onchange: (e) => board.spring(e.target.checked) });
  view.append(h("label", { class: "pick", htmlFor: "spring" }, spring, T.rate.spring), h("p", { class: "hint" }, T.rate.hint));
  const first = had.n.reduce((most, one) => Math.max(most, one + 1), keep.next());
  if (had.n.length) play.toTurn(turns.start.findLastIndex((t) => t <= had.at.at(-1)));

  let shown = -1;
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
  const stop = sampler({ play, read: board.read, keep, first });
  const key = (e) => {
    if (e.code !== "Space" || e.target.closest?.(OWN)) return;
    e.preventDefault();
    toggle();
  };
  addEventListener("keydown", key);
  // a page that nobody sees rates nothing: browsers slow its timers down
  const hide = () => { if (document.hidden) { play.pause(); keep.flush(); } };
  document.addEventListener("visibilitychange", hide);
  board.focus();
  return {
    pause: play.pause,
    close() { stop(); play.pause(); board.close(); removeEventListener("keydown", key); document.removeEventListener("visibilitychange", hide); },
  };
}
