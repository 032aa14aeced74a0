// Keeps the request in the page's address, and copies the link. In JupyterLab the address belongs to the
// notebook: there the same button saves the request as a file.

const SHOWN_MS = 2000;
const APART_MS = 1000;
const PLACE = ["lat", "lon", "km", "area"];

function inVoila() {
  const data = document.getElementById("jupyter-config-data");
  return String(JSON.parse(data?.textContent ?? "{}").appUrl ?? "").replace(/^\//, "").startsWith("voila/");
}

function address(model, dropped = []) {
  const ours = [...model.get("names"), ...dropped];
  const name = (part) => part.split("=")[0].replace(/^amp;/, "");
  const others = location.search.slice(1).split("&").filter((part) => part && !ours.includes(name(part)));
  const query = [...others, model.get("query")].filter(Boolean).join("&");
  return location.origin + location.pathname + (query && `?${query}`) + location.hash;
}

function place(query) {
  return query.split("&").filter((part) => PLACE.includes(part.split("=")[0])).join("&");
}

// Another area is another entry of the browser's history: going back brings the area back.
function keep(model, last) {
  const target = address(model);
  if (target === location.href) return;
  const before = place(location.search.slice(1));
  const moved = before && before !== place(model.get("query"));
  const now = Date.now();
  if (moved && now - last.pushed > APART_MS) {
    last.pushed = now;
    history.pushState(history.state, "", target);
  } else {
    history.replaceState(history.state, "", target);
  }
}

function make(name, className, text) {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

function render({ model, el }) {
  const voila = inVoila();
  const last = { pushed: 0 };
  const label = voila ? "Copy link" : "Save request";
  const button = make("button", "eo-copy", label);
  const spoken = make("span", "eo-file", "");
  spoken.setAttribute("aria-live", "polite");
  const card = make("div", "eo-pop eo-link-card", "");
  card.setAttribute("role", "dialog");
  card.setAttribute("aria-label", label);
  card.hidden = true;
  el.append(button, spoken, card);

  const close = () => {
    if (card.contains(document.activeElement)) button.focus();
    card.hidden = true;
  };
  const save = () => {
    model.send({ event: "save" });
    close();
  };
  const open = (...content) => {
    card.replaceChildren(...content);
    card.hidden = false;
    card.querySelector("button, input").focus();
  };
  const say = (text) => {
    button.textContent = text;
    spoken.textContent = text;
    setTimeout(() => {
      button.textContent = label;
      spoken.textContent = "";
    }, SHOWN_MS);
  };
  const press = async () => {
    if (!card.hidden) return close();
    if (!voila) return save();
    if (model.get("too_long")) {
      const file = make("button", "jupyter-button", "Save request");
      file.addEventListener("click", save);
      return open(make("p", "", model.get("too_long")), file);
    }
    const link = shared(address(model, ["token"]), model.get("hub"), model.get("launch"));
    if (await copied(link, el)) return say("Copied");
    const field = make("input", "eo-link", "");
    field.readOnly = true;
    field.value = link;
    field.setAttribute("aria-label", "Link to this request");
    open(make("p", "", "The browser does not allow copying. Copy it yourself:"), field);
    field.select();
  };
  const update = () => {
    button.disabled = !model.get("has_request");
    button.title = button.disabled ? "Choose an area first" : "";
    button.dataset.linked = voila && model.get("query") ? "yes" : "no";
    if (voila && model.get("has_request")) keep(model, last);
  };
  const went = () => model.send({ event: "went", query: location.search.slice(1) });
  const outside = (event) => {
    if (!el.contains(event.target)) close();
  };
  const escape = (event) => {
    if (event.key === "Escape" && !card.hidden) close();
  };

  button.addEventListener("click", press);
  if (voila) addEventListener("popstate", went);
  document.addEventListener("click", outside);
  document.addEventListener("keydown", escape, true);
  model.on("change", update);
  update();
  model.send({ event: "seen" });
  return () => {
    removeEventListener("popstate", went);
    document.removeEventListener("click", outside);
    document.removeEventListener("keydown", escape, true);
    model.off("change", update);
  };
}

export default { render };
