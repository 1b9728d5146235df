// A recording that drives a rating: the player of player.js, with the recording's own clock.
import { ask } from "./api.js";
import { h } from "./dom.js";
import { bridge, saying, screen } from "./recording.js";
import { T } from "./texts.js";

const ENOUGH = 2; // of readyState: there is something to see or hear right now

const PATIENCE = 8000; // milliseconds in which a recording must begin to come
const none = (why) => ({ film: null, why });

// What leads a rating: `film` is null where no recording can, and `why` says why, where there is one.
export async function reel(base, turns, clock) {
  const told = await ask(`${base}/media/facts`);
  const time = bridge(turns, clock, told.offset);
  if (!told.kind) return none(told.note);
  if (!time.linked) return none(T.rate.apart);
  const view = screen(base, told, { controls: false }), { el } = view, said = saying(turns);
  const wrong = await new Promise((done) => {
    el.addEventListener("loadedmetadata", () => done(""), { once: true });
    el.addEventListener("error", () => done(T.rate.unplayable), { once: true });
    setTimeout(() => done(T.rate.slow), PATIENCE);
  });
  if (wrong) {
    view.close();
    return none(wrong);
  }
  view.captions(turns, time);
  el.addEventListener("loadeddata", () => (el.textTracks[0].mode = "hidden"), { once: true }); // they stand below in any case
  const ticks = new Set();
  const total = Number.isFinite(el.duration) ? el.duration : time.film(Math.max(...turns.stop)) + 1;
  let frame = 0, until = null; // where a turn ends that is played by itself
  const tell = () => {
    cancelAnimationFrame(frame);
    if (until !== null && el.currentTime >= until) pause();
    ticks.forEach((f) => f());
    if (!el.paused && !el.ended) frame = requestAnimationFrame(tell);
  };
  for (const name of ["play", "pause", "seeked", "timeupdate", "ended"]) el.addEventListener(name, tell);
  const pause = () => { until = null; el.pause(); };
  const play = () => void el.play().catch(() => {});
  const seek = (to) => { until = null; el.currentTime = Math.max(0, Math.min(total, to)); };
  const film = {
    total, seek, pause, seen: el.videoWidth > 0,
    view: h("div", { class: el.videoWidth ? "screen" : "screen heard" }, el, el.videoWidth ? "" : h("p", { class: "hint" }, T.media.heard)),
    turn: () => said.begun(time.session(el.currentTime)),
    time: () => time.session(el.currentTime),
    at: () => el.currentTime,
    playing: () => !el.paused && !el.ended && !el.seeking && el.readyState > ENOUGH,
    ended: () => el.ended,
    toTurn: (i) => seek(time.film(turns.start[i])),
    speed: (v) => (el.playbackRate = v),
    play() { until = null; play(); },
    has: (i) => time.film(turns.start[i]) >= 0 && time.film(turns.start[i]) < total,
    only(i) {
      film.toTurn(i);
      until = time.film(said.end(said.order.indexOf(i)));
      play();
    },
    watch(f) { ticks.add(f); return () => ticks.delete(f); },
    close() { cancelAnimationFrame(frame); ticks.clear(); view.close(); },
  };
  return { film, why: "" };
}
