// Samples on their way to the disk. What is not acknowledged stays in the browser, is sent again
// after any failure, also after a reload, and counts once: samples have numbers.
import { ask } from "./api.js";

const EVERY = 400, MOST = 2000, PLACE = "affectory.take.";

const post = (take, some) => ask(`/takes/${take}/samples`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(some) });

// Samples that an earlier visit left in this browser, sent now; what cannot be sent stays.
export async function settle() {
  for (const place of Object.keys(localStorage).filter((key) => key.startsWith(PLACE))) {
    const waiting = JSON.parse(localStorage.getItem(place));
    try {
      for (let low = 0; low < waiting.length; low += MOST) await post(place.slice(PLACE.length), waiting.slice(low, low + MOST));
      localStorage.removeItem(place);
    } catch { /* the next visit tries again */ }
  }
}

export function keeper(take, onchange) {
  const place = `${PLACE}${take}`;
  let waiting = JSON.parse(localStorage.getItem(place) ?? "[]");
  let kept = 0, busy = false, timer = null, trouble = "";
  const tell = () => onchange?.({ kept, waiting: waiting.length, trouble });

  function add(sample) {
    waiting.push(sample);
    if (waiting.length % 10 === 1) localStorage.setItem(place, JSON.stringify(waiting));
    timer ??= setTimeout(flush, EVERY);
  }

  async function flush() {
    clearTimeout(timer);
    timer = null;
    if (busy || !waiting.length) return;
    busy = true;
    localStorage.setItem(place, JSON.stringify(waiting));
    const some = waiting.slice(0, MOST);
    try {
      const told = await post(take, some);
      kept = told.samples;
      waiting = waiting.slice(some.length);
      localStorage.setItem(place, JSON.stringify(waiting));
      trouble = "";
    } catch (error) {
      trouble = error.message;
    }
    busy = false;
    tell();
    if (waiting.length) timer ??= setTimeout(flush, trouble ? 1500 : 0);
  }

  async function empty() {
    for (let tries = 0; waiting.length && tries < 200; tries++) {
      await flush();
      if (waiting.length) await new Promise((done) => setTimeout(done, 100));
    }
    if (waiting.length) throw new Error(trouble);
    localStorage.removeItem(place);
  }

  const hide = () => waiting.length && localStorage.setItem(place, JSON.stringify(waiting));
  addEventListener("pagehide", hide);
  const close = () => { removeEventListener("pagehide", hide); flush(); };
  return { add, flush, empty, close };
}
