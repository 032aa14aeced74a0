// One point after the other, by key, mouse or finger. All of it happens here, so that the next point is there at once;
// the kernel hears of every label, sends pictures of the points to come, and moves the map.

const AHEAD = 24;
const PACE_OF = 20;
const LONGEST_S = 60;
const KEYS = "1234567890abcefghijklmnopqrtvwxyz";
const CROSS =
  '<svg viewBox="0 0 310 310" aria-hidden="true"><g fill="none" stroke-linecap="square">' +
  ["#ffffff", "#14212b"]
    .map(
      (color, i) =>
        `<g stroke="${color}" stroke-width="${i ? 2.5 : 6}"><rect x="150" y="150" width="10" height="10"/>` +
        '<path d="M155 118v18M155 174v18M118 155h18M174 155h18"/></g>',
    )
    .join("") +
  "</g></svg>";

function made(name, className, text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

function pushed(className, key, text, onClick) {
  const button = made("button", `jupyter-button ${className}`);
  button.type = "button";
  button.append(made("kbd", "", key), made("span", "", text));
  button.addEventListener("click", onClick);
  return button;
}

function chip(title) {
  const figure = made("figure", "eo-chip-figure");
  const frame = made("div", "eo-chip-frame");
  const image = made("img", "");
  image.alt = `${title}, 310 m around the point`;
  frame.innerHTML = CROSS;
  frame.prepend(image);
  figure.append(frame, made("figcaption", "eo-muted", title));
  return { figure, image };
}

function minutesWords(seconds) {
  const minutes = Math.ceil(seconds / 60);
  return `about ${minutes} minute${minutes === 1 ? "" : "s"} left`;
}

function render({ model, el }) {
  const order = model.get("order");
  const classes = [...model.get("classes")];
  const labels = new Map(Object.entries(model.get("labels")).map(([id, name]) => [Number(id), name]));
  const added = [...model.get("added")];
  const chips = new Map();
  const asked = new Set();
  const done = [];
  const gaps = [];
  let shownAt = performance.now();
  const firstOpen = order.findIndex((id) => !labels.has(id));
  let index = firstOpen < 0 ? order.length : firstOpen;

  const head = made("div", "eo-label-head");
  const title = made("b", "");
  const left = made("span", "eo-muted");
  const pause = pushed("eo-label-pause", "Esc", "Pause", () => model.send({ event: "pause" }));
  const words = made("div", "eo-label-words");
  words.setAttribute("role", "status");
  words.append(title, left);
  head.append(words, pause);
  const bar = made("div", "eo-label-bar");
  bar.append(made("i", ""));
  const pictures = made("div", "eo-chip-pair");
  const looks = model.get("looks").map(chip);
  pictures.append(...looks.map((look) => look.figure));
  pictures.classList.toggle("eo-chip-pairs", looks.length > 2);
  const question = made("p", "eo-label-question", model.get("question"));
  const choices = made("div", "eo-label-classes");
  choices.setAttribute("role", "group");
  choices.setAttribute("aria-label", "Classes");
  const others = made("div", "eo-label-others");
  const unsure = pushed("eo-label-unsure", "U", "Unsure", () => give(null));
  const back = pushed("eo-label-back", "⌫", "Back", takeBack);
  const photo = pushed("eo-label-photo eo-toggle", "S", "Satellite photo", togglePhoto);
  photo.setAttribute("aria-pressed", "false");
  photo.title = "A sharper photo from outside, which may be of another year";
  const more = pushed("eo-label-dates eo-toggle", "D", "Other dates", toggleDates);
  more.setAttribute("aria-pressed", "false");
  more.title = "The same place on other days of the period";
  others.append(unsure, back, photo, more);
  const days = made("div", "eo-label-days");
  days.setAttribute("role", "group");
  days.setAttribute("aria-label", "Other dates");
  days.hidden = true;
  const adding = made("form", "eo-label-add");
  const field = made("input", "");
  field.maxLength = 60;
  field.placeholder = model.get("another");
  field.setAttribute("aria-label", "Name of another class");
  const add = pushed("eo-label-add-button", "", "Add", () => {});
  add.type = "submit";
  adding.append(field, add);
  adding.addEventListener("submit", addClass);
  const last = made("p", "eo-muted eo-label-last");
  el.classList.add("eo-labeller");
  el.tabIndex = -1;
  el.append(head, bar, pictures, days, question, choices, others, adding, last);

  function secondsLeft() {
    const pace = gaps.length < 5 ? model.get("seconds") : gaps.reduce((sum, gap) => sum + gap) / gaps.length;
    return pace * order.filter((id) => !labels.has(id)).length;
  }

  function wantChips() {
    const missing = order.slice(index, index + AHEAD).filter((id) => !chips.has(id) && !asked.has(id));
    const near = order.slice(index, index + AHEAD / 2).some((id) => missing.includes(id));
    if (!near) return;
    missing.forEach((id) => asked.add(id));
    model.send({ event: "want", points: missing });
  }

  function draw() {
    const id = order[index];
    const urls = chips.get(id);
    looks.forEach((look, i) => {
      if (urls) look.image.src = urls[i];
      else look.image.removeAttribute("src");
    });
    pictures.setAttribute("aria-busy", String(!urls));
  }

  function show() {
    const id = order[index];
    title.textContent = `Point ${index + 1} of ${order.length}`;
    left.textContent = minutesWords(secondsLeft());
    bar.firstChild.style.width = `${(100 * index) / order.length}%`;
    const present = labels.get(id);
    [...choices.children].forEach((button, i) => {
      button.classList.toggle("eo-on", labels.has(id) && classes[i] === present);
    });
    back.disabled = !done.length && !labels.size;
    el.dataset.point = id;
    draw();
    wantChips();
    model.send({ event: "at", point: id });
    wantDates();
    shownAt = performance.now();
  }

  function finish() {
    model.send({ event: "done" });
  }

  function give(name) {
    const id = order[index];
    if (id === undefined) return;
    gaps.push(Math.min((performance.now() - shownAt) / 1000, LONGEST_S));
    if (gaps.length > PACE_OF) gaps.shift();
    labels.set(id, name);
    done.push(id);
    keepLabels(model.get("key"), Object.fromEntries(labels), added);
    model.send({ event: "label", point: id, name });
    last.textContent = `Point ${index + 1}: ${name ?? "unsure"}`;
    const after = order.findIndex((other, i) => i > index && !labels.has(other));
    const next = after < 0 ? order.findIndex((other) => !labels.has(other)) : after;
    if (next < 0) {
      finish();
      return;
    }
    index = next;
    show();
  }

  function takeBack() {
    const id = done.pop() ?? order.slice(0, index).findLast((other) => labels.has(other));
    if (id === undefined) return;
    labels.delete(id);
    keepLabels(model.get("key"), Object.fromEntries(labels), added);
    model.send({ event: "back", point: id });
    index = order.indexOf(id);
    last.textContent = `The label of point ${index + 1} was taken back.`;
    show();
  }

  function togglePhoto() {
    const on = !photo.classList.contains("eo-on");
    photo.classList.toggle("eo-on", on);
    photo.setAttribute("aria-pressed", String(on));
    model.send({ event: "photo", on });
  }

  function toggleDates() {
    days.hidden = !days.hidden;
    more.classList.toggle("eo-on", !days.hidden);
    more.setAttribute("aria-pressed", String(!days.hidden));
    wantDates();
  }

  function wantDates() {
    for (const image of days.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    days.replaceChildren();
    if (days.hidden) return;
    days.append(made("p", "eo-muted", "Reading the other dates…"));
    model.send({ event: "dates", point: order[index] });
  }

  function showDates({ dates, days: names, said }, buffers) {
    if (days.hidden || dates !== order[index]) return;
    days.replaceChildren();
    if (said) days.append(made("p", "eo-muted", said));
    names.forEach((name, i) => {
      const look = chip(name);
      look.image.src = URL.createObjectURL(new Blob([buffers[i]], { type: "image/png" }));
      days.append(look.figure);
    });
  }

  function addButton(name) {
    const key = KEYS[choices.children.length] ?? "";
    choices.append(pushed("eo-label-class", key.toUpperCase(), name, () => give(name)));
  }

  function addClass(event) {
    event.preventDefault();
    const name = field.value.split(/\s+/).filter(Boolean).join(" ");
    field.value = "";
    el.focus({ preventScroll: true });
    if (!name || classes.includes(name)) return;
    classes.push(name);
    added.push(name);
    addButton(name);
    keepLabels(model.get("key"), Object.fromEntries(labels), added);
    model.send({ event: "add", name });
  }

  function keyed(event) {
    const root = el.closest(".eo-wrap");
    const target = event.target;
    const here = target instanceof Node && (root?.contains(target) || target === document.body);
    if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = target.matches?.("input:not([type=checkbox]), select, textarea");
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (typing && key !== "Escape") return;
    const number = KEYS.indexOf(key);
    let act = null;
    if (key === "Escape") act = typing && el.contains(target) ? () => el.focus() : () => model.send({ event: "pause" });
    else if (key === "Backspace") act = takeBack;
    else if (key === "u") act = () => give(null);
    else if (key === "s") act = togglePhoto;
    else if (key === "d") act = toggleDates;
    else if (key.length === 1 && number >= 0 && number < classes.length) act = () => give(classes[number]);
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat) act();
  }

  function receive(message, buffers) {
    if (message.dates !== undefined) showDates(message, buffers);
    if (!message.chips) return;
    message.chips.forEach((id, i) => {
      const files = buffers.slice(looks.length * i, looks.length * (i + 1));
      const urls = files.map((file) => URL.createObjectURL(new Blob([file], { type: "image/png" })));
      chips.set(id, urls);
    });
    if (message.chips.includes(order[index])) draw();
  }

  function focused() {
    if (!el.isConnected || el.offsetParent === null) {
      requestAnimationFrame(focused);
      return;
    }
    el.focus({ preventScroll: true });
    const { top, bottom } = el.getBoundingClientRect();
    if (bottom > innerHeight || top < 0) el.scrollIntoView({ block: "start" });
  }

  classes.forEach(addButton);
  model.on("msg:custom", receive);
  window.addEventListener("keydown", keyed, true);
  requestAnimationFrame(focused);
  if (index < order.length) show();
  else finish();
  return () => {
    model.off("msg:custom", receive);
    window.removeEventListener("keydown", keyed, true);
    for (const urls of chips.values()) urls.forEach((url) => URL.revokeObjectURL(url));
  };
}

export default { render };
