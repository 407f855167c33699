// What a page does by itself: predictions, one-number exercises, the table at the end, scrolling by
// keyboard, print. A classic script, so that it runs from a folder too; nothing typed leaves it.

(() => {
  const kept = new Map(); // what was predicted, by its label
  const answers = new Map(); // what is folded → the predictions that it answers

  // ---- numbers, as rnn_helpers/display/predictions.py reads and writes them
  const UP = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺";
  const FRACTIONS = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8", "⅙": "1/6",
  };
  const PLAIN = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?";
  const lower = (digits) => [...digits].map((sign) => "0123456789-+"[UP.indexOf(sign)]).join("");

  function readPlain(text) {
    text = text.replace(/(?<=\d)\s*(?:[x×·*]\s*)?10\s*(?:\^|\*\*)\s*([+-]?\d+)$/u, "e$1");
    text = text.replace(/(?<=\d)\s*[x×·*]\s*10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+)$/u, (_, power) => `e${lower(power)}`);
    text = text.replace(/^([+-]?)10\s*(?:\^|\*\*)\s*([+-]?\d+)$/, "$11e$2");
    text = text.replace(/^([+-]?)10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+)$/u, (_, sign, power) => `${sign}1e${lower(power)}`);
    if (/^[+-]?\d{1,3}(?:[,_ ]\d{3})+(?:\.\d*)?$/.test(text)) text = text.replace(/[,_ ]/g, "");
    else if (/^[+-]?\d*,\d+$/.test(text)) text = text.replace(",", ".");
    const parts = text.match(new RegExp(`^(${PLAIN})(?:\\s*/\\s*(${PLAIN}))?$`));
    const below = parts?.[2] === undefined ? 1 : Number(parts[2]);
    return parts && below ? Number(parts[1]) / below : null;
  }

  // A number, or a sentence that says why it is none.
  function readNumber(typed, unit = "") {
    let text = typed.trim().replace(/[−–]/g, "-").replace(/\u00a0/g, " ");
    text = text.replace(/^(?:about|around|roughly|some|~|≈|=|약)\s*/i, "");
    for (const [sign, fraction] of Object.entries(FRACTIONS))
      text = text.replaceAll(sign, fraction);
    let scale = 1;
    text = text.replace(/\s*(?:per ?cent|퍼센트)$/i, "%");
    const others = unit === "times" ? ["x", "×"] : [];
    for (const word of [unit, unit.replace(/s$/, ""), ...others, "%"]) {
      if (word && text.toLowerCase().endsWith(word.toLowerCase())) {
        text = text.slice(0, -word.length).trimEnd();
        if (word === "%" && unit !== "%") scale = 0.01;
        break;
      }
    }
    const value = readPlain(text);
    const shown = `“${typed.trim()}” is`;
    const wanted = unit ? ` in ${unit}` : "";
    if (value === null) return `${shown} not read as a number: write it in digits${wanted}.`;
    return Number.isFinite(value) ? value * scale : `${shown} too large to be kept.`;
  }

  function formatNumber(value) {
    if (!Number.isFinite(value) || value === 0) return value === 0 ? "0" : String(value);
    const short = Number(value.toPrecision(3));
    if (Math.abs(short) < 1e-4 || Math.abs(short) >= 1e6) {
      const [digits, power] = value.toExponential(2).split("e");
      const raised = [...String(Number(power))].map((sign) => UP["0123456789-".indexOf(sign)]);
      return `${Number(digits)} × 10${raised.join("")}`.replace("-", "−");
    }
    return short.toLocaleString("en-US", { maximumFractionDigits: 20 }).replace("-", "−");
  }

  function compareNumbers(predicted, cameOut, unit) {
    const factor = (ratio) => formatNumber(Number(ratio.toPrecision(2)));
    if (formatNumber(predicted) === formatNumber(cameOut)) return "the same";
    const gap = predicted - cameOut;
    const apart = `${formatNumber(Math.abs(gap))}${unit === "%" ? " points" : ""}`;
    if (unit === "%" || predicted * cameOut <= 0) return `${apart} ${gap > 0 ? "higher" : "lower"}`;
    const ratio = predicted / cameOut;
    if (Math.abs(ratio - 1) < 0.1)
      return `within ${Math.max(1, Math.ceil(Number((100 * Math.abs(ratio - 1)).toFixed(6))))} %`;
    return ratio > 1 ? `${factor(ratio)} times too large` : `${factor(1 / ratio)} times too small`;
  }

  const say = (value, unit) =>
    typeof value === "string" ? value : `${formatNumber(value)} ${unit}`.trimEnd();

  function judge(answer, cameOut, unit) {
    if (answer === null || cameOut === undefined) return "";
    if (typeof cameOut === "number") return compareNumbers(answer, cameOut, unit);
    return answer === cameOut ? "the same" : "another";
  }

  // ---- elements
  function make(kind, properties, parent) {
    const element = Object.assign(document.createElement(kind), properties);
    parent?.append(element);
    return element;
  }

  const readContent = (box) => JSON.parse(box.querySelector("script").textContent);

  // The form of rnn_helpers/display/predictions.js, whose kernel is this page.
  function makePrediction(box) {
    const { label, unit, choices } = readContent(box);
    const state = { label, unit, choices, typed: "", sentence: "", own: "" };
    const heard = {};
    const set = (name, value) => {
      state[name] = value;
      heard[`change:${name}`]?.();
    };
    const prediction = { label, unit, answer: null, shown: false };
    const read = () => {
      const typed = state.typed;
      const value = !typed.trim() ? null : choices.length ? typed : readNumber(typed, unit);
      const wrong = typeof value === "string" && !choices.length; // a sentence, shown as it is
      prediction.answer = wrong ? null : value;
      set("sentence", wrong ? value : value === null ? "" : `Kept: ${say(value, unit)}.`);
    };
    const model = {
      get: (name) => state[name],
      set: (name, value) => (state[name] = value),
      save_changes: () => read(),
      on: (names, hear) => names.split(" ").forEach((name) => (heard[name] = hear)),
      off: () => {},
      widget_manager: { get_model: async () => ({ on() {}, off() {} }) },
    };
    renderPrediction({ model, el: box });
    kept.set(label, prediction);

    const answer = findAnswer(box.closest(".cell"));
    if (answer && !answers.has(answer)) veil(answer);
    const forms = answers.get(answer) ?? new Set();
    answers.set(answer, forms.add(prediction));
    const reveal = () => {
      if (prediction.answer === null)
        return set("sentence", state.sentence || "Write down first what you expect.");
      prediction.shown = true;
      fillComparisons();
      if (![...forms].every(({ shown }) => shown))
        return set("sentence", `${state.sentence} The answer comes with the other prediction.`);
      if (!answer) return undefined;
      answer.open = true;
      return answer.scrollIntoView({ block: "nearest" });
    };
    const show = make("button", { type: "button", textContent: "Show the answer" });
    show.addEventListener("click", reveal);
    box.querySelector("fieldset > div").append(show);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.type === "text") reveal();
    });
  }

  // What is folded of the first code cell after the forms.
  function findAnswer(cell) {
    for (let next = cell?.nextElementSibling; next; next = next.nextElementSibling) {
      if (next.matches(".tag_hide-output"))
        return [...next.querySelectorAll("details.hide")].at(-1);
    }
    return null;
  }

  const LATER = "The next words come with the answer.";
  const WORDS = "p, ul, ol, blockquote, .table-wrapper";
  const asks = (words) =>
    [...words.querySelectorAll("strong")].some((each) => each.textContent.startsWith("Predict"));

  // The first words after what is folded name the answer: they come with it, and so does what else
  // is folded before the next heading or question. What they leave is said in a line.
  function veil(answer) {
    let words = null;
    const folded = [];
    let next = answer.closest(".cell").nextElementSibling;
    for (; next; next = next.nextElementSibling) {
      if (next.matches("section, h2, h3, h4") || next.querySelector(".rnn-prediction")) break;
      if (next.matches(".tag_hide-output"))
        folded.push([...next.querySelectorAll("details.hide")].at(-1));
      if (next.matches(WORDS)) words ??= next;
    }
    if (words && asks(words)) words = null;
    const later = make("p", { className: "rnn-later", textContent: LATER });
    words?.before(later);
    const follow = () => {
      words?.classList.toggle("rnn-veiled", !answer.open);
      later.hidden = answer.open;
      if (answer.open) for (const other of folded) if (other) other.open = true;
    };
    answer.addEventListener("toggle", follow);
    follow();
  }

  const NONE =
    "You have not predicted anything yet. Answer in the boxes under the word Predict: here your" +
    " predictions then stand beside what came out.";
  const UNKNOWN = "open the lecture in JupyterLab to see";
  const FROM =
    "What came out is from the run of this lecture with which the page was made; what training" +
    " yields differs a little from machine to machine.";
  let fillComparisons = () => {};

  function makeComparison(box) {
    const { outcomes } = readContent(box);
    const place = make("div", {});
    place.setAttribute("role", "status");
    box.replaceChildren(place);
    const fill = () => {
      const answered = [...kept.values()].filter((prediction) => prediction.answer !== null);
      place.replaceChildren();
      if (!answered.length) return make("p", { textContent: NONE }, place);
      const wrapper = make("div", { className: "table-wrapper" }, place);
      const table = make("table", { className: "docutils" }, wrapper);
      const head = make("tr", {}, make("thead", {}, table));
      for (const text of ["prediction", "you predicted", "came out", "yours is"])
        make("th", { scope: "col", textContent: text }, head);
      const body = make("tbody", {}, table);
      for (const { label, unit, answer } of kept.values()) {
        const row = make("tr", {}, body);
        const cameOut = outcomes[label];
        const told = cameOut === undefined ? UNKNOWN : say(cameOut, unit);
        make("th", { scope: "row", textContent: label }, row);
        make("td", { textContent: answer === null ? "—" : say(answer, unit) }, row);
        make("td", { textContent: answer === null ? "" : told }, row);
        make("td", { textContent: judge(answer, cameOut, unit) }, row);
      }
      if (Object.keys(outcomes).length)
        make("p", { className: "rnn-note", textContent: FROM }, place);
      watchWide();
      return place;
    };
    const before = fillComparisons;
    fillComparisons = () => (before(), fill());
    fill();
  }

  const HEADS = { right: "✓ Right", "not yet": "✗ Not yet" };
  let exercises = 0;

  function makeExercise(box) {
    const { ranges, otherwise, whole } = readContent(box);
    const name = `rnn-answer-${++exercises}`;
    const form = make("form", {});
    make("label", { htmlFor: name, textContent: "Your answer" }, form);
    const field = make("input", { id: name, type: "text", size: 12, autocomplete: "off" }, form);
    make("button", { type: "submit", textContent: "Check" }, form);
    const output = make("output", { htmlFor: name }, form);
    output.setAttribute("role", "status");
    const answer = (status, message) => {
      box.dataset.status = status;
      output.replaceChildren();
      make("b", { textContent: HEADS[status] ?? "… Still missing" }, output);
      output.append(`: ${message}`);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const value = field.value.trim() ? readNumber(field.value) : "a number is expected here.";
      if (typeof value === "string") return answer("missing", value);
      const found = ranges.find(([low, high]) => low <= value && value <= high);
      if (found) return answer(found[2], found[3]);
      const hint = "the check in JupyterLab says more about this number.";
      return answer("not yet", (whole && !Number.isInteger(value) && whole) || otherwise || hint);
    });
    box.replaceChildren(form);
  }

  // ---- what is wider than the page scrolls inside, by keyboard too
  const WIDE = {
    "div.highlight pre, .output pre": "Code",
    ".table-wrapper": "Table",
    ".katex-display": "Formula",
    ".rnn-picture": "Figure",
  };

  // In a narrow column a long name in a table goes on in the next line after “_”, “(”, “[” or “.”.
  function breakNames() {
    for (const name of document.querySelectorAll("table.docutils td code :not(:has(*))")) {
      const [first, ...others] = name.textContent.split(/(?<=[_([.])/);
      name.replaceChildren(first, ...others.flatMap((part) => [document.createElement("wbr"), part]));
    }
  }

  function watchWide() {
    let number = 0; // no two regions have one name
    for (const [places, kind] of Object.entries(WIDE)) {
      for (const element of document.querySelectorAll(places)) {
        if (element.scrollWidth > element.clientWidth + 1) {
          element.tabIndex = 0;
          element.setAttribute("role", "region");
          element.setAttribute("aria-label", `${kind} ${++number}, wider than the page`);
        } else {
          for (const name of ["tabindex", "role", "aria-label"]) element.removeAttribute(name);
        }
      }
    }
  }

  function preparePrint() {
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.open = true;
      details.dataset.opened = "";
    }
  }

  function endPrint() {
    for (const details of document.querySelectorAll("details[data-opened]")) {
      details.open = false;
      delete details.dataset.opened;
    }
  }

  function start() {
    document.querySelectorAll(".rnn-prediction").forEach(makePrediction);
    document.querySelectorAll(".rnn-comparison").forEach(makeComparison);
    document.querySelectorAll(".rnn-exercise").forEach(makeExercise);
    breakNames();
    watchWide();
    let asked;
    new ResizeObserver(() => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(watchWide);
    }).observe(document.body);
    window.addEventListener("beforeprint", preparePrint);
    window.addEventListener("afterprint", endPrint);
  }

  // a folder has no fetch, which the words below a search result need
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS === "object")
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  window.rnnPages = { readNumber, formatNumber, compareNumbers };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
