// Samples in this browser's own storage: the design once, the labels at every change. A full or forbidden storage
// costs nothing but the copy.

const DESIGN = "eo-sample:";
const LABELS = "eo-labels:";
const MOST = 12;

function put(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function taken(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

function keys() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(DESIGN));
  } catch {
    return [];
  }
}

function forget(key) {
  try {
    localStorage.removeItem(DESIGN + key);
    localStorage.removeItem(LABELS + key);
  } catch {
    // there is nothing to forget
  }
}

function keepLabels(key, labels, added) {
  return put(LABELS + key, { labels, added, at: Date.now() });
}

function keepDesign(key, grid, design, labels, added) {
  const old = keys()
    .map((name) => name.slice(DESIGN.length))
    .filter((other) => other !== key)
    .sort((a, b) => (taken(LABELS + b)?.at ?? 0) - (taken(LABELS + a)?.at ?? 0));
  old.slice(MOST - 1).forEach(forget);
  return put(DESIGN + key, { grid, design }) && keepLabels(key, labels, added);
}

function keptOf(grid) {
  return keys()
    .map((name) => ({ ...taken(name), ...taken(LABELS + name.slice(DESIGN.length)) }))
    .filter((entry) => entry.grid === grid && typeof entry.design === "string")
    .sort((a, b) => (b.at ?? 0) - (a.at ?? 0))
    .map(({ design, labels, added }) => ({ design, labels: labels ?? {}, added: added ?? [] }));
}
