// The focus never falls to the page: where the part that had it goes away or is switched off, it goes on to what
// stands for the region, as soon as that can take it. Gives a function that ends this.

const FOCUS_REST_MS = 250;  // others may be about to set the focus

// In each region the first of these that can take the focus. The main button may have to wait for the end of a run;
// "Cancel" would be pressed by a second Enter.
const STANDS_FOR = [
  [".eo-form", [".eo-main"]],
  [".eo-mapcol", [".leaflet-container"]],
  [".eo-results", [".eo-edit-done", ".lm-TabBar-tab.lm-mod-current"]],
];

function canHaveFocus(element) {
  return element.isConnected && !element.disabled && element.checkVisibility({ visibilityProperty: true });
}

function keepFocus(root) {
  let last = null;  // what had the focus, as long as the visitor has not left it
  let region = null;
  let timer = 0;

  const entered = (event) => {
    last = event.target;
    region = STANDS_FOR.find(([whole]) => last.closest(whole));
    clearTimeout(timer);
  };
  const left = () => {
    const before = last;
    requestAnimationFrame(() => {
      if (before === last && before && canHaveFocus(before) && document.activeElement !== before) last = null;
    });
  };
  const mend = () => {
    if (!last || document.activeElement !== document.body) return;
    if (canHaveFocus(last)) {
      last.focus({ preventScroll: true });
      return;
    }
    const parts = region ? region[1].map((part) => root.querySelector(`${region[0]} ${part}`)) : [];
    parts.find((part) => part && canHaveFocus(part))?.focus({ preventScroll: true });
  };
  // A click on a tab leaves the focus where it was.
  const clicked = (event) => event.target.closest?.(".lm-TabBar-tab")?.focus({ preventScroll: true });
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(mend, FOCUS_REST_MS);
  };

  const observer = new MutationObserver(soon);
  observer.observe(root, { subtree: true, childList: true, attributeFilter: ["class", "disabled", "hidden", "style"] });
  root.addEventListener("focusin", entered);
  root.addEventListener("focusout", left);
  root.addEventListener("click", clicked);
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    root.removeEventListener("focusin", entered);
    root.removeEventListener("focusout", left);
    root.removeEventListener("click", clicked);
  };
}
