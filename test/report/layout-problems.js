// Evaluated in the page by browser.test.ts: the boxes that the browser really drew. Returns one sentence per problem.
(() => {
  const problems = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) problems.push(`the page scrolls sideways: ${scrollWidth} > ${clientWidth}`);
  const tolerance = 0.75; // of a pixel: rounding of glyph boxes
  const slack = 1.5; // of a pixel at the edge of a picture: glyphs overhang
  const crossing = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > tolerance &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > tolerance;
  for (const svg of document.querySelectorAll("svg[role=img]")) {
    const frame = svg.getBoundingClientRect();
    if (frame.width === 0) continue; // the drawing for the other width
    const name = svg.closest("figure")?.id ?? svg.querySelector("title").textContent;
    const boxes = (selector) =>
      [...svg.querySelectorAll(selector)].map((element) => ({ element, box: element.getBoundingClientRect() }));
    const texts = boxes("text").map(({ element, box }) => ({ words: element.textContent, box }));
    // A slanted leader fills little of its box, so leaders are left to the placer's own test.
    const marks = boxes(".m, .ci, .far, circle.fill, rect.fill, rect.hatchbox, .drop, .grid, .axis, .cross, .now");
    for (const [i, { words, box }] of texts.entries()) {
      if (
        box.left < frame.left - slack ||
        box.right > frame.right + slack ||
        box.top < frame.top - slack ||
        box.bottom > frame.bottom + slack
      )
        problems.push(`${name}: "${words}" leaves the picture`);
      for (const other of texts.slice(i + 1))
        if (crossing(box, other.box)) problems.push(`${name}: "${words}" on "${other.words}"`);
      for (const mark of marks) {
        const { width, height } = mark.box;
        // A line has no area: give it the thickness that it is drawn with.
        const thick = new DOMRect(
          mark.box.x - (width < 1),
          mark.box.y - (height < 1),
          width + 2 * (width < 1),
          height + 2 * (height < 1),
        );
        if (crossing(box, thick)) problems.push(`${name}: "${words}" over ${mark.element.getAttribute("class")}`);
      }
    }
  }
  return problems;
})();
