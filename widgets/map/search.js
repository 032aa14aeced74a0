// A field for names of places; what is found lies below it as a list that arrow keys reach.

const REST_MS = 150;

function render({ model, el }) {
  const id = `eo-places-${model.model_id ?? Math.random().toString(36).slice(2)}`;
  const field = element("input", "eo-search-field");
  field.type = "text";
  field.placeholder = "Search a place";
  field.autocomplete = "off";
  field.spellcheck = false;
  field.maxLength = 100;
  const attributes = {
    role: "combobox",
    "aria-label": "Search a place",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id,
    "data-lm-suppress-shortcuts": "true",
  };
  for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value);
  const card = element("div", "eo-search-card");
  const list = element("ul", "eo-search-list");
  list.id = id;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Places found");
  const told = element("p", "eo-muted");
  told.setAttribute("role", "status");
  const credit = element("p", "eo-search-credit", model.get("credit"));
  card.append(list, told, credit);
  card.hidden = true;
  el.append(field, card);
  let at = -1;
  let timer = 0;
  let waits = false; // Enter was pressed before the places had arrived

  const open = (on) => {
    card.hidden = !on;
    field.setAttribute("aria-expanded", String(on));
    if (!on) mark(-1);
  };

  const mark = (index) => {
    at = index;
    [...list.children].forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === at));
      if (i === at) option.scrollIntoView({ block: "nearest" });
    });
    if (at < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", `${id}-${at}`);
  };

  const choose = (index) => {
    const place = model.get("places")[index];
    if (!place) return;
    field.value = place.label;
    waits = false;
    open(false);
    model.send({ event: "choose", index, label: place.label });
  };

  const isCurrent = () => model.get("found_for") === field.value.trim();

  const fill = () => {
    list.replaceChildren(
      ...model.get("places").map((place, index) => {
        const option = element("li", "", place.label);
        option.id = `${id}-${index}`;
        option.setAttribute("role", "option");
        if (place.note) option.append(element("small", "", place.note));
        option.addEventListener("pointerdown", (event) => event.preventDefault());
        option.addEventListener("click", () => choose(index));
        return option;
      }),
    );
    told.textContent = model.get("told");
    told.hidden = !told.textContent;
    mark(-1);
    if (waits && isCurrent()) choose(0);
  };

  const ask = () => {
    clearTimeout(timer);
    model.set("text", field.value.trim());
    model.save_changes();
  };

  field.addEventListener("input", () => {
    waits = false;
    clearTimeout(timer);
    timer = setTimeout(ask, REST_MS);
    open(field.value.trim() !== "");
  });
  field.addEventListener("focus", () => {
    field.select();
    if (field.value.trim() && list.children.length) open(true);
  });
  field.addEventListener("blur", () => open(false));
  field.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "ArrowDown" && count) {
      open(true);
      mark((at + 1) % count);
    } else if (event.key === "ArrowUp" && count) {
      open(true);
      mark(at <= 0 ? count - 1 : at - 1);
    } else if (event.key === "Enter") {
      if (isCurrent()) choose(Math.max(at, 0));
      else {
        waits = true;
        ask();
      }
    } else if (event.key === "Escape" && !card.hidden) open(false);
    else {
      event.stopPropagation(); // the map moves at arrow keys and plus and minus
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  for (const name of ["click", "dblclick", "pointerdown", "mousedown", "wheel"])
    el.addEventListener(name, (event) => event.stopPropagation());

  model.on("change:places change:told change:found_for", fill);
  fill();
  return () => {
    clearTimeout(timer);
    model.off("change:places change:told change:found_for", fill);
  };
}

export default { render };
