// A recording that drives a rating: the player of player.js, with the recording's own clock.
import { ask } from "./api.js";
import { h } from "./dom.js";
import { bridge, saying, screen } from "./recording.js";
import { T } from "./texts.js";

const ENOUGH = 2; // of readyState: there is something to see or hear right now

// null where a session has no recording that can lead: none, none that this browser plays, no seconds
export async function reel(base, turns, clock) {
  const told = await ask(`${base}/media/facts`);
  const time = bridge(turns, clock, told.offset);
  if (!told.kind || !time.linked) return null;
  const view = screen(base, told, { controls: false }), { el } = view, said = saying(turns);
  const ready = await new Promise((done) => {
    el.addEventListener("loadedmetadata", () => done(true), { once: true });
    el.addEventListener("error", () => done(false), { once: true });
  });
  if (!ready) return null;
  view.captions(turns, time);
  el.addEventListener("loadeddata", () => (el.textTracks[0].mode = "hidden"), { once: true }); // they stand below in any case
  const ticks = new Set();
  const total = Number.isFinite(el.duration) ? el.duration : time.film(Math.max(...turns.stop)) + 1;
  let frame = 0;
  const tell = () => {
    cancelAnimationFrame(frame);
    ticks.forEach((f) => f());
    if (!el.paused && !el.ended) frame = requestAnimationFrame(tell);
  };
  for (const name of ["play", "pause", "seeked", "timeupdate", "ended"]) el.addEventListener(name, tell);
  const seek = (to) => { el.currentTime = Math.max(0, Math.min(total, to)); };
  return {
    total, seek,
    view: h("div", { class: el.videoWidth ? "screen" : "screen heard" }, el, el.videoWidth ? "" : h("p", { class: "hint" }, T.media.heard)),
    turn: () => said.begun(time.session(el.currentTime)),
    time: () => time.session(el.currentTime),
    at: () => el.currentTime,
    playing: () => !el.paused && !el.ended && !el.seeking && el.readyState > ENOUGH,
    ended: () => el.ended,
    toTurn: (i) => seek(time.film(turns.start[i])),
    speed: (v) => (el.playbackRate = v),
    play: () => void el.play().catch(() => {}),
    pause: () => el.pause(),
    watch(f) { ticks.add(f); return () => ticks.delete(f); },
    close() { cancelAnimationFrame(frame); ticks.clear(); view.close(); },
  };
}
