// The sentence above the picture, and the names that a screen reader gets for the controls and
// the picture beside it. Uses nothing but the Jupyter widgets' own manager, models and views, so it
// is the same in JupyterLab, Notebook 7 and VS Code.

// the elements that show a model in this view of the picture: a cell's output can be shown twice
async function elementsOf(manager, id, box) {
  const model = await manager.get_model(id);
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
// that stops it. Where the front end shows its kernel not, the model of the picture still knows.
async function watchKernel(manager, id, tell) {
  const picture = await manager.get_model(id);
  const context = manager.context?.sessionContext; // of a notebook; a console has the kernel alone
  const kernel = () => (context ? context.session?.kernel : manager.kernel);
  const own = kernel()?.id;
  const lost = () => {
    if (picture.comm_live === false) return true;
    if (own === undefined) return false;
    const { id, status, connectionStatus, isDisposed } = kernel() ?? { isDisposed: true };
    const gone = isDisposed || ["dead", "terminating", "restarting"].includes(status);
    return gone || id !== own || connectionStatus === "disconnected";
  };
  const look = () => tell(lost());
  const { kernelChanged, statusChanged, connectionStatusChanged } = context ?? manager.kernel ?? {};
  const signals = [kernelChanged, statusChanged, connectionStatusChanged].filter(Boolean);
  for (const signal of signals) signal.connect(look);
  picture.on("comm_live_update", look);
  look();
  return () => {
    for (const signal of signals) signal.disconnect(look);
    picture.off("comm_live_update", look);
  };
}

function render({ model, el }) {
  const manager = model.widget_manager;
  const sentence = document.createElement("p");
  const spoken = document.createElement("span");
  spoken.setAttribute("role", "status");
  el.replaceChildren(sentence, spoken);
  el.classList.add("rnn-caption");

  const unnamed = new Map(Object.entries(model.get("names")));
  let pictures = [];
  let resting, naming;
  let lost = false;

  const say = () => {
    const text = lost ? `${model.get("text")} ${LOST}` : model.get("text");
    sentence.textContent = text;
    clearTimeout(resting); // for a screen reader once the hand rests, not at every value
    resting = setTimeout(() => {
      spoken.textContent = text;
      for (const picture of pictures) picture.alt = text;
    }, 500);
  };

  // the views beside this one may still be on their way into the page: look until all are there
  const nameAll = async () => {
    const box = el.parentElement;
    if (box) {
      for (const [id, name] of unnamed)
        for (const element of await elementsOf(manager, id, box))
          if (nameControl(element, name)) unnamed.delete(id);
      pictures = await elementsOf(manager, model.get("image"), box);
      for (const picture of pictures) picture.alt = model.get("text");
    }
    if (naming !== null && (unnamed.size > 0 || pictures.length === 0))
      naming = setTimeout(nameAll, 50);
  };

  model.on("change:text", say);
  say();
  nameAll();
  const watching = watchKernel(manager, model.get("image"), (now) => {
    if (now === lost) return;
    lost = now;
    say();
  });
  return () => {
    watching.then((stop) => stop());
    clearTimeout(resting);
    clearTimeout(naming);
    naming = null;
    model.off("change:text", say);
  };
}

export default { render };
