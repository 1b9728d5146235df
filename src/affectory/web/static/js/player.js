// A clock that goes through a session at the pace of reading: each turn lasts as long as its words.
const WORDS = 3.2, LEAST = 1.4; // words a second, seconds of the shortest turn

export function player(turns) {
  const begin = [0];
  turns.text.forEach((text, i) => begin.push(begin[i] + Math.max(LEAST, (text ?? "").split(/\s+/).length / WORDS)));
  const total = begin.at(-1);
  let at = 0, speed = 1, playing = false, last = 0, ticks = new Set(), frame = 0;

  function turn() {
    let low = 0, high = turns.seq.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if (begin[mid] <= at) low = mid; else high = mid - 1;
    }
    return low;
  }

  // the session's own time, between the beginning of this turn and that of the next
  function time() {
    const i = turn(), share = (at - begin[i]) / (begin[i + 1] - begin[i]);
    const next = turns.start[i + 1] ?? turns.stop[i];
    return turns.start[i] + share * Math.max(0, next - turns.start[i]);
  }

  function step(now) {
    if (!playing) return;
    at = Math.min(total, at + ((now - last) / 1000) * speed);
    last = now;
    if (at >= total) playing = false;
    ticks.forEach((f) => f());
    frame = requestAnimationFrame(step);
  }

  return {
    total, turn, time,
    at: () => at, playing: () => playing, ended: () => at >= total,
    seek(to) { at = Math.max(0, Math.min(total, to)); ticks.forEach((f) => f()); },
    toTurn(i) { this.seek(begin[i]); },
    speed: (v) => (speed = v),
    play() { if (playing || at >= total) return; playing = true; last = performance.now(); frame = requestAnimationFrame(step); ticks.forEach((f) => f()); },
    pause() { playing = false; cancelAnimationFrame(frame); ticks.forEach((f) => f()); },
    watch(f) { ticks.add(f); return () => ticks.delete(f); },
  };
}
