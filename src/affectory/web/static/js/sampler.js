// 25 samples for each second of a session that plays, each stamped by the player's own clock. Where
// a timer came late, what was held meanwhile is said of the times in between.
export const TICK = 40; // milliseconds from one to the next
const HOLE = 1000; // a longer silence is left as one

export function sampler({ play, read, keep, first }) {
  let n = first, last = null;

  function tick() {
    if (!play.playing()) return void (last = null);
    const said = read();
    if (!said) return; // nobody has said anything yet
    const now = { at: play.time(), play: play.at(), wall: performance.now(), said };
    if (last && now.play === last.play) return; // it waits for something to show
    const late = last ? now.wall - last.wall : 0;
    const missed = late < HOLE && now.play > (last?.play ?? now.play) ? Math.round(late / TICK) - 1 : 0;
    for (let i = 1; i <= missed; i++) {
      const between = (key) => last[key] + ((now[key] - last[key]) * i) / (missed + 1);
      keep.add({ n: n++, at: between("at"), play: between("play"), said: last.said });
    }
    keep.add({ n: n++, at: now.at, play: now.play, said: now.said });
    last = now;
  }

  const timer = setInterval(tick, TICK);
  return () => clearInterval(timer);
}
