// Gives parts of the page the names, roles and keys that the toolkit leaves out.
// Rules are [selector, attribute, value]; "{}" in a value stands for what the slider shows beside it.

const FRAMES = 60;

function shownBy(handle) {
  const slider = handle.closest(".widget-slider, .widget-hslider");
  const readout = slider?.querySelector(".widget-readout") ?? slider?.parentElement.querySelector(".eo-size-typed input");
  return readout?.value ?? readout?.textContent ?? handle.getAttribute("aria-valuenow");
}

function put(element, attribute, template) {
  const value = template.includes("{}") ? template.replace("{}", shownBy(element)) : template;
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}

function whenAttached(el, start) {
  const root = el.closest(".eo-wrap");
  if (root) start(root);
  else requestAnimationFrame(() => whenAttached(el, start));
}

function render({ model, el }) {
  let stop = () => {};

  whenAttached(el, (root) => {
    let queued = false;
    const apply = () => {
      queued = false;
      for (const [selector, attribute, value] of model.get("rules"))
        for (const element of root.querySelectorAll(selector)) put(element, attribute, value);
      const all = root.querySelector(".eo-all input");
      if (all) all.indeterminate = model.get("mixed");
    };
    const soon = () => {
      if (!queued) requestAnimationFrame(apply);
      queued = true;
    };

    const keys = (event) => {
      const field = event.target.closest?.(".eo-form input:not([type=checkbox])");
      if (event.key === "Enter" && field) model.send({ event: "enter" });
      if (event.key !== "Escape") return;
      const cards = root.querySelectorAll("details[open]");
      for (const card of cards) {
        card.open = false;
        card.querySelector("summary").focus();
      }
      // The list may be closed already and only the kernel's answer be on its way.
      if (!cards.length && root.querySelector(".eo-more.eo-on")) root.querySelector(".eo-more").focus();
      model.send({ event: "escape" });
    };
    // A click beside an open card closes it; on the map it does nothing else.
    const outside = (event) => {
      let closed = false;
      for (const card of root.querySelectorAll("details[open]")) {
        if (card.contains(event.target)) continue;
        card.open = false;
        closed = true;
      }
      const list = root.querySelector(".eo-more.eo-on");
      if (list && !event.target.closest(".eo-foot, .eo-formats")) {
        list.click();
        closed = true;
      }
      if (closed && event.target.closest(".leaflet-container")) event.stopPropagation();
    };
    // What is to get the focus may still be on its way to the page.
    const focus = (selector, frames = FRAMES) => {
      const found = root.querySelector(selector);
      if (found) found.focus();
      else if (frames) requestAnimationFrame(() => focus(selector, frames - 1));
    };
    // In a notebook, keys such as "d d" would act on the cell while a slider has the focus.
    const keepKeys = (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true");
    const messages = (message) => {
      if (message.focus) requestAnimationFrame(() => focus(message.focus));
    };

    const free = keepFocus(root);
    const observer = new MutationObserver(soon);
    const watched = ["aria-valuenow", "aria-valuetext", "class"];
    observer.observe(root, { subtree: true, childList: true, attributeFilter: watched });
    // Fields stop their key events from rising: listen on the way down.
    root.addEventListener("keydown", keys, true);
    root.addEventListener("click", outside, true);
    root.addEventListener("focusin", keepKeys);
    model.on("change:rules", soon);
    model.on("change:mixed", soon);
    model.on("msg:custom", messages);
    model.set("reduced_motion", matchMedia("(prefers-reduced-motion: reduce)").matches);
    model.save_changes();
    soon();

    stop = () => {
      free();
      observer.disconnect();
      root.removeEventListener("keydown", keys, true);
      root.removeEventListener("click", outside, true);
      root.removeEventListener("focusin", keepKeys);
      model.off("change:rules", soon);
      model.off("change:mixed", soon);
      model.off("msg:custom", messages);
    };
  });
  return () => stop();
}

export default { render };
