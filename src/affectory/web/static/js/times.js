// Moments in words: minutes, hours and dates where a session counts in seconds, else its own numbers.
const pad = (n) => String(n).padStart(2, "0");
export const DATED = 1e8; // seconds since 1970 that are a date, not a length

export function clockface(t) {
  const s = Math.round(t);
  if (s >= 172800) return `${Math.round(s / 86400)} d`;
  return s >= 3600 ? `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}` : `${Math.floor(s / 60)}:${pad(s % 60)}`;
}

export function moment(t, clock) {
  if (clock !== "seconds") return `${Math.round(t)}`;
  return t > DATED ? new Date(t * 1000).toISOString().slice(0, 19).replace("T", " ") : clockface(t);
}
