// Elements from names, properties and children; words are always text, never markup.
export function h(name, props = {}, ...children) {
  const svg = ["svg", "path", "circle", "line", "g", "text", "rect", "polyline"].includes(name);
  const el = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else if (key === "style") for (const [k, v] of Object.entries(value)) el.style.setProperty(k, v);
    else if (key === "data") Object.assign(el.dataset, value);
    else if (key in el && !svg && key !== "list") el[key] = value;
    else el.setAttribute(key, value === true ? "" : value);
  }
  el.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return el;
}

export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function toast(words) {
  const el = h("p", { class: "toast" }, words);
  document.getElementById("toasts").append(el);
  setTimeout(() => el.remove(), 6000);
}

// A value that pages watch: set it, and whoever watches is told.
export function watched(value) {
  const ears = new Set();
  return {
    get: () => value,
    set(next) {
      if (next === value) return;
      value = next;
      for (const ear of ears) ear(value);
    },
    watch(ear) {
      ears.add(ear);
      ear(value);
      return () => ears.delete(ear);
    },
  };
}
