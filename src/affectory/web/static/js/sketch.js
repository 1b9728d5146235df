// The time line as it is printed: axes, bands, a line a speaker, and who they are.
const LEFT = 44, RIGHT = 12, TOP = 34, BOTTOM = 28, LINE = 14;

export function sketch(pen, { wide, high, x, y, ticks, lines, ink, grid, title }) {
  const across = (t) => LEFT + ((t - x[0]) / (x[1] - x[0] || 1)) * (wide - LEFT - RIGHT);
  const bottom = BOTTOM + (ticks.x.some(([, words]) => words.includes("\n")) ? LINE : 0);
  const up = (v) => high - bottom - ((v - y[0]) / (y[1] - y[0] || 1)) * (high - TOP - bottom);
  pen.fillStyle = ink;
  pen.fillText(title, LEFT, 14);
  for (const [t, words] of ticks.x) {
    rule(pen, grid, across(t), TOP, across(t), high - bottom);
    pen.textAlign = "center";
    words.split("\n").forEach((line, k) => pen.fillText(line, across(t), high - bottom + 16 + k * LINE));
  }
  pen.textAlign = "right";
  for (const [v, words] of ticks.y) {
    rule(pen, grid, LEFT, up(v), wide - RIGHT, up(v));
    pen.fillText(words, LEFT - 6, up(v) + 4);
  }
  pen.textAlign = "left";
  let key = LEFT;
  for (const line of lines) {
    if (line.low) band(pen, line, across, up);
    pen.strokeStyle = line.colour;
    pen.lineWidth = 1.5;
    pen.setLineDash(line.dash ?? []);
    pen.beginPath();
    line.t.forEach((t, i) => pen.lineTo(across(t), up(line.v[i])));
    pen.stroke();
    pen.setLineDash([]);
    pen.lineWidth = 1;
    if (!line.name) continue; // a line that goes on after a hole
    pen.fillStyle = line.colour;
    pen.fillRect(key, 22, 14, 3);
    pen.fillStyle = ink;
    pen.fillText(line.name, key + 18, 28);
    key += 36 + 7 * line.name.length;
  }
}

function rule(pen, colour, ...[x0, y0, x1, y1]) {
  pen.strokeStyle = colour;
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.stroke();
}

function band(pen, line, across, up) {
  pen.globalAlpha = 0.14;
  pen.fillStyle = line.colour;
  pen.beginPath();
  line.t.forEach((t, i) => pen.lineTo(across(t), up(line.high[i])));
  line.t.map((t, i) => [t, line.low[i]]).reverse().forEach(([t, v]) => pen.lineTo(across(t), up(v)));
  pen.fill();
  pen.globalAlpha = 1;
}
