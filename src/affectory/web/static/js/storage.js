// What this browser remembers between visits. It may be full, or refuse: then nothing is remembered,
// and whoever asked is told.
const over = (place) => ({
  recall(key) { try { return place().getItem(key); } catch { return null; } },
  remember(key, value) { try { place().setItem(key, value); return true; } catch { return false; } },
  forget(key) { try { place().removeItem(key); } catch { /* there was nothing */ } },
});

export const { recall, remember, forget } = over(() => localStorage);
export const visit = over(() => sessionStorage); // until this tab is closed
export const OPENED = "affectory.opened"; // which session was opened from all, and on which axis

export function keys(prefix) {
  try { return Object.keys(localStorage).filter((key) => key.startsWith(prefix)); } catch { return []; }
}

const read = (text) => { try { return JSON.parse(text); } catch { return null; } };

// a list, or what has names, that was remembered; what cannot be read any more is none
export function list(key) {
  const told = read(recall(key));
  return Array.isArray(told) ? told : [];
}

export function notes(key, from = { recall }) {
  return { ...read(from.recall(key)) };
}
