// Tells the kernel whether the map has tiles: without any, it draws names of its own.

const LOOK_MS = 3000;
const PATIENCE = 2; // looks without a tile before it counts: a slow line is not none

function render({ model, el }) {
  let told = "tiles";
  let without = 0;
  const look = () => {
    const map = el.closest(".eo-wrap")?.querySelector(".leaflet-tile-pane");
    if (!map || document.hidden) return;
    without = map.querySelector(".leaflet-tile-loaded") ? 0 : without + 1;
    const now = without >= PATIENCE ? "no tiles" : without ? told : "tiles";
    if (now !== told) model.send({ event: now });
    told = now;
  };
  const timer = setInterval(look, LOOK_MS);
  return () => clearInterval(timer);
}

export default { render };
