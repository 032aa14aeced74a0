// A list of images: preview, date, how clear; a button in each row. Rows keep their elements while the list grows.

const REST_MS = 120;

function render({ model, el }) {
  const list = element("ul", "eo-scenes-list");
  const rows = new Map();
  let timer = 0;
  el.append(list);

  const point = (key) => {
    clearTimeout(timer);
    timer = setTimeout(() => model.send({ event: "point", key }), REST_MS);
  };

  const make = (key) => {
    const row = element("li", "eo-scene-row");
    const picture = element("div", "eo-scene-picture");
    const title = element("b", "");
    const words = element("span", "eo-muted");
    const note = element("span", "eo-scene-note");
    const text = element("div", "eo-scene-text");
    const state = element("span", "eo-scene-used");
    const button = element("button", "jupyter-button");
    text.append(title, words, note);
    const other = element("button", "jupyter-button eo-scene-other");
    const does = element("div", "eo-scene-does");
    does.append(state, button, other);
    row.append(picture, text, does);
    other.addEventListener("click", () => model.send({ event: "other", key }));
    button.addEventListener("click", () => model.send({ event: "choose", key }));
    for (const event of ["pointerenter", "focusin"]) row.addEventListener(event, () => point(key));
    for (const event of ["pointerleave", "focusout"]) row.addEventListener(event, () => point(""));
    const fill = (item) => {
      title.textContent = item.title;
      words.textContent = item.words;
      note.textContent = item.note;
      note.hidden = !item.note;
      row.classList.toggle("eo-on", item.used);
      state.textContent = item.used && !item.toggle ? model.get("used_text") : "";
      const says = item.toggle || model.get("button_text");
      button.hidden = item.used && !item.toggle;
      button.textContent = says;
      button.setAttribute("aria-label", `${says} ${item.title}`);
      button.disabled = !model.get("ready") || !item.usable;
      other.hidden = !model.get("other_text") || item.used;
      other.textContent = model.get("other_text");
      other.setAttribute("aria-label", `${model.get("other_text")} ${item.title}`);
      other.disabled = button.disabled;
      if (picture.dataset.preview !== item.preview) {
        picture.dataset.preview = item.preview;
        picture.replaceChildren();
        if (item.preview) {
          const image = element("img", "");
          image.alt = "";
          image.src = item.preview;
          picture.append(image);
        }
      }
    };
    return { row, fill };
  };

  const update = () => {
    const items = model.get("items");
    const keys = new Set(items.map((item) => item.key));
    for (const [key, { row }] of rows) {
      if (keys.has(key)) continue;
      row.remove();
      rows.delete(key);
    }
    items.forEach((item, index) => {
      if (!rows.has(item.key)) rows.set(item.key, make(item.key));
      const { row, fill } = rows.get(item.key);
      fill(item);
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    });
  };

  model.on("change", update);
  update();
  return () => {
    clearTimeout(timer);
    model.off("change", update);
  };
}

export default { render };
