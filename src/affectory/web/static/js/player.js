// A clock that goes through a session at the pace of reading: each turn lasts as long as its words.
const WORDS = 3.2, LEAST = 1.4; // words a second, seconds of the shortest turn

export function player(turns) {
  const begin = [0];
  turns.text.forEach((text, i) => begin.push(begin[i] + Math.max(LEAST, (text ?? "").split(/\s+/).length / WORDS)));
  const total = begin.at(-1);
  let at = 0, speed = 1, playing = false, last = 0, ticks = new Set(), frame = 0;

  // where it is now: pictures may come late, the clock does not wait for them
  const now = () => (playing ? Math.min(total, at + ((performance.now() - last) / 1000) * speed) : at);
  const settle = () => { at = now(); last = performance.now(); };

  function turn() {
    const place = now();
    let low = 0, high = turns.seq.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if (begin[mid] <= place) low = mid; else high = mid - 1;
    }
    return low;
  }

  // the session's own time, between the beginning of this turn and that of the next
  function time() {
    const i = turn(), share = (now() - begin[i]) / (begin[i + 1] - begin[i]);
    const next = turns.start[i + 1] ?? turns.stop[i];
    return turns.start[i] + share * Math.max(0, next - turns.start[i]);
  }

  function step() {
    if (!playing) return;
    settle();
    if (at >= total) playing = false;
    ticks.forEach((f) => f());
    frame = requestAnimationFrame(step);
  }

  return {
    total, turn, time, at: now,
    playing: () => playing, ended: () => now() >= total,
    seek(to) { at = Math.max(0, Math.min(total, to)); last = performance.now(); ticks.forEach((f) => f()); },
    toTurn(i) { this.seek(begin[i]); },
    speed(v) { settle(); speed = v; },
    play() { if (playing || at >= total) return; playing = true; last = performance.now(); frame = requestAnimationFrame(step); ticks.forEach((f) => f()); },
    pause() { settle(); playing = false; cancelAnimationFrame(frame); ticks.forEach((f) => f()); },
    watch(f) { ticks.add(f); return () => ticks.delete(f); },
  };
}
