// Puts a small question mark beside words that may be new, and explains them in a card. Enter, Space, a click or a
// finger opens it; the same again, Escape, or going elsewhere closes it. Screen readers hear the card: it is a status.

const GAP_PX = 6;
const AWAY_PX = 40;  // a page that is scrolled so far takes its card away

function whenAttached(el, start) {
  const root = el.closest(".eo-wrap");
  if (root) start(root);
  else requestAnimationFrame(() => whenAttached(el, start));
}

function mark(keys, terms) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "eo-ask";
  button.textContent = "?";
  button.dataset.terms = keys.join(" ");
  button.setAttribute("aria-label", `Explain: ${keys.map((key) => terms[key][0]).join(", ")}`);
  button.setAttribute("aria-expanded", "false");
  return button;
}

// A label's name would take in what stands inside it: there the mark is a neighbour.
function place(element, keys, terms) {
  if (element.matches("label")) {
    if (!element.nextElementSibling?.matches(".eo-ask")) element.after(mark(keys, terms));
  } else if (!element.querySelector(":scope > .eo-ask")) {
    element.append(mark(keys, terms));
  }
}

function put(card, button, root) {
  const at = button.getBoundingClientRect(), within = root.getBoundingClientRect();
  const left = Math.min(at.left, within.left + root.clientWidth - card.offsetWidth - GAP_PX);
  const below = at.bottom + GAP_PX;
  const fits = below + card.offsetHeight <= Math.min(within.top + root.clientHeight, innerHeight);
  const top = fits ? below : Math.max(at.top - GAP_PX - card.offsetHeight, within.top + GAP_PX);
  card.style.left = `${Math.max(left - within.left, GAP_PX) + root.scrollLeft}px`;
  card.style.top = `${top - within.top + root.scrollTop}px`;
}

function render({ model, el }) {
  let stop = () => {};

  whenAttached(el, (root) => {
    const terms = model.get("terms");
    const card = document.createElement("div");
    card.className = "eo-ask-card";
    card.setAttribute("role", "status");
    root.append(card);
    let opener = null;
    let openedAt = 0;
    let queued = false;

    const close = () => {
      opener?.setAttribute("aria-expanded", "false");
      opener = null;
      card.replaceChildren();
    };
    const open = (button) => {
      close();
      opener = button;
      openedAt = button.getBoundingClientRect().top;
      button.setAttribute("aria-expanded", "true");
      for (const key of button.dataset.terms.split(" ")) {
        const [title, text] = terms[key];
        const paragraph = document.createElement("p");
        paragraph.append(Object.assign(document.createElement("b"), { textContent: title }), ` ${text}`);
        card.append(paragraph);
      }
      put(card, button, root);
    };
    const apply = () => {
      queued = false;
      for (const [selector, keys] of model.get("places"))
        for (const element of root.querySelectorAll(selector)) place(element, keys, terms);
      if (opener && !opener.checkVisibility({ visibilityProperty: true })) close();
    };
    const soon = () => {
      if (!queued) requestAnimationFrame(apply);
      queued = true;
    };

    const click = (event) => {
      const button = event.target.closest?.(".eo-ask");
      if (button && root.contains(button)) {
        event.preventDefault();
        event.stopPropagation();
        if (button === opener) close();
        else open(button);
      } else if (opener && !card.contains(event.target)) {
        close();
        if (event.target.closest(".leaflet-container")) event.stopPropagation();
      }
    };
    const keys = (event) => {
      if (!opener || event.key !== "Escape") return;
      event.stopPropagation();
      opener.focus();
      close();
    };
    const left = (event) => {
      if (event.target === opener && event.relatedTarget) close();
    };
    const scrolled = () => {
      if (opener && Math.abs(opener.getBoundingClientRect().top - openedAt) > AWAY_PX) close();
    };

    const observer = new MutationObserver(soon);
    observer.observe(root, { subtree: true, childList: true, attributeFilter: ["class"] });
    // Before all others: a click on a mark is for nobody else.
    addEventListener("click", click, true);
    addEventListener("keydown", keys, true);
    root.addEventListener("focusout", left);
    root.addEventListener("scroll", scrolled, true);
    soon();

    stop = () => {
      observer.disconnect();
      removeEventListener("click", click, true);
      removeEventListener("keydown", keys, true);
      root.removeEventListener("focusout", left);
      root.removeEventListener("scroll", scrolled, true);
      card.remove();
    };
  });
  return () => stop();
}

export default { render };
