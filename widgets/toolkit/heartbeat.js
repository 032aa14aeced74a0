// Asks the kernel for a sign of life. When several in a row stay away, the page says so instead of going dead.

const PERIOD_MS = 5000;
const MISSES = 4;

function veil(root) {
  const layer = document.createElement("div");
  layer.className = "eo-veil";
  const linked = root.querySelector(".eo-copy")?.dataset.linked === "yes";
  const [text, deed] = linked
    ? ["Your settings are in the address.", "Reload and continue"]
    : ["The page has lost its connection to the computation behind it.", "Reload the page"];
  layer.innerHTML =
    '<div role="alertdialog" aria-label="Session ended"><b>This session has ended.</b>' +
    `<p>${text}</p><button>${deed}</button></div>`;
  layer.querySelector("button").addEventListener("click", () => location.reload());
  root.append(layer);
  layer.querySelector("button").focus();
  return layer;
}

function render({ model, el }) {
  let missed = 0;
  let layer = null;
  const alive = (message) => {
    if (message.event !== "pong") return;
    missed = 0;
    layer?.remove();
    layer = null;
  };
  const beat = () => {
    const root = el.closest(".eo-wrap");
    if (!root) return;
    if (missed >= MISSES && !layer) layer = veil(root);
    missed += 1;
    try {
      model.send({ event: "ping" });
    } catch {
      // The connection is gone for good; the next beats tell.
    }
  };
  model.on("msg:custom", alive);
  const timer = setInterval(beat, PERIOD_MS);
  return () => {
    clearInterval(timer);
    model.off("msg:custom", alive);
    layer?.remove();
  };
}

export default { render };
