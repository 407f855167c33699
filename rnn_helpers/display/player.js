// Draws the marks that `recording.py` makes: SVG in quarter pixels, colours by their role, texts in
// the page's own fonts. No module, no kernel: JupyterLab reads it in front of stage.js, the site as
// a plain script, from a folder too.

const SVG = "http://www.w3.org/2000/svg";
const UNITS = 4; // of a mark's coordinates in a pixel
const NARROW = 560; // pixels: below them a picture takes its second layout
const BEAT = 900; // milliseconds from one step to the next while a picture plays
const POINT = "Point at a part, or choose one.";
const SIDEWAYS = 8; // pixels after which a finger drags, and no longer means to scroll
const RESTED = 500; // milliseconds after the last value until it is read out

function makeSvg(kind, attributes, parent) {
  const element = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent?.append(element);
  return element;
}

const makeHtml = (kind, properties, parent) => {
  const element = Object.assign(document.createElement(kind), properties);
  parent?.append(element);
  return element;
};

const paint = (color) =>
  color === undefined || color === "none" || color.startsWith("#")
    ? (color ?? "none")
    : `var(--rnn-${color})`;

// A picture and its sentence in `element`: `setLayout` draws what stays, `show` what moves.
class Player {
  constructor(element) {
    // an address of a clip looks through the whole page, in which others have loaded this file too
    this.name = `rnn-${Math.random().toString(36).slice(2)}`;
    this.element = element;
    this.line = makeHtml("p", {});
    this.sentence = makeHtml("span", {}, this.line);
    this.longest = "";
    this.spoken = makeHtml("span", {});
    this.spoken.setAttribute("role", "status");
    this.svg = makeSvg("svg", { role: "img" });
    this.clips = makeSvg("defs", {}, this.svg);
    this.still = makeSvg("g", {}, this.svg);
    this.moving = makeSvg("g", {}, this.svg);
    this.parts = makeHtml("div", { className: "rnn-parts" });
    this.words = makeHtml("div", { className: "rnn-words" });
    this.pinned = this.lit = undefined; // names of parts
    [this.handles, this.labels] = [[], []];
    this.watchPointer();
    this.watchHandles();
    element.classList.add("rnn-stage");
    element.replaceChildren(this.line, this.spoken, this.svg);
  }

  // Parts of the picture that light together: by pointing, and by a button each for the keyboard.
  setParts(parts) {
    this.what = new Map(parts);
    this.parts.replaceChildren();
    if (parts.length === 0) return;
    this.parts.setAttribute("role", "group");
    this.parts.setAttribute("aria-label", "Parts of the picture");
    for (const [name] of parts) {
      const button = makeHtml("button", { type: "button", textContent: name }, this.parts);
      button.addEventListener("focus", () => this.light(name));
      button.addEventListener("pointerenter", () => this.light(name));
      button.addEventListener("pointerleave", () => this.light(this.pinned));
      button.addEventListener("blur", () => this.light(this.pinned));
      button.addEventListener("click", () => this.pin(name));
      button.addEventListener("keydown", (event) => event.key === "Escape" && this.pin(undefined));
    }
    this.words.setAttribute("role", "status");
    this.element.append(this.parts, this.words);
    this.light(undefined);
    this.markAbsent();
  }

  // The picture can be pressed and dragged where its layout has handles: the nearest of a handle's
  // points sets controls. `labels` are those of all controls; `set` takes [[control, place], …].
  setHandles(labels, set) {
    this.labels = labels;
    this.takeSets = set;
  }

  watchHandles() {
    const find = (event) => {
      const [box, { width }] = [this.svg.getBoundingClientRect(), this.svg.viewBox.baseVal];
      const scale = width / box.width;
      return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    };
    const over = ([x, y]) =>
      this.handles.find(({ region: [left, top, width, height] }) =>
        left <= x && x <= left + width && top <= y && y <= top + height);
    const take = ([x, y]) => {
      const { points, sets } = this.held;
      const far = ([a, b]) => Math.hypot(a === null ? 0 : a - x, b === null ? 0 : b - y);
      const nearest = points.reduce((best, p, n) => (far(p) < far(points[best]) ? n : best), 0);
      if (nearest === this.taken) return;
      this.taken = nearest;
      this.takeSets?.(sets[nearest]);
    };
    this.svg.addEventListener("pointerdown", (event) => {
      this.held = event.button === 0 ? over(find(event)) : undefined;
      this.taken = undefined;
      this.pressed = Boolean(this.held);
      if (!this.held) return;
      this.light(this.pinned); // what is set is seen whole, until the pointer has left the picture
      this.svg.setPointerCapture(event.pointerId);
      // a finger may be about to scroll: it sets where it lifts, or once it has gone sideways
      this.waits = event.pointerType === "touch";
      this.from = event.clientX;
      if (!this.waits) take(find(event));
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (!this.held) {
        if (this.handles.length) this.svg.style.cursor = over(find(event)) ? "pointer" : "";
        return;
      }
      this.waits &&= Math.abs(event.clientX - this.from) < SIDEWAYS;
      if (!this.waits) take(find(event));
    });
    this.svg.addEventListener("pointerup", (event) => {
      if (this.held) take(find(event));
      this.held = undefined;
    });
    this.svg.addEventListener("pointercancel", () => (this.held = undefined));
  }

