// Hectares per zone: a table with head and first column in place; heads sort, a name shows its zone on the map.

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const hectares = (value) => (value < 9999.95 ? NUMBER : WHOLE).format(value);
const percent = (value, total) => (total > 0 ? `${WHOLE.format((100 * value) / total)} %` : "–");

function render({ model, el }) {
  const box = element("div", "eo-zones-scroll");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Hectares by zone");
  const table = element("table", "eo-zones-table");
  box.append(table);
  el.append(box);
  let by = -1; // -1: the order of the file; 0: names; n: the n-th column
  let down = true;
  let buttons = new Map();

  const press = () => {
    for (const [number, button] of buttons) {
      const on = number === model.get("chosen");
      button.setAttribute("aria-pressed", String(on));
      button.closest("tr").classList.toggle("eo-on", on);
    }
  };

  const ordered = () => {
    const rows = model.get("rows").map((row, index) => ({ number: index + 1, row }));
    if (by < 0) return rows;
    const names = new Intl.Collator(undefined, { numeric: true });
    const compare = by
      ? (a, b) => a.row[by] - b.row[by]
      : (a, b) => names.compare(a.row[0], b.row[0]);
    return rows.sort((a, b) => (down ? -1 : 1) * compare(a, b));
  };

  const head = () => {
    const line = element("tr");
    model.get("columns").forEach((column, index) => {
      const cell = element("th");
      cell.scope = "col";
      const button = element("button", "eo-zones-sort");
      button.title = `Sort by ${column.title}`;
      if (column.chip) {
        const chip = element("span", "eo-chip-box", column.chip);
        chip.style.background = column.color;
        chip.style.color = column.ink;
        button.append(chip);
      }
      // The figure in brackets that orders names of one kind is for the hint; it would make the heads four lines high.
      button.append(element("span", "", column.title.replace(/ \([^()]*\)$/, "")));
      if (by === index) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      button.addEventListener("click", () => {
        down = by === index ? !down : index > 0;
        by = index;
        draw();
        table.querySelectorAll(".eo-zones-sort")[index].focus();
      });
      cell.append(button);
      line.append(cell);
    });
    const made = element("thead");
    made.append(line);
    return made;
  };

  const body = () => {
    const made = element("tbody");
    buttons = new Map();
    for (const { number, row } of ordered()) {
      const [name, total, ...figures] = row;
      const line = element("tr");
      const cell = element("th");
      cell.scope = "row";
      const button = element("button", "eo-zones-name", name);
      button.title = name;
      button.addEventListener("click", () => {
        model.set("chosen", model.get("chosen") === number ? 0 : number);
        model.save_changes();
        press();
      });
      buttons.set(number, button);
      cell.append(button);
      line.append(cell, element("td", "", hectares(total)));
      for (const figure of figures) {
        const filled = element("td", figure ? "" : "eo-zones-none", hectares(figure));
        filled.append(element("small", "", percent(figure, total)));
        line.append(filled);
      }
      made.append(line);
    }
    return made;
  };

  const draw = () => {
    table.replaceChildren(head(), body());
    press();
  };

  model.on("change:rows change:columns", draw);
  model.on("change:chosen", press);
  draw();
  return () => {
    model.off("change:rows change:columns", draw);
    model.off("change:chosen", press);
  };
}

export default { render };
