// What was said. Long sessions are drawn a hundred turns at a time, as they come into sight.
import { ask, query } from "./api.js";
import { h } from "./dom.js";
import { number } from "./number.js";
import { sign } from "./sign.js";
import { level } from "./spark.js";
import { moment } from "./times.js";
import { T } from "./texts.js";

const CHUNK = 100, LINE = 62, PATIENCE = 2500; // turns of a piece, height of one, milliseconds that who scrolls is left alone
const LEAST = 0.03, FULL = 0.15; // shares of an axis: what a word must move it by to be marked, and to be marked fully

export function transcript(card, { turns, facts, base, who, link, flagged }) {
  const total = turns.seq.length;
  const count = h("p", { class: "count" });
  // the list itself is never drawn anew: what leaves it is heard even where a turn was taken from under it
  const roll = h("ol", { class: "roll", tabIndex: 0, "aria-label": T.turns, onmouseleave: () => link.hover.set(null) });
  const all = h("button", { type: "button", hidden: true, onclick: () => link.range.set(null) }, T.all);
  card.append(h("div", { class: "bar" }, h("h2", {}, T.turns), count, all), roll);
  const urgent = new Map();
  for (const flag of flagged) urgent.set(flag.seq, [...(urgent.get(flag.seq) ?? []), flag]);
  const known = { told: null, spec: null, row: new Map(), space: null, signs: new Map() };
  const reasons = new Map(); // first seq of a chunk -> promise of its reasons
  let chosen = turns.seq.map((_, at) => at);
  let lit = null;

  const eye = new IntersectionObserver((seen) => {
    for (const one of seen) one.isIntersecting ? fill(one.target) : empty(one.target);
  }, { root: roll, rootMargin: "600px" });

  function lay() {
    eye.disconnect();
    count.textContent = chosen.length === total ? "" : T.chosen(chosen.length, total);
    all.hidden = chosen.length === total;
    roll.replaceChildren();
    for (let low = 0; low < chosen.length; low += CHUNK) {
      const part = chosen.slice(low, low + CHUNK);
      const li = h("li", { class: "chunk" });
      li.held = part;
      li.style.minHeight = `${part.length * LINE}px`;
      roll.append(li);
      eye.observe(li);
    }
  }

  function fill(li) {
    if (li.full) return;
    li.full = true;
    li.replaceChildren(h("ol", {}, li.held.map(turn)));
    li.style.minHeight = "";
    mark(li);
  }

  function empty(li) {
    if (!li.full) return;
    li.style.minHeight = `${li.getBoundingClientRect().height}px`;
    li.full = false;
    li.replaceChildren();
  }

  function turn(at) {
    const said = h("p", { class: "said" });
    words(said, turns.text[at] ?? "", urgent.get(turns.seq[at]) ?? []);
    return h("li", { class: at === link.said?.get() ? "turn now" : "turn", id: `turn-${at}`, data: { at }, tabIndex: -1, onfocus: () => link.hover.set(at) },
    head(at), said);
  }

  // who said it and when, its state and its signs
  function head(at) {
    const name = turns.actor[at];
    return h("div", { class: "who" }, who.mark(name), h("b", {}, name), stamp(at), marks(at));
  }

  function stamp(at) {
    const time = when(at);
    return link.film?.get()
      ? h("button", { type: "button", class: "when", "aria-label": T.media.from(time), onclick: () => link.film.get().from(at) }, time)
      : h("span", { class: "when" }, time);
  }

  const marks = (at) => [...[...new Set(known.signs.get(turns.seq[at]))].map((type) => sign(type)), chip(at)];

  // what comes late changes the heads alone: the keyboard stays on its turn, and on its time
  function heads() {
    for (const one of roll.querySelectorAll(".turn")) {
      const at = +one.dataset.at, fresh = stamp(at);
      let old = one.querySelector(".when");
      if (old.tagName !== fresh.tagName) {
        const here = document.activeElement === old;
        old.replaceWith(fresh);
        if (here) one.focus({ preventScroll: true });
        old = fresh;
      }
      while (old.nextSibling) old.nextSibling.remove();
      old.after(...marks(at));
    }
  }

  function chip(at) {
    const i = known.row.get(at);
    if (i === undefined) return "";
    const v = known.told.values[known.spec.name][i];
    if (v === null) return h("span", { class: "chip none" }, T.unread);
    const step = level(v, known.spec.low, known.spec.rest, known.spec.high);
    return h("span", { class: "chip" }, h("i", { class: `d${step}` }), number(v));
  }

  async function mark(li) {
    // why somebody else said what they said, nobody knows
    if (!known.space || !li.held.length || known.told.by !== facts.method) return;
    const first = turns.seq[li.held[0]];
    const key = `${known.space.name}/${known.spec.name}/${first}`;
    if (!reasons.has(key)) reasons.set(key, ask(`${base}/reasons${query({ space: known.space.name, axis: known.spec.name, first, most: CHUNK })}`).catch(() => []));
    const told = await reasons.get(key);
    if (!li.full) return;
    const by = new Map();
    for (const one of told) by.set(one.seq, [...(by.get(one.seq) ?? []), one]);
    for (const at of li.held) {
      const spans = [...(by.get(turns.seq[at]) ?? []), ...(urgent.get(turns.seq[at]) ?? [])];
      const el = spans.length && li.querySelector(`#turn-${at} .said`);
      if (el) words(el, turns.text[at] ?? "", spans, known.spec.high - known.spec.low);
    }
  }

  // what scrolls under a mouse at rest is not pointed at
  roll.addEventListener("mousemove", (e) => {
    const one = (e.movementX || e.movementY) && e.target.closest(".turn");
    if (one) link.hover.set(+one.dataset.at);
  });

  const when = (at) => moment(turns.start[at], facts.clock);

  roll.addEventListener("keydown", (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    const own = e.target.closest(".turn"); // where the keyboard is, whatever scrolled under a mouse at rest
    const now = chosen.indexOf(own ? +own.dataset.at : link.hover.get());
    const at = chosen[Math.max(0, Math.min(chosen.length - 1, now + step))];
    link.hover.set(at);
    near(at);
    roll.querySelector(`#turn-${at}`)?.focus({ preventScroll: true }); // and so it is read aloud
  });

  function holder(at) {
    return chosen.length === total ? roll.children[Math.floor(at / CHUNK)] : [...roll.children].find((one) => one.held.includes(at));
  }

  // the turn that is being said: the list follows it, unless somebody is at it
  let still = 0, later = 0, film = null;
  const busy = (e) => { if (e.type !== "pointermove" || e.movementX || e.movementY) still = performance.now() + PATIENCE; };
  for (const name of ["wheel", "touchmove", "pointerdown", "pointermove", "keydown"]) roll.addEventListener(name, busy, { passive: true });
  function heard(at) {
    clearTimeout(later);
    roll.querySelector(".turn.now")?.classList.remove("now");
    if (at === null) return;
    const wait = still - performance.now();
    if (wait > 0) later = setTimeout(() => heard(link.said.get()), wait + 50);
    else near(at);
    roll.querySelector(`#turn-${at}`)?.classList.add("now");
  }

  // brings a turn into sight within the list alone: the page stays where it is
  function near(at) {
    const li = holder(at);
    if (!li) return;
    fill(li);
    const here = li.querySelector(`#turn-${at}`).getBoundingClientRect(), box = roll.getBoundingClientRect();
    if (here.top < box.top || here.bottom > box.bottom) roll.scrollTop += here.top - box.top - Math.min(box.height / 3, Math.max(0, box.height - here.height));
  }

  const off = [
    link.said?.watch(heard),
    link.film?.watch((one) => { if (one !== film) { film = one; heads(); } }),
    link.hover.watch((at) => {
      lit?.classList.remove("lit");
      if (at !== null && at === link.said?.get()) { lit = roll.querySelector(`#turn-${at}`); lit?.classList.add("lit"); return; }
      lit = at === null ? null : roll.querySelector(`#turn-${at}`);
      if (at !== null && !roll.matches(":hover")) { near(at); lit = roll.querySelector(`#turn-${at}`); }
      lit?.classList.add("lit");
    }),
    link.range.watch((range) => {
      const every = turns.seq.map((_, at) => at);
      chosen = range ? every.filter((at) => turns.start[at] <= range[1] && (turns.stop[at] > range[0] || turns.start[at] >= range[0])) : every;
      lay();
    }),
  ];
  return {
    signs(told) {
      if (!told.length) return;
      known.signs = new Map();
      for (const one of told) known.signs.set(one.seq, [...(known.signs.get(one.seq) ?? []), one.type]);
      heads();
    },
    states(told, spec, space) {
      Object.assign(known, { told, spec, space, row: new Map(told.at.map((at, i) => [at, i])) });
      lay();
    },
    close: () => { clearTimeout(later); off.forEach((f) => f?.()); eye.disconnect(); },
  };
}

// Text with marks; spans count code points, as Python does, and may overlap. How strong a mark is
// goes by how far a word moves the state along its axis: what hardly moves it is not marked.
function words(el, text, spans, range = 1) {
  const letters = [...text];
  const kind = new Array(letters.length).fill("");
  for (const { span, weight, kind: urgent } of spans) {
    const share = Math.abs(weight ?? 0) / range, strength = share < LEAST ? 0 : Math.min(3, Math.ceil((3 * share) / FULL));
    for (let i = span[0]; i < Math.min(span[1], letters.length); i++)
      if (urgent) kind[i] = "urgent";
      else if (kind[i] !== "urgent" && strength) kind[i] = `${weight > 0 ? "pos" : "neg"} w${strength}`;
  }
  const out = [];
  for (let i = 0; i < letters.length; ) {
    let j = i;
    while (j < letters.length && kind[j] === kind[i]) j++;
    const piece = letters.slice(i, j).join("");
    out.push(kind[i] ? h("mark", { class: kind[i] }, piece) : piece);
    i = j;
  }
  el.replaceChildren(...out);
}
