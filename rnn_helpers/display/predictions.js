// The form of one prediction: a box for a number, or a button for each choice, and the sentence that
// says what the kernel has kept. Elements of HTML, so that keys and screen readers find their way.

const LOST = "This form has lost its kernel: run the cell again.";
let count = 0;

function makeElement(kind, properties = {}, parent) {
  const element = Object.assign(document.createElement(kind), properties);
  parent?.append(element);
  return element;
}

function render({ model, el }) {
  const place = `rnn-prediction-${Date.now()}-${count++}`; // one for each view
  el.classList.add("rnn-prediction");
  let spoken;

  const send = (text) => {
    if (model.get("typed") === text) return;
    model.set("typed", text);
    model.save_changes();
    look();
  };

  const group = makeElement("fieldset");
  const legend = makeElement("legend", { id: place }, group);
  const controls = makeElement("div", {}, group);
  const output = makeElement("output", {}, group);
  output.setAttribute("role", "status");
  el.replaceChildren(group);

  const build = () => {
    const choices = model.get("choices");
    const unit = model.get("unit");
    legend.textContent = `Your prediction: ${model.get("label")}`;
    controls.replaceChildren();
    for (const choice of choices) {
      const label = makeElement("label", {}, controls);
      const button = makeElement("input", { type: "radio", name: place, value: choice }, label);
      button.setAttribute("data-lm-suppress-shortcuts", ""); // JupyterLab takes the arrow keys else
      button.addEventListener("change", () => send(choice));
      label.append(choice);
    }
    if (choices.length === 0) {
      const name = unit ? `${model.get("label")}, in ${unit}` : model.get("label");
      const box = makeElement("input", { type: "text", size: 12, autocomplete: "off" }, controls);
      box.setAttribute("aria-label", name);
      box.addEventListener("input", () => send(box.value));
      if (unit) makeElement("span", { textContent: unit }, controls);
    }
    show();
  };

  const show = () => {
    const typed = model.get("typed");
    for (const input of controls.querySelectorAll("input")) {
      if (input.type === "radio") input.checked = input.value === typed;
      else if (input.value !== typed && document.activeElement !== input) input.value = typed;
    }
  };

  // what anywidget hands in does not know of the kernel; the model behind it does
  let real;
  const look = () => {
    if (real?.comm_live === false) output.textContent = LOST;
  };
  model.widget_manager.get_model(model.get("own")).then((found) => {
    real = found;
    real.on("comm_live_update", look);
  });

  const say = () => {
    clearTimeout(spoken); // once the hand rests, not at every key
    spoken = setTimeout(() => (output.textContent = model.get("sentence")), 300);
  };

  model.on("change:label change:unit change:choices", build);
  model.on("change:typed", show);
  model.on("change:sentence", say);
  build();
  output.textContent = model.get("sentence");
  return () => {
    clearTimeout(spoken);
    real?.off("comm_live_update", look);
    model.off("change:label change:unit change:choices", build);
    model.off("change:typed", show);
    model.off("change:sentence", say);
  };
}

export default { render };
