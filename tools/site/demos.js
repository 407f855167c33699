// Brings the demos of a page to life: their frames were recorded (`reels.py`) and are drawn by the
// same `player.js` as in JupyterLab. A plain script without fetch, so that it runs from a folder.
(() => {
  const HERE = new URL("../demos/", document.currentScript.src).href;
  const MOST = 48; // reels kept of all demos of a page; the one used longest ago goes first
  const TYPED = "Typing needs a kernel: open the lecture in JupyterLab.";
  const STAYS = "This picture does not move: its frames cannot be read here.";
  const reels = new Map(); // address → promise of { styles, frames }, the latest used last
  const waiting = new Map(); // address → what settles the promise
  let demos = 0;

  const make = (kind, properties, parent) => {
    const element = Object.assign(document.createElement(kind), properties);
    parent?.append(element);
    return element;
  };

  // what each recorded script calls
  window.rnnReel = async (name, key, packed) => {
    const { resolve, reject } = waiting.get(`${name}/${key}`) ?? {};
    waiting.delete(`${name}/${key}`);
    try {
      const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
      const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      resolve?.(await new Response(unpacked).json());
    } catch (error) {
      reject?.(error);
    }
  };

  function load(name, key) {
    const address = `${name}/${key}`;
    let reel = reels.get(address);
    reels.delete(address); // and back at the end, as the latest used
    if (!reel) {
      reel = new Promise((resolve, reject) => {
        waiting.set(address, { resolve, reject });
        const script = make("script", { src: `${HERE}${address}.js` });
        script.onload = script.onerror = () => {
          script.remove();
          if (waiting.delete(address)) reject(new Error(`${address}.js cannot be read`));
        };
        document.head.append(script);
      });
      reel.catch(() => reels.delete(address)); // asked for again, it may come
    }
    reels.set(address, reel);
    if (reels.size > MOST) reels.delete(reels.keys().next().value);
    return reel;
  }

  class Demo {
    constructor(box, index) {
      Object.assign(this, { box, index, name: box.dataset.demo, prefix: `rnn-demo-${++demos}` });
      this.state = index.controls.map(({ start }) => start);
      const view = make("div", { className: "rnn-view" });
      view.setAttribute("role", "group");
      view.setAttribute("aria-label", `Demo: ${index.controls[0].label}`);
      const panel = make("div", { className: "rnn-panel" }, view);
      this.inputs = index.controls.map((control, place) => this.makeControl(panel, control, place));
      const reset = make("button", { type: "button", textContent: "Reset" }, panel);
      reset.addEventListener("click", () => this.set(index.controls.map(({ start }) => start)));
      this.player = new Player(make("div", {}, view));
      this.player.setParts(index.parts);
      // another setting moves the picture only if its text is far longer; breaks of lines differ
      this.player.reserve(index.longest + index.longest.slice(0, index.longest.length / 16));
      const labels = index.controls.map(({ label }) => label);
      this.player.setHandles(labels, (sets) => this.change(...sets));
      if (index.controls[0].kind === "steps")
        this.player.setSteps({
          label: index.controls[0].label,
          get: () => this.state[0],
          set: (value) => this.change([0, value]),
          last: index.controls[0].texts.length - 1,
        });
      box.append((this.view = view));
      watchWidth(view, (layout) => {
        this.layout = layout;
        this.player.setLayout(index.layouts[layout]);
        this.set(this.state);
      });
      box.classList.add("rnn-live");
    }

    makeControl(panel, { label, kind, texts }, place) {
      const id = `${this.prefix}-${place}`;
      const row = make("div", { className: "rnn-row" }, panel);
      make("label", { htmlFor: id, textContent: label }, row);
      if (kind === "typed") {
        const input = make("input", { id, type: "text", disabled: true, value: texts[0] }, row);
        make("small", { id: `${id}-why`, textContent: TYPED }, row);
        input.setAttribute("aria-describedby", `${id}-why`);
        return input;
      }
      if (kind === "choice") {
        const input = make("select", { id }, row);
        texts.forEach((text, number) => make("option", { value: number, textContent: text }, input));
        input.addEventListener("change", () => this.change([place, Number(input.value)]));
        return input;
      }
      const most = texts.length - 1;
      const input = make("input", { id, type: "range", min: 0, max: most, step: 1 }, row);
      input.readout = make("output", { htmlFor: id }, row);
      input.addEventListener("input", () => this.change([place, Number(input.value)]));
      return input;
    }

    change(...sets) {
      const state = [...this.state];
      for (const [place, value] of sets) state[place] = value;
      this.set(state);
    }

    async set(state) {
      this.state = state;
      this.index.controls.forEach(({ kind, texts }, place) => {
        const input = this.inputs[place];
        if (kind === "typed") return;
        if (input.value !== String(state[place])) input.value = state[place];
        if (kind === "choice") return;
        input.readout.textContent = texts[state[place]];
        input.setAttribute("aria-valuetext", texts[state[place]]);
      });
      const layout = this.layout;
      const [first, ...others] = state;
      const group = [layout, ...others].join("-");
      if (this.group !== group) {
        if (state.every((place, number) => place === this.index.controls[number].start))
          this.show(this.index.start[layout], 0);
        else this.view.classList.add("rnn-stale");
        try {
          const reel = await load(this.name, group);
          if (this.state !== state || this.layout !== layout) return; // moved on meanwhile
          [this.group, this.reel] = [group, reel];
          reel.frames.forEach(([text]) => this.player.reserve(text));
        } catch (error) {
          if (this.state !== state || this.layout !== layout) return;
          this.player.say(`This setting cannot be shown: ${error.message}.`);
          return;
        }
      }
      this.show(this.reel, first);
    }

    show({ styles, frames }, place) {
      const [text, marks] = frames[place];
      this.view.classList.remove("rnn-stale");
      this.player.show(styles, marks);
      this.player.say(text);
    }
  }

  async function begin(box) {
    try {
      box.demo = new Demo(box, await load(box.dataset.demo, "index"));
    } catch (error) {
      console.warn(error); // the still picture stays
      box.querySelector(".rnn-view")?.remove();
      make("p", { textContent: STAYS }, box);
    }
  }

  // Furo writes auto, light or dark; what "auto" is, the browser knows
  function followTheme() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const look = () => {
      const { theme } = document.body.dataset;
      const isDark = theme === "dark" || (theme !== "light" && dark.matches);
      document.body.dataset.rnnTheme = isDark ? "dark" : "light";
    };
    dark.addEventListener("change", look);
    new MutationObserver(look).observe(document.body, { attributeFilter: ["data-theme"] });
    look();
  }

  function start() {
    followTheme();
    const near = new IntersectionObserver(
      (seen) => {
        for (const { isIntersecting, target } of seen)
          if (isIntersecting) {
            near.unobserve(target);
            begin(target);
          }
      },
      { rootMargin: "800px" },
    );
    for (const box of document.querySelectorAll(".rnn-demo[data-demo]")) near.observe(box);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
