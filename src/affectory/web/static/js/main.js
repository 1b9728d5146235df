// Pages by the part of the address behind #; nothing of what people said ever stands there.
import { ask } from "./api.js";
import { corpus } from "./corpus.js";
import { explore } from "./explore.js";
import { h, toast } from "./dom.js";
import { figures } from "./figures.js";
import { anywhere } from "./intake.js";
import { left } from "./left.js";
import { live } from "./live.js";
import { methods } from "./methods.js";
import { queue } from "./queue.js";
import { rate } from "./rate.js";
import { raters } from "./raters.js";
import { session } from "./session.js";
import { remember } from "./storage.js";
import { T } from "./texts.js";

const ROUTES = [
  [/^#?\/?$/, explore, "explore"],
  [/^#\/t\/([\w-]+)$/, explore, "explore"],
  [/^#\/t\/([\w-]+)\/shapes$/, corpus, "explore"],
  [/^#\/t\/([\w-]+)\/s\/(\d+)$/, session, "explore"],
  [/^#\/t\/([\w-]+)\/s\/(\d+)\/rate$/, rate, "explore"],
  [/^#\/t\/([\w-]+)\/raters$/, raters, "explore"],
  [/^#\/t\/([\w-]+)\/queue$/, queue, "explore"],
  [/^#\/figures$/, figures, "figures"],
  [/^#\/live$/, live, "live"],
  [/^#\/methods(?:\/([\w/-]+))?$/, methods, "methods"],
];
const PAGES = { explore: "#/", live: "#/live", figures: "#/figures", methods: "#/methods" };
const main = document.getElementById("page");
let leave = () => {}, turn = 0;

async function show(event) {
  const mine = ++turn;
  leave();
  leave = () => {};
  const hash = location.hash || "#/";
  const found = ROUTES.find(([form]) => form.test(hash));
  const nav = document.getElementById("nav");
  nav.replaceChildren(...Object.entries(PAGES).map(([name, href]) =>
    h("a", { href, "aria-current": found?.[2] === name ? "page" : null }, T.pages[name])));
  document.title = found ? `${T.pages[found[2]]} · Affectory` : "Affectory";
  // a page has an element of its own: one that was left while it loads fills nothing that is seen
  const page = h("div", { class: "page" });
  main.replaceChildren(page);
  if (event) main.focus();
  if (!found) return void page.append(h("p", {}, T.gone));
  try {
    const close = (await found[1](page, ...hash.match(found[0]).slice(1))) ?? (() => {});
    if (mine === turn) leave = close;
    else close();
  } catch (error) {
    page.append(h("p", { class: "error", role: "alert" }, error.message));
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
    remember("affectory.theme", root.dataset.theme);
    say();
    dispatchEvent(new Event("themechange"));
  });
  say();
}

theme();
anywhere();
document.querySelector(".skip").addEventListener("click", (e) => { e.preventDefault(); main.focus(); });
addEventListener("hashchange", show);
addEventListener("unhandledrejection", (e) => e.reason?.name !== "AbortError" && toast(e.reason?.message ?? String(e.reason)));
show();
left(); // what an earlier visit could not send
ask("/about").then((told) => (document.getElementById("foot").textContent = T.foot(told.version)));
