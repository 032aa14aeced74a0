// How to read a first result: shown once in the life of this browser, until it is closed.

const KEY = "landcover-how-to-read";
let wanted = null;  // decided when it is first drawn: what is drawn anew meanwhile shows the same

function isNew() {
  try {
    const seen = localStorage.getItem(KEY);
    localStorage.setItem(KEY, "seen");
    return seen === null;
  } catch {
    return false;  // no storage: better never than each time
  }
}

function render({ model, el }) {
  wanted ??= isNew();
  if (!wanted) return;
  const card = document.createElement("section");
  card.setAttribute("aria-label", "How to read this");
  const head = document.createElement("header");
  head.append(Object.assign(document.createElement("h3"), { textContent: "How to read this" }));
  card.append(head);
  for (const [first, rest] of model.get("paragraphs")) {
    const paragraph = document.createElement("p");
    paragraph.append(Object.assign(document.createElement("b"), { textContent: first }), ` ${rest}`);
    card.append(paragraph);
  }
  const button = document.createElement("button");
  button.className = "eo-understood";
  button.textContent = "Got it";
  button.addEventListener("click", () => {
    wanted = false;
    card.remove();
  });
  head.append(button);
  el.append(card);
}

export default { render };
