// Samples that this browser holds until the server has them: in pieces under keys of their own, so
// that what is written stays small, with a note of whose take they are.
import { forget, keys, list, notes, remember } from "./storage.js";

const PLACE = "affectory.take.", NOTE = "about", PIECE = 250; // samples of a piece
const place = (take, part) => `${PLACE}${take}.${part}`;
const parts = (key) => key.slice(PLACE.length).split(".");
const number = (key) => Number(parts(key)[1] ?? -1); // an earlier version had all in one, without a number
const own = (take) => keys(PLACE).filter((key) => parts(key)[0] === take);

// Takes that this browser holds something of.
export const remembered = () => [...new Set(keys(PLACE).map((key) => parts(key)[0]))];

export const forgotten = (take) => own(take).forEach(forget);

export function pieces(take, about = notes(place(take, NOTE))) {
  let all = own(take).filter((key) => parts(key)[1] !== NOTE).sort((a, b) => number(a) - number(b))
    .map((key) => ({ key, samples: list(key), written: true })).filter((one) => one.samples.length);
  let next = all.length ? number(all.at(-1).key) + 1 : 0, noted = false;
  let count = all.reduce((sum, one) => sum + one.samples.length, 0);

  const write = (one) => (one.written ||= remember(one.key, JSON.stringify(one.samples)));
  function save() {
    if (count) noted ||= remember(place(take, NOTE), JSON.stringify(about));
    return all.every(write);
  }

  function add(sample) {
    if (!all.length || all.at(-1).samples.length >= PIECE) all.push({ key: place(take, next++), samples: [] });
    const last = all.at(-1);
    last.samples.push(sample);
    last.written = false;
    count += 1;
  }

  const rest = () => all.flatMap((one) => one.samples);
  function first(most) {
    const some = [];
    for (let i = 0; i < all.length && some.length < most; i++) some.push(...all[i].samples.slice(0, most - some.length));
    return some;
  }

  // the first of them are safe elsewhere
  function drop(n) {
    count -= n;
    for (let more = n; more; ) {
      const one = all[0], some = Math.min(more, one.samples.length);
      one.samples.splice(0, some);
      one.written = false;
      more -= some;
      if (!one.samples.length) forget(all.shift().key);
    }
    save();
  }

  // they belong to another take from now on; where a browser is full, the old goes before the new
  function move(to) {
    const old = take;
    take = to;
    noted = false;
    next = 0;
    for (const one of all) renamed(one, place(take, next++));
    if (all.every((one) => one.written)) forgotten(old);
    return save();
  }

  function renamed(one, key) {
    const text = JSON.stringify(one.samples), put = () => remember(key, text), before = one.key;
    one.written = put() || (forget(before), put());
    if (one.written) one.key = key;
    else remember(before, text);
    if (one.written) forget(before);
  }

  function clear() {
    all = [];
    count = 0;
    noted = false;
    forgotten(take);
  }
  return { add, save, first, rest, drop, move, clear, about, count: () => count };
}
