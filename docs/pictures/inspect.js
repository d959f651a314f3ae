// Looks at the page as a reader sees it: what does not fit, what is too small, and what is too pale.
(() => {
  const parse = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a),
    g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a),
    a: 1,
  });
  const background = (element) => {
    if (!element) return { r: 255, g: 255, b: 255, a: 1 };
    const own = parse(getComputedStyle(element).backgroundColor);
    return own.a === 1 ? own : over(own, background(element.parentElement));
  };
  const luminance = ({ r, g, b }) => {
    const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const contrast = (element) => {
    const below = background(element);
    const text = luminance(over(parse(getComputedStyle(element).color), below));
    const ground = luminance(below);
    return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
  };

  const seen = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() !== "" && element.checkVisibility()) seen.set(element, walker.currentNode.data.trim());
  }

  const pale = [], small = [], outside = [];
  for (const [element, text] of seen) {
    const name = `${element.tagName.toLowerCase()}.${element.className} ${JSON.stringify(text.slice(0, 40))}`;
    const size = parseFloat(getComputedStyle(element).fontSize);
    const box = element.getBoundingClientRect();
    if (contrast(element) < 4.5) pale.push(`${name}: ${contrast(element).toFixed(2)}`);
    if (size < 12) small.push(`${name}: ${size}px`);
    if (box.right > innerWidth + 1 && !element.closest("pre")) outside.push(`${name}: ends at ${box.right}`);
  }

  const root = document.documentElement;
  return {
    text: document.body.innerText,
    chips: [...document.querySelectorAll("tbody tr")].map((row) => row.innerText),
    texts: seen.size,
    scrollWidth: root.scrollWidth,
    clientWidth: root.clientWidth,
    height: root.scrollHeight,
    background: getComputedStyle(document.body).backgroundColor,
    pale, small, outside,
  };
})()
