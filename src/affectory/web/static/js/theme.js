// runs before the page is drawn, so that it does not flash in the other colours
(() => {
  let wished = null;
  try { wished = localStorage.getItem("affectory.theme"); } catch { /* this browser remembers nothing */ }
  const dark = wished ? wished === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
