"""What a page shows of a picture, read back from its elements: for the tests in a browser."""

# an arrow function: an element of a picture → [kind, data…], as `recording.record` has them
READ_ELEMENT = """element => {
  const get = name => element.getAttribute(name);
  if (element.localName === "path") return ["path", get("d")];
  const place = [element.localName, Number(get("x")), Number(get("y"))];
  if (element.localName === "image")
    return [...place, Number(get("width")), Number(get("height")), get("href")];
  const length = get("textLength");
  return [...place, element.textContent, ...(length ? [Number(length)] : [])];
}"""
