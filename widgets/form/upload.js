// A button that picks a file of the visitor and sends it to the kernel in pieces; a file that is too large stays here.

const PIECE_BYTES = 2 ** 20;

async function send(model, file) {
  const of = Math.max(Math.ceil(file.size / PIECE_BYTES), 1);
  for (let piece = 0; piece < of; piece++) {
    const bytes = await file.slice(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES).arrayBuffer();
    model.send({ event: "piece", piece, of, name: file.name }, undefined, [bytes]);
  }
}

function render({ model, el }) {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = model.get("endings").join(",");
  input.className = "eo-file";
  input.tabIndex = -1;
  input.setAttribute("aria-label", model.get("purpose"));
  const button = document.createElement("button");
  button.className = "jupyter-widgets jupyter-button widget-button";
  button.textContent = "Choose file";
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const file = input.files[0];
    if (!file) return;
    const fits = file.size <= model.get("max_bytes");
    if (fits) send(model, file).catch(() => model.send({ event: "unreadable", name: file.name }));
    else model.send({ event: "too large", name: file.name, bytes: file.size });
    input.value = "";
  });
  el.append(button, input);
}

export default { render };
