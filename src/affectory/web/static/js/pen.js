// A pen that is used as a canvas's is, and whose picture is an SVG: what is seen can be printed.
const round = (v) => Math.round(v * 100) / 100;
const escaped = (words) => String(words).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

export class Pen {
  strokeStyle = "#000"; fillStyle = "#000"; globalAlpha = 1; lineWidth = 1; font = "12px system-ui"; textAlign = "left";
  #out = []; #path = ""; #dash = [];

  beginPath() { this.#path = ""; }
  moveTo(x, y) { this.#path += `M${round(x)} ${round(y)}`; }
  lineTo(x, y) { this.#path += `${this.#path ? "L" : "M"}${round(x)} ${round(y)}`; }
  closePath() { this.#path += "Z"; }
  rect(x, y, w, h) { this.#path += `M${round(x)} ${round(y)}h${round(w)}v${round(h)}h${round(-w)}Z`; }
  // whole circles alone: nothing here draws a part of one
  arc(x, y, r) { this.#path += `M${round(x - r)} ${round(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`; }
  setLineDash(dash) { this.#dash = dash; }

  stroke() {
    const dash = this.#dash.length ? ` stroke-dasharray="${this.#dash.join(" ")}"` : "";
    if (this.#path) this.#out.push(`<path d="${this.#path}" fill="none" stroke="${escaped(this.strokeStyle)}" stroke-width="${this.lineWidth}" stroke-linejoin="round"${dash}${this.#faint()}/>`);
  }

  fill() { if (this.#path) this.#out.push(`<path d="${this.#path}" fill="${escaped(this.fillStyle)}"${this.#faint()}/>`); }
  fillRect(...box) { this.beginPath(); this.rect(...box); this.fill(); }
  strokeRect(...box) { this.beginPath(); this.rect(...box); this.stroke(); }

  fillText(words, x, y) {
    const anchor = { right: "end", center: "middle" }[this.textAlign] ?? "start";
    this.#out.push(`<text x="${round(x)}" y="${round(y)}" font-family="system-ui, sans-serif" font-size="${parseFloat(this.font)}" text-anchor="${anchor}" fill="${escaped(this.fillStyle)}">${escaped(words)}</text>`);
  }

  #faint() { return this.globalAlpha < 1 ? ` opacity="${this.globalAlpha}"` : ""; }

  svg(wide, high, paper) {
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(wide)} ${round(high)}" width="${round(wide)}" height="${round(high)}"><rect width="100%" height="100%" fill="${escaped(paper)}"/>${this.#out.join("")}</svg>`;
  }
}
