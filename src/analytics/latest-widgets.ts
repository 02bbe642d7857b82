import type { Database } from "#src/platform/database.js";
import { badInput } from "#src/platform/errors.js";
import { parseId } from "#src/platform/ids.js";
import { rowReader, shapeOf } from "#src/platform/lists/entity-shape.js";
import { Parameters } from "#src/platform/lists/statement.js";
import { Metric } from "#src/telemetry/metric.js";
import { twinsByIds } from "./twins-of-widget.js";
import { maxFigures, WidgetFigure } from "./widget-data.js";
import { listOf, textOf, type WidgetSource } from "./widget-source.js";

const reader = rowReader(Metric);

/** A figure for each twin and metric: the latest value that came. */
export const latestWidgets = (database: Database): WidgetSource<"latest"> => ({
  kind: "latest",
  permission: "twin:read",
  givesLines: false,
  parse({ twinIds, metrics }, field) {
    const ids = twinIds.map((id) => parseId(id, "twin", `${field}.twinIds`));
    const names = metrics.map((name) => textOf(name, 500, `${field}.metrics`));
    if (ids.length * names.length > maxFigures)
      throw badInput(`asks for ${ids.length * names.length} figures, and may for ${maxFigures}.`, field);
    return {
      twinIds: listOf(ids, maxFigures, `${field}.twinIds`),
      metrics: listOf(names, maxFigures, `${field}.metrics`),
    };
  },
  looksAt: ({ twinIds }) => ({ twinIds }),
  async read(actor, { twinIds, metrics }) {
    const parameters = new Parameters(actor);
    const { table, visible } = shapeOf(Metric);
    const columns = reader.select("m", parameters);
    const text = `select ${columns.join(", ")} from ${table} m where ${visible("m", parameters)}
      and m.twin_id = any(${parameters.add(twinIds)}) and m.name = any(${parameters.add(metrics)})`;
    const [twins, rows] = await Promise.all([
      twinsByIds(database, actor, twinIds),
      database.read(actor, { text, values: parameters.values, width: columns.length }),
    ]);
    const found = new Map(rows.map(reader.read).map((metric) => [`${metric.twinId} ${metric.name}`, metric]));
    const figures = twins.flatMap(({ id, name }) =>
      metrics.map((figure) => {
        const { lastValue: value = null, unit = null, lastAt: at = null } = found.get(`${id} ${figure}`) ?? {};
        return Object.assign(new WidgetFigure(), { name, twinId: id, figure, value, unit, at });
      }),
    );
    return { figures };
  },
});
