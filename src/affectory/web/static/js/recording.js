// The recording of a session: the element that plays it, its captions, and its time in the session's.
import { h } from "./dom.js";
import { T } from "./texts.js";

const DATED = 1e6; // starts beyond are no seconds of a recording, but dates
const LINGER = 1.5, ALONE = 5; // seconds that a turn without a known end is said at most after it, or shown

// Between the session's time and the recording's. `linked` is false where the session has no seconds.
export function bridge(turns, clock, offset) {
  const first = turns.start[0] ?? 0;
  const zero = Math.abs(first) < DATED ? 0 : first;
  return { linked: clock === "seconds", film: (t) => t - zero + offset, session: (m) => m - offset + zero };
}

// Which turn is being said at a time: of those that go on the one that began last, else null.
export function saying(turns) {
  const order = turns.start.map((_, at) => at).sort((a, b) => turns.start[a] - turns.start[b] || a - b);
  const last = (t) => {
    let low = 0, high = order.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (turns.start[order[mid]] <= t) low = mid + 1; else high = mid;
    }
    return low - 1;
  };
  const end = (place) => {
    const at = order[place];
    return turns.stop[at] > turns.start[at] ? turns.stop[at] : (turns.start[order[place + 1]] ?? turns.start[at] + ALONE);
  };
  return {
    order, end,
    begun: (t) => order[Math.max(0, last(t))] ?? 0,
    at(t) {
      const place = last(t);
      for (let i = place; i >= 0 && i > place - 8; i--) if (end(i) > t) return order[i];
      return place >= 0 && end(place) + LINGER > t ? order[place] : null;
    },
  };
}

const clock = (s) => {
  const pad = (n, wide = 2) => String(n).padStart(wide, "0"), ms = Math.round(s * 1000);
  return `${pad(Math.floor(ms / 3600000))}:${pad(Math.floor(ms / 60000) % 60)}:${pad(Math.floor(ms / 1000) % 60)}.${pad(ms % 1000, 3)}`;
};
const escaped = (words) => words.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\s*[\r\n]+\s*/g, "\n");

// What is said as WebVTT: a cue a turn, which begins with the name of who says it.
export function vtt(turns, time) {
  const { order, end } = saying(turns);
  const cues = order.map((at, place) => [time.film(turns.start[at]), time.film(end(place)), at])
    .filter(([, stop, at]) => stop > 0 && turns.text[at]);
  return ["WEBVTT", ...cues.map(([start, stop, at]) =>
    `${clock(Math.max(0, start))} --> ${clock(stop)}\n${escaped(turns.actor[at]).replace(/\n/g, " ")}: ${escaped(turns.text[at].trim())}`)].join("\n\n") + "\n";
}

// The element, with the turns as captions; `close` lets go of both.
export function screen(base, told, { controls = true } = {}) {
  const el = h(told.kind, { controls, preload: "metadata", "aria-label": T.media.title, playsInline: told.kind === "video" });
  el.src = `/api${base}/media?v=${told.version}`;
  let words = null;
  return {
    el,
    captions(turns, time) {
      el.querySelector("track")?.remove();
      if (words) URL.revokeObjectURL(words);
      words = URL.createObjectURL(new Blob([vtt(turns, time)], { type: "text/vtt" }));
      el.append(h("track", { kind: "captions", label: T.media.captions, srclang: "und", default: true, src: words }));
    },
    close() {
      el.pause();
      el.removeAttribute("src");
      el.load();
      if (words) URL.revokeObjectURL(words);
    },
  };
}
