// A button that copies a text which is already on the page: browsers allow it only right after a click.

const SHOWN_MS = 2000;

function render({ model, el }) {
  const button = document.createElement("button");
  button.className = "jupyter-button eo-copy-text";
  const note = document.createElement("span");
  note.setAttribute("role", "status");
  note.className = "eo-muted";
  const label = () => (button.textContent = model.get("label"));
  label();
  button.addEventListener("click", async () => {
    note.textContent = (await copied(model.get("text"), el)) ? model.get("done") : "The browser does not allow it.";
    setTimeout(() => (note.textContent = ""), SHOWN_MS);
  });
  el.append(button, note);
  model.on("change:label", label);
}

export default { render };
