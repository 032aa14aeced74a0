// Tells the kernel which samples of a grid this browser keeps, and keeps or forgets them when told to.

function initialize({ model }) {
  const tell = () => {
    const grid = model.get("grid");
    if (grid) model.send({ event: "kept", grid, entries: keptOf(grid) });
  };
  const receive = (message) => {
    if (message.forget) forget(message.forget);
    const { keep } = message;
    if (keep) keepDesign(keep.key, keep.grid, keep.design, keep.labels, keep.added);
  };
  model.on("change:grid", tell);
  model.on("msg:custom", receive);
  tell();
  return () => {
    model.off("change:grid", tell);
    model.off("msg:custom", receive);
  };
}

export default { initialize };
