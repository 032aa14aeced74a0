// What is drawn to a size, the map and the charts, is printed at the size it has on the screen. The style sheet
// for print needs these sizes, and how much smaller they must be for one page.

// Pixels of the style sheet on A4 and Letter within margins of 12 mm, less the title.
// Beside each other, but on upright paper a map that is wide lies over the results.
const UPRIGHT = { map: [324, 860], results: [350, 860] };
const UPRIGHT_WIDE = { map: [690, 390], results: [690, 500] };
const LYING = { map: [500, 610], results: [490, 610] };
const WIDE = 1.2;
const LARGEST = 1.3;
const SCENE = 140; // height of date, badge and facts of the images

function fitted([width, height], room) {
  return Math.min(LARGEST, room[0] / width, room[1] / height);
}

function measure(root) {
  const map = root.querySelector(".eo-map");
  const results = root.querySelector(".eo-results");
  if (!map || !results) return;
  const mapSize = [map.clientWidth, map.clientHeight];
  const table = root.querySelector(".eo-areas > .eo-pad") ?? results;
  const resultsSize = [results.clientWidth, table.scrollHeight + SCENE];
  const upright = mapSize[0] > WIDE * mapSize[1] ? UPRIGHT_WIDE : UPRIGHT;
  const values = {
    "map-width": `${mapSize[0]}px`,
    "map-height": `${mapSize[1]}px`,
    "results-width": `${resultsSize[0]}px`,
    "map-upright": fitted(mapSize, upright.map),
    "map-lying": fitted(mapSize, LYING.map),
    "results-upright": fitted(resultsSize, upright.results),
    "results-lying": fitted(resultsSize, LYING.results),
  };
  for (const [name, value] of Object.entries(values)) root.style.setProperty(`--${name}`, value);
}

function render({ el }) {
  const before = () => {
    const root = el.closest(".eo-wrap");
    if (root) measure(root);
  };
  addEventListener("beforeprint", before);
  return () => removeEventListener("beforeprint", before);
}

export default { render };
