import { element } from "./dom.js";

/** A meter: shares of a whole side by side, 0 to 1 each, by kind; `text` is what it says in words. */
export const bar = (label, text, shares) => {
  let left = 1;
  const parts = Object.entries(shares).map(([kind, share]) => {
    const width = Math.max(0, Math.min(left, share));
    left -= width;
    const part = element("span", { data: { kind } });
    part.style.width = `${width * 100}%`;
    return part;
  });
  const now = Math.round((1 - left) * 100);
  const facts = { role: "meter", ariaLabel: label, ariaValueMin: "0", ariaValueMax: "100" };
  return element("div", { className: "bar", ...facts, ariaValueNow: String(now), ariaValueText: text }, ...parts);
};
