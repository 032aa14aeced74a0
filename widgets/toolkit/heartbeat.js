// Asks the kernel for a sign of life. Where it stays away, the page says why: the line is down and is tried again,
// or the kernel is gone for good and with it the session.

const PERIOD_MS = 2500;
const SILENT_MS = 7500;  // from here on the page asks the server what the matter is
const ENDED_MS = 20000;  // a kernel that the server knows and that says nothing for so long was started anew

function bar(root) {
  const line = document.createElement("div");
  line.className = "eo-offline";
  line.setAttribute("role", "status");
  line.textContent = "Connection lost. Trying again…";
  root.append(line);
  return line;
}

function veil(root) {
  const layer = document.createElement("div");
  layer.className = "eo-veil";
  const hosted = !document.querySelector("[data-voila]");
  const linked = root.querySelector(".eo-copy")?.dataset.linked === "yes";
  const text = hosted
    ? "The notebook's kernel was restarted or shut down. Run the cell again."
    : linked
      ? "Your settings are in the address."
      : "The page has lost the computation behind it.";
  const card = document.createElement("div");
  card.setAttribute("role", "alertdialog");
  card.setAttribute("aria-label", "Session ended");
  card.append(Object.assign(document.createElement("b"), { textContent: "This session has ended." }));
  card.append(Object.assign(document.createElement("p"), { textContent: text }));
  layer.append(card);
  root.append(layer);
  if (!hosted) {
    const button = document.createElement("button");
    button.textContent = linked ? "Reload and continue" : "Reload the page";
    button.addEventListener("click", () => location.reload());
    card.append(button);
    button.focus();
  }
  return layer;
}

// "gone": the server says that there is no such kernel; "there": it knows it; "silent": no server answers.
async function kernel(id) {
  const data = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
  if (!id) return "there";
  try {
    const address = `${data.baseUrl ?? "/"}api/kernels/${encodeURIComponent(id)}`;
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(5000) });
    return answer.status === 404 ? "gone" : answer.status >= 500 ? "silent" : "there";
  } catch {
    return "silent";
  }
}

function render({ model, el }) {
  let heard = Date.now();
  let unheard = heard;  // since when the server can be reached while the kernel says nothing
  let line = null;
  let layer = null;
  let ended = false;

  const tidy = () => {
    line?.remove();
    layer?.remove();
    line = layer = null;
  };
  const alive = (message) => {
    if (message.event !== "pong" || ended) return;
    heard = unheard = Date.now();
    tidy();
  };
  const end = (root) => {
    line?.remove();
    line = null;
    layer ??= veil(root);
  };
  const lost = () => {
    ended = true;
    const root = el.closest(".eo-wrap");
    if (root) end(root);
  };
  const beat = async () => {
    const root = el.closest(".eo-wrap");
    if (!root || ended) return;
    try {
      model.send({ event: "ping" });
    } catch {
      return lost();  // the widgets' own channel is closed: the kernel was started anew
    }
    if (Date.now() - heard < SILENT_MS) return;
    const state = navigator.onLine ? await kernel(model.get("kernel_id")) : "silent";
    if (Date.now() - heard < SILENT_MS) return;
    if (state === "silent") {
      unheard = Date.now();
      layer?.remove();
      layer = null;
      line ??= bar(root);
    } else if (state === "gone" || Date.now() - unheard > ENDED_MS) {
      end(root);
    } else {
      line ??= bar(root);
    }
  };

  model.on("msg:custom", alive);
  model.on("comm:close", lost);
  const timer = setInterval(beat, PERIOD_MS);
  addEventListener("online", beat);
  return () => {
    clearInterval(timer);
    removeEventListener("online", beat);
    model.off("msg:custom", alive);
    model.off("comm:close", lost);
    tidy();
  };
}

export default { render };
