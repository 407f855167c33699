// The picture of `live`, in JupyterLab, Notebook 7 and VS Code: it follows the models of the controls
// in the page itself where it holds the frame, and the kernel where it does not. Uses nothing but
// the Jupyter widgets' own manager, models and views.

// Where a control stands among its settings, counted as `controls.find_step` does.
function findStep(control) {
  const [name, value] = [control.get("_model_name"), control.get("value")];
  if (name === "DropdownModel") return control.get("index");
  if (name === "TextModel") return value;
  const base = control.get("base");
  const place = name === "FloatLogSliderModel" ? Math.log(value) / Math.log(base) : value;
  return Math.round((place - control.get("min")) / control.get("step"));
}

// Moves a control to one of its settings, counted likewise, as a hand would.
function setStep(control, step) {
  const name = control.get("_model_name");
  const place = name === "DropdownModel" ? step : control.get("min") + step * control.get("step");
  if (name === "DropdownModel") control.set("index", place);
  else control.set("value", name === "FloatLogSliderModel" ? control.get("base") ** place : place);
  control.save_changes();
}

// the elements that show a model in this view of the picture: a cell's output can be shown twice
async function elementsOf(model, box) {
  const views = await Promise.all(Object.values(model.views ?? {}));
  return views.map((view) => view.el).filter((element) => box.contains(element));
}

function nameSlider(handle, readout, name) {
  handle.setAttribute("aria-label", name);
  readout.setAttribute("role", "textbox");
  readout.setAttribute("aria-label", `${name}, typed`);
  // the slider would read out 0.8999999999999998, or the logarithm of its value
  const sayValue = () => {
    const value = readout.textContent;
    if (handle.getAttribute("aria-valuetext") !== value)
      handle.setAttribute("aria-valuetext", value);
  };
  new MutationObserver(sayValue).observe(handle, { attributeFilter: ["aria-valuetext"] });
  sayValue();
}

function nameControl(element, name) {
  const handle = element.querySelector("[role=slider]");
  const readout = element.querySelector(".widget-readout");
  if (handle && readout) nameSlider(handle, readout, name);
  const others = element.querySelectorAll("input, select, button");
  others.forEach((other) => other.setAttribute("aria-label", name));
  return Boolean(handle) || others.length > 0;
}

const LOST = "This picture has lost its kernel: run the cell again.";

// Calls `tell(lost)` now and whenever the connection to the kernel comes or goes; returns a function
// that stops it. Where the front end shows its kernel not, the model of a control still knows.
function watchKernel(manager, control, tell) {
  const context = manager.context?.sessionContext; // of a notebook; a console has the kernel alone
  const kernel = () => (context ? context.session?.kernel : manager.kernel);
  const own = kernel()?.id;
  const lost = () => {
    if (control.comm_live === false) return true;
    if (own === undefined) return false;
    const { id, status, connectionStatus, isDisposed } = kernel() ?? { isDisposed: true };
    const gone = isDisposed || ["dead", "terminating", "restarting"].includes(status);
    return gone || id !== own || connectionStatus === "disconnected";
  };
  const look = () => tell(lost());
  const { kernelChanged, statusChanged, connectionStatusChanged } = context ?? manager.kernel ?? {};
  const signals = [kernelChanged, statusChanged, connectionStatusChanged].filter(Boolean);
  for (const signal of signals) signal.connect(look);
  control.on("comm_live_update", look);
  look();
  return () => {
    for (const signal of signals) signal.disconnect(look);
    control.off("comm_live_update", look);
  };
}

// One for each model in this page: the frames are kept once, however many views show them.
function makeStage() {
  const kept = new Map(); // group → step → frame
  const opened = new Set(); // layouts that the kernel knows to be looked at here
  const views = new Set();
  let longest = ""; // sentence of all frames that came

  const take = ({ kind, group, groups, styles, frames }) => {
    if (kind === "forget") groups.forEach((each) => kept.delete(each));
    if (kind !== "frames") return;
    if (!kept.has(group)) kept.set(group, new Map());
    for (const [step, [text, marks]] of Object.entries(frames)) {
      kept.get(group).set(Number(step), { text, marks, styles });
      if (text.length > longest.length) longest = text;
    }
    for (const look of views) look();
  };

  const initialize = ({ model }) => {
    model.on("msg:custom", take);
    return () => model.off("msg:custom", take);
  };

  const render = async ({ model, el }) => {
    const manager = model.widget_manager;
    const player = new Player(el);
    player.setParts(model.get("parts"));
    const named = model.get("controls");
    let controls = [];
    const set = (sets) => sets.forEach(([place, step]) => setStep(controls[place], step));
    player.setHandles(named.map(([, label]) => label), set);
    let wanted = "wide";
    let layout, shown;
    let text = "";
    let lost = false;

    const say = () => player.say(lost ? `${text} ${LOST}` : text);
    const show = (frame) => {
      if (frame === shown || !frame.marks[layout]) return;
      shown = frame;
      player.show(frame.styles, frame.marks[layout]);
      text = frame.text;
      say();
    };
    const find = () => {
      const [step, ...others] = controls.map(findStep);
      const frame = kept.get(JSON.stringify(others))?.get(step);
      return frame?.marks[layout] ? frame : undefined;
    };
    const follow = () => {
      player.reserve(longest);
      const frame = find();
      if (frame) show(frame);
    };
    const hear = () => show(find() ?? model.get("frame"));
    // the layout that this view has room for, once the kernel has drawn it
    const choose = () => {
      const name = model.get("layouts")[wanted] ? wanted : "wide";
      if (name === layout) return;
      layout = name;
      shown = undefined;
      player.setLayout(model.get("layouts")[name]);
      hear();
    };
    const turn = (now) => {
      wanted = now;
      if (!opened.has(now)) {
        opened.add(now);
        model.send({ kind: "open", layout: now });
      }
      choose();
    };

    choose();
    model.on("change:frame", hear);
    model.on("change:layouts", choose);
    views.add(follow);
    const stopWidth = watchWidth(el, turn);

    // the views beside this one may still be on their way into the page: look until all are there
    let naming;
    const unnamed = new Map();
    const nameAll = async () => {
      const box = el.parentElement;
      if (box)
        for (const [control, name] of unnamed)
          for (const element of await elementsOf(control, box))
            if (nameControl(element, name)) unnamed.delete(control);
      if (naming !== null && unnamed.size > 0) naming = setTimeout(nameAll, 50);
    };

    controls = await Promise.all(named.map(([id]) => manager.get_model(id)));
    controls.forEach((control, place) => {
      unnamed.set(control, named[place][1]);
      control.on("change", follow);
    });
    nameAll();
    const [first] = controls;
    if (named[0][2])
      player.setSteps({
        label: named[0][1],
        get: () => findStep(first),
        set: (step) => setStep(first, step),
        last: first.get("max") - first.get("min"),
      });
    const stopKernel = watchKernel(manager, controls[0], (now) => {
      lost = now;
      say();
    });
    hear();

    return () => {
      stopWidth();
      stopKernel();
      clearTimeout(naming);
      naming = null;
      views.delete(follow);
      for (const control of controls) control.off("change", follow);
      model.off("change:frame", hear);
      model.off("change:layouts", choose);
      player.close();
    };
  };
  return { initialize, render };
}

export default makeStage;
