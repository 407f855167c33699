// The sentence above the picture, and the names that a screen reader gets for the controls and
// the picture beside it. `model.views` is the Jupyter widgets' own list of a model's views.
const FOCUSABLE = "[role=slider], input, select, button";

async function elementsOf(manager, id) {
  const model = await manager.get_model(id);
  const views = await Promise.all(Object.values(model.views));
  return views.map((view) => view.el);
}

async function nameControls(manager, names) {
  let complete = true;
  for (const [id, name] of Object.entries(names)) {
    for (const element of await elementsOf(manager, id)) {
      const targets = element.querySelectorAll(FOCUSABLE);
      targets.forEach((target) => target.setAttribute("aria-label", name));
      if (targets.length === 0) complete = false;
    }
  }
  return complete;
}

function render({ model, el }) {
  const manager = model.widget_manager;
  const sentence = document.createElement("p");
  const spoken = document.createElement("span");
  spoken.setAttribute("role", "status");
  el.replaceChildren(sentence, spoken);
  el.classList.add("rnn-caption");

  let timer;
  const say = async () => {
    const text = model.get("text");
    sentence.textContent = text;
    clearTimeout(timer); // read out once the hand rests, not at every value
    timer = setTimeout(() => { spoken.textContent = text; }, 700);
    for (const image of await elementsOf(manager, model.get("image"))) image.alt = text;
  };
  model.on("change:text", say);

  // the views beside this one may still be on their way into the page
  const observer = new MutationObserver(async () => {
    if (await nameControls(manager, model.get("names"))) observer.disconnect();
    say();
  });
  requestAnimationFrame(() => {
    const box = el.parentElement ?? el;
    observer.observe(box, { childList: true, subtree: true });
    el.append(document.createComment("named")); // the first look, even where all is there already
  });
  say();
  return () => { observer.disconnect(); clearTimeout(timer); model.off("change:text", say); };
}

export default { render };
