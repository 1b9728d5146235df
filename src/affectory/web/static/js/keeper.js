// Samples on their way to the disk. What is not acknowledged stays in the browser, is sent again
// after any failure, also after a reload, and counts once: samples have numbers.
import { post, stay } from "./api.js";
import { pieces, remembered } from "./pieces.js";

const EVERY = 400, MOST = 2000, LAST = 400, WAIT = 250, CHANNEL = "affectory.take.";
const FINAL = [409, 410, 422]; // answers that a second try does not change
const OFFERED = [...FINAL, 404, 413]; // and those that only somebody else can

const sent = (take, some, more) => post(`/takes/${take}/samples`, some, more);
let running = null;

// Samples that an earlier visit left in this browser, sent now. Returns those that no server takes,
// as they are now: what a person can do with them is theirs to say.
export const settle = () => (running ??= every().finally(() => (running = null)));

async function every() {
  const told = [];
  for (const take of remembered()) {
    const free = await alone(take);
    if (!free) continue; // another tab is at it
    const some = pieces(take), error = await all(take, some);
    if (OFFERED.includes(error?.status)) told.push({ take, some, status: error.status, why: error.message });
    free();
  }
  return told;
}

// a few at a time: where the first are refused, the others are not sent
async function all(take, some) {
  try {
    while (some.count()) {
      const few = some.first(LAST);
      await sent(take, few);
      some.drop(few.length);
    }
    some.clear();
  } catch (error) {
    return error;
  }
}

// A take is gone on with in one tab at a time: two would give the same numbers to different samples.
// Returns what gives it free again, or null where another tab has it.
export async function alone(take) {
  if (!window.BroadcastChannel) return () => {};
  const channel = new BroadcastChannel(`${CHANNEL}${take}`), mine = Math.random();
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

export function keeper(take, about, onchange) {
  const go = stay(), some = pieces(take, about);
  let kept = 0, busy = false, timer = null, trouble = "", status = 0, held = true, closed = false, parting = () => {};
  const save = () => (held = some.save());
  const refused = () => FINAL.includes(status);
  const tell = () => onchange?.({ kept, waiting: some.count(), trouble, status, held, refused: refused(), closed });

  function add(sample) {
    some.add(sample);
    if (some.count() % 10 === 1) save();
    if (refused()) return tell();
    timer ??= setTimeout(flush, EVERY);
  }

  async function flush() {
    clearTimeout(timer);
    timer = null;
    if (!some.count()) return;
    save();
    if (busy) return;
    busy = true;
    const few = some.first(MOST), to = take;
    try {
      const told = await sent(to, few);
      kept = told.samples;
      some.drop(few.length);
      trouble = "";
      status = 0;
    } catch (error) {
      if (to === take) {
        trouble = error.message;
        status = error.status ?? 0;
      }
    }
    busy = false;
    if (closed) ended();
    tell();
    if (some.count() && !refused()) timer ??= setTimeout(flush, trouble ? 1500 : 0);
  }

  function ended() {
    if (!some.count()) some.clear();
    if (!some.count() || refused()) go();
  }

  async function empty() {
    for (let tries = 0; some.count() && tries < 200 && !refused(); tries++) {
      await flush();
      if (some.count()) await new Promise((done) => setTimeout(done, 100));
    }
    if (some.count()) throw new Error(trouble);
    some.clear();
  }

  // what waits belongs to another take from now on: what was refused in this one is not lost
  function move(to) {
    take = to;
    status = 0;
    held = some.move(to);
    return flush();
  }

  // the page goes: what waits is remembered, and the first of it sent as long as a browser lets it
  const hide = () => {
    parting();
    if (!some.count()) return;
    save();
    sent(take, some.first(LAST), { keepalive: true }).catch(() => {});
  };
  addEventListener("pagehide", hide);
  const close = () => {
    removeEventListener("pagehide", hide);
    closed = true;
    save();
    ended();
    if (refused()) tell();
    else flush();
  };
  // how many samples there are before the next, of those that wait
  const next = () => some.rest().reduce((most, one) => Math.max(most, one.n + 1), 0);
  return { add, flush, empty, move, close, next, rest: some.rest, before: (work) => (parting = work) };
}
