// Moments in words: minutes, hours and dates where a session counts in seconds, else its own numbers;
// and the axis that they stand on.
import { T } from "./texts.js";

const MIN = 60, HOUR = 3600, DAY = 86400;
const DATED = 1e8; // seconds since 1970 that are a date, not a length
const ROUND = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, ...[1, 2, 5, 10, 15, 30].map((n) => n * MIN), ...[1, 2, 3, 6, 12].map((n) => n * HOUR), ...ROUND.map((n) => n * DAY)];
const WHOLE = [1, 1e3, 1e6, 1e9].flatMap((many) => ROUND.map((n) => n * many));
const day = "{YYYY}-{MM}-{DD}", next = [`\n${day}`, null, `\n${day}`, null, null, null, 1]; // where one begins
const DATES = [
  [365 * DAY, "{YYYY}", null, null, null, null, null, null, 1],
  [28 * DAY, "{YYYY}-{MM}", null, null, null, null, null, null, 1],
  [DAY, day, null, null, null, null, null, null, 1],
  [MIN, "{HH}:{mm}", ...next],
  [1, "{HH}:{mm}:{ss}", ...next],
  [0.001, "{HH}:{mm}:{ss}.{fff}", ...next],
];

const pad = (n) => String(n).padStart(2, "0");
export const dated = (t, clock) => clock === "seconds" && t > DATED;

// with its seconds also where there are hours: so nobody takes hours for minutes
function clockface(t) {
  const s = Math.round(t), days = Math.floor(s / DAY), hours = Math.floor(s / HOUR) % 24, ends = `${pad(Math.floor(s / MIN) % 60)}:${pad(s % 60)}`;
  if (days) return `${T.units.d(days)} ${hours}:${ends}`;
  return s >= HOUR ? `${hours}:${ends}` : `${Math.floor(s / MIN)}:${pad(s % 60)}`;
}

export function moment(t, clock) {
  if (clock !== "seconds") return `${Math.round(t)}`;
  return dated(t, clock) ? new Date(t * 1000).toISOString().slice(0, 19).replace("T", " ") : clockface(t);
}

// days, hours and minutes, those that there are
function length(t) {
  const parts = { d: Math.floor(t / DAY), h: Math.floor(t / HOUR) % 24, min: Math.floor(t / MIN) % 60 };
  return Object.entries(parts).filter(([, n]) => n).map(([unit, n]) => T.units[unit](n)).join(" ") || "0";
}

function tick(t, step) {
  if (step >= MIN) return length(t);
  const part = step < 1 ? `.${Math.round(t * 10) % 10}` : "";
  return clockface(part ? Math.floor(t + 0.01) : t) + part;
}

// What the axis of time goes by and says, as the plotting library has it.
export function across(first, clock) {
  if (dated(first, clock)) return { size: 50, space: 84, values: DATES };
  if (clock !== "seconds") return { size: 34, ...(clock === "days" ? {} : { incrs: WHOLE }) };
  return {
    size: 34, incrs: STEPS,
    space: (_, __, low, high) => (high < HOUR ? 56 : high < DAY || high - low > 12 * DAY ? 84 : 120),
    values: (_, ticks, __, ___, step) => ticks.map((t) => tick(t, step)),
  };
}
