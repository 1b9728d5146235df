// Pictures as files: an SVG as it is seen, and the same as a PNG of twice the size.
import { h, toast } from "./dom.js";
import { T } from "./texts.js";

const DENSE = 2;
const LOOKS = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "opacity", "font-size", "font-family", "text-anchor"];

// Buttons that save a picture; `make` returns its SVG as text, now.
export function saves(name, make) {
  const button = (kind, work) => h("button", { type: "button", class: "get", "aria-label": T.save(kind, name), onclick: () => Promise.resolve(make()).then(work).catch((e) => toast(e.message)) }, kind);
  return [
    button("SVG", (text) => keep(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`)),
    button("PNG", async (text) => keep(await png(text), `${name}.png`)),
  ];
}

// The text of an SVG on the page, with the colours that its style sheet gives it.
export function drawn(el) {
  const copy = el.cloneNode(true), own = [el, ...el.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((one, i) => {
    const look = getComputedStyle(own[i]);
    for (const key of LOOKS) one.setAttribute(key, look.getPropertyValue(key));
    one.removeAttribute("class");
    one.removeAttribute("style");
  });
  const { width, height } = el.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  return new XMLSerializer().serializeToString(copy);
}

async function png(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const el = document.createElement("canvas");
    el.width = image.naturalWidth * DENSE;
    el.height = image.naturalHeight * DENSE;
    el.getContext("2d").drawImage(image, 0, 0, el.width, el.height);
    return await new Promise((done) => el.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

export function keep(blob, name) {
  const href = URL.createObjectURL(blob);
  const link = h("a", { href, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}
