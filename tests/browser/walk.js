/**
 * What a page gets wrong for somebody who listens to it, tabs through it, reads it in bright light or on a narrow
 * phone: a list of sentences, empty for a page that is in order. Run in the page, whatever state it is in.
 */
() => {
  const faults = [];
  const tell = (what, node) => faults.push(`${what}: ${path(node)}`);

  function path(node) {
    const mark = node.id ? `#${node.id}` : [...node.classList].slice(0, 2).map((name) => `.${name}`).join("");
    const words = (node.innerText ?? node.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${node.localName}${mark}> ${words}`;
  }

  function shown(node) {
    if (!node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    const box = node.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && !node.closest("[aria-hidden='true'], .visually-hidden, .skip-link, [inert]");
  }

  const all = [...document.body.querySelectorAll("*")].filter(shown);

  // Names -------------------------------------------------------------------------------------------------------
  const byIds = (ids) => (ids ?? "").split(/\s+/).filter(Boolean).map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  function name(node) {
    const labels = [...(node.labels ?? [])].map((label) => label.textContent).join(" ");
    const alt = [...node.querySelectorAll("img[alt], svg title")].map((one) => one.alt ?? one.textContent).join(" ");
    const own = node.matches("input, select, textarea") ? (/^(submit|button|reset)$/.test(node.type) ? node.value : "") : node.textContent;
    return [node.getAttribute("aria-label"), byIds(node.getAttribute("aria-labelledby")), labels, own, alt, node.title].find((one) => one?.trim()) ?? "";
  }
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0'], [role=button], [role=tab], [role=menuitem]";
  const controls = all.filter((node) => node.matches(CONTROLS));
  for (const node of controls) if (!name(node).trim()) tell("no name", node);
  for (const node of document.querySelectorAll("[tabindex]")) if (node.tabIndex > 0) tell("out of order", node);
  for (const node of document.querySelectorAll("[aria-hidden='true'] :is(a[href], button, input)")) if (node.tabIndex >= 0) tell("can be reached and not heard", node);
  for (const node of document.querySelectorAll("svg[role=img], img")) if (!node.alt && node.alt !== "" && !name(node)) tell("a picture without words", node);

  // What points at what -----------------------------------------------------------------------------------------
  const seen = new Set();
  for (const { id } of document.querySelectorAll("[id]")) {
    if (seen.has(id)) faults.push(`twice: #${id}`);
    seen.add(id);
  }
  for (const kind of ["aria-labelledby", "aria-describedby", "aria-controls", "for"]) {
    for (const node of document.querySelectorAll(`[${kind}]`)) {
      for (const id of node.getAttribute(kind).split(/\s+/)) if (id && !document.getElementById(id)) tell(`${kind} leads nowhere (${id})`, node);
    }
  }

  // The page ----------------------------------------------------------------------------------------------------
  if (!document.title.trim() || document.title.startsWith(" ")) faults.push("no title");
  if (!document.documentElement.lang) faults.push("no language");
  if (document.querySelectorAll("main, [role=main]").length !== 1) faults.push("not one main part");
  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((node) => node.checkVisibility());
  if (headings.filter((node) => node.localName === "h1").length !== 1) faults.push("not one first heading");
  headings.forEach((node, n) => {
    if (!node.textContent.trim()) tell("an empty heading", node);
    if (n && Number(node.localName[1]) > Number(headings[n - 1].localName[1]) + 1) tell(`a heading leaves out a level after ${headings[n - 1].localName}`, node);
  });
  for (const cell of all.filter((node) => node.matches("thead th:not([scope])"))) tell("a head without a scope", cell);

  // Contrast ----------------------------------------------------------------------------------------------------
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  function rgba(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }
  const over = (top, under) => [0, 1, 2].map((n) => top[n] * top[3] + under[n] * (1 - top[3])).concat(1);
  function ground(node) {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (/url|-gradient/.test(style.backgroundImage) && !/local/.test(style.backgroundAttachment) && at !== document.body) return null;
      const colour = rgba(style.backgroundColor);
      layers.push(colour);
      if (colour[3] > 0.99) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  }
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const off = ":disabled, [aria-disabled='true'], fieldset:disabled *, [data-state='closed'] *, label:has(:disabled), label:has(:disabled) *";
  for (const node of all) {
    if (node.closest("svg") || node.matches(off) || ![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue;
    const style = getComputedStyle(node);
    const under = ground(node);
    if (!under || style.webkitTextFillColor === "transparent") continue;
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const found = ratio(over(rgba(style.color), under), under);
    if (found < least - 0.01) tell(`contrast ${found.toFixed(2)} of ${least}`, node);
  }

  // Width -------------------------------------------------------------------------------------------------------
  const width = document.documentElement.clientWidth;
  const holds = (node) => /auto|scroll|hidden|clip/.test(getComputedStyle(node).overflowX);
  if (document.documentElement.scrollWidth > width) faults.push(`wider than its window: ${document.documentElement.scrollWidth}`);
  for (const node of all) {
    const box = node.getBoundingClientRect();
    let around = node.parentElement;
    while (around && !holds(around)) around = around.parentElement;
    if (box.right > width + 1 && !around && getComputedStyle(node).position !== "fixed") tell("beyond the edge", node);
    const scrolls = /auto|scroll/.test(getComputedStyle(node).overflowX) && node.scrollWidth > node.clientWidth + 1;
    if (!scrolls || node.matches("textarea, input")) continue;
    if (!/local/.test(getComputedStyle(node).backgroundAttachment)) tell("scrolls sideways and does not show it", node);
    if (node.tabIndex < 0 && !node.querySelector("a[href], button, input, [tabindex='0']")) tell("scrolls and no key reaches it", node);
  }

  // Touch -------------------------------------------------------------------------------------------------------
  for (const node of controls) {
    const box = node.getBoundingClientRect();
    const inline = getComputedStyle(node).display === "inline" || (node.matches("input") && node.closest("label"));
    if (!inline && node.matches("a, button, input, select, summary") && (box.height < 24 || box.width < 24)) tell(`small to touch (${Math.round(box.width)} by ${Math.round(box.height)})`, node);
  }
  return [...new Set(faults)];
}
