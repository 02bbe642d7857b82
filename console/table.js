import { element } from "./dom.js";

/** Columns are `[title, cellOf(row), isNumber]`. */
export const table = (caption, columns, rows) =>
  element(
    "table",
    {},
    element("caption", { className: "only-heard" }, caption),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        ...columns.map(([title, , isNumber]) =>
          element("th", { scope: "col", className: isNumber ? "number" : "" }, title),
        ),
      ),
    ),
    element(
      "tbody",
      {},
      ...rows.map((row) =>
        element(
          "tr",
          {},
          ...columns.map(([, cellOf, isNumber]) =>
            element("td", { className: isNumber ? "number" : "" }, cellOf(row) ?? "–"),
          ),
        ),
      ),
    ),
  );
