// The recording beside a conversation: it plays, and the turn, the time line and the pictures follow.
import { ask, post, send } from "./api.js";
import { h, toast } from "./dom.js";
import { bridge, saying, screen } from "./recording.js";
import { T } from "./texts.js";

const BEFORE = 0.5; // seconds before a stretch that still belong to it

export function media(card, { base, facts, turns, link }) {
  let close = () => {}, gone = false;
  const draw = (told, asked) => {
    close();
    close = () => {};
    link.film.set(null);
    if (gone) return;
    card.className = told.kind ? "card film" : "film";
    card.setAttribute("aria-label", T.media.title);
    if (told.kind) close = shown(card, { told, draw, base, facts, turns, link });
    else card.replaceChildren(...adding(base, told, T.media.add, draw), h("span", { class: "hint" }, told.note));
    if (asked) card.querySelector("video,audio,input").focus(); // the keyboard stays where it was
  };
  ask(`${base}/media/facts`).then((told) => draw(told));
  return () => { gone = true; close(); };
}

// a button that takes a file
function adding(base, told, words, draw) {
  const state = h("span", { class: "hint", role: "status" });
  const label = h("label", { class: "get", htmlFor: "recording" }, words);
  const pick = h("input", { type: "file", id: "recording", class: "away", accept: told.endings.join(","), onchange: async () => {
    const file = pick.files[0];
    pick.value = "";
    if (!file) return;
    if (file.size > told.largest) return void (state.textContent = T.media.large(told.largest));
    try {
      pick.disabled = true;
      draw(await send(file, (part) => (state.textContent = T.upload.sending(Math.round(100 * part))), `${base}/media`), true);
    } catch (error) {
      state.textContent = error.message;
    }
    pick.disabled = false;
  } });
  return [pick, label, state];
}

function shown(card, { told, draw, base, facts, turns, link }) {
  const view = screen(base, told), { el } = view, said = saying(turns);
  let time = bridge(turns, facts.clock, told.offset), frame = 0, stretch = null, now = null;
  const words = h("p", { class: "said words", "aria-hidden": "true" }); // the list of turns says it too
  const state = h("p", { class: "hint", role: "status" }, time.linked ? "" : T.media.apart);
  const play = h("button", { type: "button", disabled: true, onclick: () => from(...link.range.get()) }, T.media.stretch);
  const shift = h("input", { type: "number", id: "shift", step: 0.1, value: told.offset, onchange: () => moved() });
  const remove = h("button", { type: "button", onclick: async () => {
    if (remove.textContent === T.media.remove) return void (remove.textContent = T.media.sure); // it cannot be taken back
    draw(await ask(`${base}/media`, { method: "DELETE" }), true);
  }, onblur: () => (remove.textContent = T.media.remove) }, T.media.remove);
  const [pick, label, sending] = adding(base, told, T.media.replace, draw);
  card.replaceChildren(
    h("div", { class: "screen" }, el),
    h("div", {},
      h("div", { class: "bar" }, h("h2", {}, T.media.title), time.linked && [play, h("label", { class: "pick" }, T.media.shift, shift)],
        pick, label, told.added && remove),
      words, sending, state));

  function follow() {
    cancelAnimationFrame(frame);
    if (time.linked) tell(time.session(el.currentTime));
    if (stretch && el.currentTime >= stretch[1]) {
      if (el.currentTime < stretch[1] + 1) el.pause();
      stretch = null;
    }
    if (!el.paused && !el.ended) frame = requestAnimationFrame(follow);
  }

  function tell(t) {
    link.now.set(t);
    const at = said.at(t);
    if (at === now) return;
    now = at;
    link.said.set(at);
    link.hover.set(at); // and so the pictures show it too
    words.textContent = at === null ? "" : `${turns.actor[at]}: ${turns.text[at] ?? ""}`;
  }

  function seek(t) {
    stretch = null;
    el.currentTime = Math.max(0, time.film(t));
  }

  function from(start, stop) {
    seek(start);
    if (stop !== undefined) stretch = [time.film(start), time.film(stop)];
    el.play().catch((error) => error.name !== "AbortError" && toast(T.media.broken));
  }

  async function moved() {
    const before = told.offset, offset = shift.value.trim() === "" ? 0 : Number(shift.value);
    bridged(offset); // at once: who clicks on a turn now means the new time
    try {
      bridged((await post(`${base}/media/offset`, { offset })).offset);
    } catch (error) {
      shift.value = before;
      bridged(before);
      toast(error.message);
    }
  }

  function bridged(offset) {
    told.offset = offset;
    time = bridge(turns, facts.clock, offset);
    view.captions(turns, time);
    follow();
  }

  const events = { play: follow, pause: follow, seeked: follow, timeupdate: follow, ended: follow,
    seeking: () => stretch && (el.currentTime < stretch[0] - BEFORE || el.currentTime > stretch[1]) && (stretch = null),
    loadedmetadata: () => card.classList.toggle("heard", !el.videoWidth),
    error: () => (state.textContent = T.media.broken) };
  for (const [name, f] of Object.entries(events)) el.addEventListener(name, f);
  if (time.linked) {
    view.captions(turns, time);
    link.film.set({ seek, from: (at) => from(turns.start[at]) });
  }
  const off = link.range.watch((range) => (play.disabled = range === null));
  return () => {
    off();
    for (const [name, f] of Object.entries(events)) el.removeEventListener(name, f);
    cancelAnimationFrame(frame);
    view.close();
    for (const one of [link.now, link.said]) one.set(null);
  };
}
