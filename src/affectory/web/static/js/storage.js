// What this browser remembers between visits. It may be full, or refuse: then nothing is remembered,
// and whoever asked is told.
export function recall(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

export function remember(key, value) {
  try { localStorage.setItem(key, value); return true; } catch { return false; }
}

export function forget(key) {
  try { localStorage.removeItem(key); } catch { /* there was nothing */ }
}

export function keys(prefix) {
  try { return Object.keys(localStorage).filter((key) => key.startsWith(prefix)); } catch { return []; }
}

// a list that was remembered; what cannot be read any more is none
export function list(key) {
  try {
    const told = JSON.parse(recall(key) ?? "[]");
    return Array.isArray(told) ? told : [];
  } catch { return []; }
}
