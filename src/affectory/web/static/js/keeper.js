// Samples on their way to the disk. What is not acknowledged stays in the browser, is sent again
// after any failure, also after a reload, and counts once: samples have numbers.
import { post, stay } from "./api.js";
import { forget, keys, list, recall, remember } from "./storage.js";

const EVERY = 400, MOST = 2000, LAST = 400, WAIT = 250, PLACE = "affectory.take.";

const sent = (take, some, more) => post(`/takes/${take}/samples`, some, more);

// Samples that an earlier visit left in this browser, sent now; what cannot be sent stays.
export async function settle() {
  for (const place of keys(PLACE)) {
    const waiting = list(place), before = recall(place);
    try {
      for (let low = 0; low < waiting.length; low += MOST) await sent(place.slice(PLACE.length), waiting.slice(low, low + MOST));
      if (recall(place) === before) forget(place); // another tab may go on with it
    } catch { /* the next visit tries again */ }
  }
}

export const drop = (take) => forget(`${PLACE}${take}`);

// A take is gone on with in one tab at a time: two would give the same numbers to different samples.
// Returns what gives it free again, or null where another tab has it.
export async function alone(take) {
  if (!window.BroadcastChannel) return () => {};
  const channel = new BroadcastChannel(`${PLACE}${take}`), mine = Math.random();
  let here = false, other = false;
  channel.onmessage = ({ data }) => {
    if (data.ask === undefined) other = true;
    else if (here || data.ask > mine) channel.postMessage({});
  };
  channel.postMessage({ ask: mine });
  await new Promise((done) => setTimeout(done, WAIT));
  if (other) {
    channel.close();
    return null;
  }
  here = true;
  return () => channel.close();
}

const FINAL = [409, 422]; // answers that a second try does not change

export function keeper(take, onchange) {
  const go = stay();
  let place = `${PLACE}${take}`, waiting = list(place);
  let kept = 0, busy = false, timer = null, trouble = "", status = 0, held = true, closed = false;
  const save = () => (held = remember(place, JSON.stringify(waiting)));
  const tell = () => onchange?.({ kept, waiting: waiting.length, trouble, status, held });

  function add(sample) {
    waiting.push(sample);
    if (waiting.length % 10 === 1) save();
    if (refused()) return tell();
    timer ??= setTimeout(flush, EVERY);
  }

  const refused = () => FINAL.includes(status);

  async function flush() {
    clearTimeout(timer);
    timer = null;
    if (busy || !waiting.length) return;
    busy = true;
    save();
    const some = waiting.slice(0, MOST);
    try {
      const told = await sent(take, some);
      kept = told.samples;
      waiting = waiting.slice(some.length);
      save();
      trouble = "";
      status = 0;
    } catch (error) {
      trouble = error.message;
      status = error.status ?? 0;
    }
    busy = false;
    tell();
    if (closed && (refused() || !waiting.length)) go();
    if (waiting.length && !refused()) timer ??= setTimeout(flush, trouble ? 1500 : 0);
  }

  async function empty() {
    for (let tries = 0; waiting.length && tries < 200 && !refused(); tries++) {
      await flush();
      if (waiting.length) await new Promise((done) => setTimeout(done, 100));
    }
    if (waiting.length) throw new Error(trouble);
    forget(place);
  }

  // what waits belongs to another take from now on: what was refused in this one is not lost
  function move(to) {
    forget(place);
    take = to;
    place = `${PLACE}${to}`;
    status = 0;
    save();
    return flush();
  }

  // the page goes: what waits is remembered, and the first of it sent as long as a browser lets it
  const hide = () => {
    if (!waiting.length) return;
    save();
    sent(take, waiting.slice(0, LAST), { keepalive: true }).catch(() => {});
  };
  addEventListener("pagehide", hide);
  const close = () => {
    removeEventListener("pagehide", hide);
    closed = true;
    if (!waiting.length || refused()) return go();
    flush();
  };
  return { add, flush, empty, move, close };
}
