// Collects the pieces of a file that the kernel sends as binary messages and saves them under a name.

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function initialize({ model }) {
  let pieces = [];
  const receive = (message, buffers) => {
    if (message.piece === 0) pieces = [];
    pieces.push(buffers[0]);
    if (message.piece + 1 < message.of || pieces.length !== message.of) return;
    save(new Blob(pieces, { type: message.type }), message.name);
    pieces = [];
    model.send({ event: "saved", name: message.name });
  };
  model.on("msg:custom", receive);
  return () => model.off("msg:custom", receive);
}

export default { initialize };
