// Pages by the part of the address behind #; nothing of what people said ever stands there.
import { ask } from "./api.js";
import { corpus } from "./corpus.js";
import { explore } from "./explore.js";
import { h, toast } from "./dom.js";
import { figures } from "./figures.js";
import { live } from "./live.js";
import { methods } from "./methods.js";
import { queue } from "./queue.js";
import { rate } from "./rate.js";
import { session } from "./session.js";
import { T } from "./texts.js";

const ROUTES = [
  [/^#?\/?$/, explore, "explore"],
  [/^#\/t\/([\w-]+)$/, explore, "explore"],
  [/^#\/t\/([\w-]+)\/shapes$/, corpus, "explore"],
  [/^#\/t\/([\w-]+)\/s\/(\d+)$/, session, "explore"],
  [/^#\/t\/([\w-]+)\/s\/(\d+)\/rate$/, rate, "explore"],
  [/^#\/t\/([\w-]+)\/queue$/, queue, "explore"],
  [/^#\/figures$/, figures, "figures"],
  [/^#\/live$/, live, "live"],
  [/^#\/methods$/, methods, "methods"],
];
const PAGES = { explore: "#/", live: "#/live", figures: "#/figures", methods: "#/methods" };
let leave = () => {};

async function show() {
  leave();
  const main = document.getElementById("page");
  const found = ROUTES.find(([form]) => form.test(location.hash || "#/"));
  const nav = document.getElementById("nav");
  nav.replaceChildren(...Object.entries(PAGES).map(([name, href]) =>
    h("a", { href, "aria-current": found?.[2] === name ? "page" : null }, T.pages[name])));
  main.replaceChildren();
  if (!found) return void main.append(h("p", {}, T.gone));
  try {
    leave = (await found[1](main, ...(location.hash || "#/").match(found[0]).slice(1))) ?? (() => {});
  } catch (error) {
    main.append(h("p", { class: "error", role: "alert" }, error.message));
    leave = () => {};
  }
}

function theme() {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const say = () => {
    button.textContent = root.dataset.theme === "dark" ? T.theme.light : T.theme.dark;
    button.setAttribute("aria-label", `${T.theme.label}: ${button.textContent}`);
  };
  button.addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem("affectory.theme", root.dataset.theme);
    say();
    dispatchEvent(new Event("themechange"));
  });
  say();
}

theme();
addEventListener("hashchange", show);
addEventListener("unhandledrejection", (e) => e.reason?.name !== "AbortError" && toast(e.reason?.message ?? String(e.reason)));
show();
ask("/about").then((told) => (document.getElementById("foot").textContent = T.foot(told.version)));
