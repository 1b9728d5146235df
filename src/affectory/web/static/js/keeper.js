// Samples on their way to the disk. What is not acknowledged stays in the browser, is sent again
// after any failure, also after a reload, and counts once: samples have numbers.
import { ask } from "./api.js";

const EVERY = 400, MOST = 2000;

export function keeper(take, onchange) {
  const place = `affectory.take.${take}`;
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
      const told = await ask(`/takes/${take}/samples`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(some) });
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

  addEventListener("pagehide", () => localStorage.setItem(place, JSON.stringify(waiting)));
  return { add, flush, empty, last: () => waiting.at(-1)?.n ?? -1 };
}
