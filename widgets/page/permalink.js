// Keeps the request in the page's address, and copies the link. In JupyterLab the address belongs to the
// notebook: there the same button saves the request as a file.

const SHOWN_MS = 2000;

function inVoila() {
  const data = document.getElementById("jupyter-config-data");
  return String(JSON.parse(data?.textContent ?? "{}").appUrl ?? "").replace(/^\//, "").startsWith("voila/");
}

function address(model, dropped = []) {
  const ours = [...model.get("names"), ...dropped];
  const others = location.search.slice(1).split("&").filter((part) => part && !ours.includes(part.split("=")[0]));
  const query = [...others, model.get("query")].filter(Boolean).join("&");
  return location.origin + location.pathname + (query && `?${query}`) + location.hash;
}

function make(name, className, text) {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

function render({ model, el }) {
  const voila = inVoila();
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
    const link = address(model, ["token"]);
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
    if (voila && model.get("has_request")) history.replaceState(history.state, "", address(model));
  };
  const outside = (event) => {
    if (!el.contains(event.target)) close();
  };
  const escape = (event) => {
    if (event.key === "Escape" && !card.hidden) close();
  };

  button.addEventListener("click", press);
  document.addEventListener("click", outside);
  document.addEventListener("keydown", escape, true);
  model.on("change", update);
  update();
  return () => {
    document.removeEventListener("click", outside);
    document.removeEventListener("keydown", escape, true);
    model.off("change", update);
  };
}

export default { render };
