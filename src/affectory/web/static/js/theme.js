// runs before the page is drawn, so that it does not flash in the other colours
(() => {
  const wished = localStorage.getItem("affectory.theme");
  const dark = wished ? wished === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