  watchPointer() {
    const find = ({ target }) =>
      target.closest?.("[data-part]")?.parts?.find((name) => this.what?.has(name));
    this.svg.addEventListener("pointerover", (event) => {
      if (!this.pressed) this.light(find(event) ?? this.pinned);
    });
    this.svg.addEventListener("pointerleave", () => {
      this.pressed = false;
      this.light(this.pinned);
    });
    this.svg.addEventListener("click", (event) => {
      if (this.taken !== undefined) this.taken = undefined; // the press has set a control
      else if (this.what?.size) this.pin(find(event));
    });
  }

  pin(name) {
    this.pinned = name === this.pinned ? undefined : name;
    for (const button of this.parts.children)
      button.setAttribute("aria-pressed", String(button.textContent === this.pinned));
    this.light(this.pinned);
  }

  light(name) {
    this.lit = name;
    let found = false; // a part that this frame does not have dims nothing
    for (const group of [this.still, this.moving])
      for (const element of group.children) {
        const lit = Boolean(name && element.shown && element.parts?.includes(name));
        element.classList.toggle("rnn-lit", lit);
        found ||= lit;
      }
    this.svg.dataset.lit = found ? "yes" : "no";
    for (const button of this.parts.children)
      button.classList.toggle("rnn-lit", button.textContent === name);
    if (!this.what?.size) return;
    const words = name === undefined ? POINT + this.invite() : `${name}: ${this.what.get(name)}`;
    if (this.words.textContent !== words) this.words.textContent = words;
  }

  // Which controls the picture itself sets, in words.
  invite() {
    const places = new Set(this.handles.flatMap(({ sets }) => sets.flat().map(([place]) => place)));
    const named = [...places].sort().map((place) => `“${this.labels[place]}”`);
    return named.length ? ` Drag in the picture to set ${named.join(" and ")}.` : "";
  }

  // Buttons for the places of the control `label`: `get` and `set` its place, from 0 to `last`. They
  // say Previous and Next, for what a place is called, step, beat or update, the lecture says.
  setSteps({ label, get, set, last }) {
    const row = makeHtml("div", { className: "rnn-stepper" });
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", label);
    const add = (text, act) => {
      const button = makeHtml("button", { type: "button", textContent: text }, row);
      button.addEventListener("click", act);
      return button;
    };
    const stop = () => {
      clearInterval(this.playing);
      this.playing = undefined;
      play.textContent = "Play";
    };
    const go = (way) => {
      stop();
      set(Math.min(last, Math.max(0, get() + way)));
    };
    add("◀ Previous", () => go(-1));
    const play = add("Play", () => {
      if (this.playing) return stop();
      if (get() >= last) set(0);
      play.textContent = "Pause";
      this.playing = setInterval(() => {
        if (get() < last && this.element.isConnected) set(get() + 1);
        else stop();
      }, BEAT);
    });
    play.classList.add("rnn-play");
    add("Next ▶", () => go(1));
    this.svg.before(row);
  }

  setLayout({ width, height, styles, marks, handles = [] }) {
    [this.handles, this.held, this.taken] = [handles, undefined, undefined];
    this.svg.classList.toggle("rnn-handles", handles.length > 0);
    this.light(this.lit);
    this.svg.setAttribute("viewBox", `0 0 ${width * UNITS} ${height * UNITS}`);
    this.svg.style.maxWidth = `${width}px`;
    this.element.classList.toggle("rnn-narrow", width < NARROW);
    this.clips.replaceChildren();
    this.moving.replaceChildren();
    this.still.replaceChildren();
    this.draw(this.still, styles, marks);
  }

  show(styles, marks) {
    this.draw(this.moving, styles, marks);
    if (this.lit !== undefined) this.light(this.lit);
    this.markAbsent();
  }

  // The button of a part that this frame does not have is pale.
  markAbsent() {
    if (!this.parts.childElementCount) return;
    const there = new Set();
    for (const group of [this.still, this.moving])
      for (const element of group.children)
        if (element.shown) element.parts?.forEach((part) => there.add(part));
    for (const button of this.parts.children)
      button.classList.toggle("rnn-absent", !there.has(button.textContent));
  }

  // Elements are used again by their place; those that a frame does not need wait, undisplayed.
  draw(group, styles, marks) {
    marks.forEach(([place, ...data], number) => {
      const style = styles[place];
      let element = group.children[number];
      if (element?.localName !== style.kind) {
        const fresh = makeSvg(style.kind, {});
        if (element) element.replaceWith(fresh);
        else group.append(fresh);
        element = fresh;
      }
      if (element.shown !== style) this.dress(element, style);
      this.fill(element, style, data);
    });
    for (let number = marks.length; number < group.children.length; number++) {
      const element = group.children[number];
      element.style.display = "none";
      element.shown = undefined;
      delete element.dataset.part;
      element.classList.remove("rnn-lit");
    }
  }

  dress(element, style) {
    const { kind, clip, fill, stroke, rotate, part, dimmed, ...rest } = style;
    const rules = Object.entries(rest).map(([name, value]) =>
      name === "font-size" ? `font-size: ${value}px` : `${name}: ${value}`,
    );
    if (kind !== "image") rules.push(`fill: ${paint(fill)}`, `stroke: ${paint(stroke)}`);
    if (clip) rules.push(`clip-path: url(#${this.clip(clip)})`);
    element.style.cssText = rules.join("; ");
    if (part === undefined) delete element.dataset.part;
    else element.dataset.part = part;
    element.classList.toggle("rnn-dimmed", Boolean(dimmed));
    element.parts = part?.split("|"); // it is pointed at as the first, and lights with each
    element.classList.toggle("rnn-lit", Boolean(element.parts?.includes(this.lit)));
    element.shown = style;
  }

  fill(element, { kind, rotate }, data) {
    if (kind === "path") {
      element.setAttribute("d", data[0]);
      return;
    }
    const [x, y] = data;
    element.setAttribute("x", x);
    element.setAttribute("y", y);
    if (kind === "image") {
      const [width, height, address] = data.slice(2);
      element.setAttribute("width", width);
      element.setAttribute("height", height);
      element.setAttribute("preserveAspectRatio", "none");
      element.setAttribute("href", address);
      return;
    }
    const [text, length] = data.slice(2);
    if (element.textContent !== text) element.textContent = text;
    if (length) element.setAttribute("textLength", length);
    else element.removeAttribute("textLength");
    if (rotate) element.setAttribute("transform", `rotate(${rotate} ${x} ${y})`);
    else element.removeAttribute("transform");
  }

  clip([x, y, width, height]) {
    const name = [this.name, x, y, width, height].join("_");
    if (!this.clips.querySelector(`#${name}`)) {
      const path = makeSvg("clipPath", { id: name }, this.clips);
      makeSvg("rect", { x, y, width, height }, path);
    }
    return name;
  }

  // Keeps room for a text that is to come, so that the picture stays where it is.
  reserve(text) {
    if (text.length > this.longest.length) this.line.dataset.longest = this.longest = text;
  }

  // At once for the eye; for a screen reader when the hand rests, not at every value.
  say(text) {
    if (this.sentence.textContent === text) return;
    const first = this.sentence.textContent === "";
    this.sentence.textContent = text;
    this.reserve(text);
    clearTimeout(this.resting);
    const read = () => {
      this.spoken.textContent = text;
      this.svg.setAttribute("aria-label", text);
    };
    if (first) this.svg.setAttribute("aria-label", text);
    this.resting = setTimeout(read, RESTED);
  }

  close() {
    clearTimeout(this.resting);
    clearInterval(this.playing);
  }
}

// Calls `turn("wide" or "narrow")` now and whenever the room for `element` asks for the other one;
// returns a function that stops it.
function watchWidth(element, turn) {
  let layout;
  const look = () => {
    const room = element.parentElement?.clientWidth;
    if (!room) return; // not in the page, or not shown
    const wanted = room < NARROW ? "narrow" : "wide";
    if (wanted !== layout) turn((layout = wanted));
  };
  const observer = new ResizeObserver(look);
  observer.observe(element);
  look();
  return () => observer.disconnect();
}

