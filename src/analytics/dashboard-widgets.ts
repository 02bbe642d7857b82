import type { Actor } from "#src/platform/actor.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import type { Logger } from "#src/platform/logger.js";
import { currentScope } from "#src/platform/scope.js";
import type { Dashboard } from "./dashboard.js";
import {
  DashboardWidget,
  type DashboardWidgetInput,
  gridColumns,
  maxWidgets,
  type StoredWidget,
  WidgetKind,
  type WidgetPlace,
} from "./dashboard-widget.js";
import { WidgetData } from "./widget-data.js";
import type { WidgetQuery } from "./widget-query.js";
import { textOf, type WidgetSource } from "./widget-source.js";

const needsLines: ReadonlySet<WidgetKind> = new Set([WidgetKind.LINE, WidgetKind.AREA]);

/** Checks widgets before they are stored, and answers their queries. */
export class DashboardWidgets {
  readonly #sources: ReadonlyMap<string, WidgetSource>;

  constructor(
    sources: readonly WidgetSource[],
    private readonly logger: Logger,
  ) {
    this.#sources = new Map(sources.map((source) => [source.kind, source]));
  }

  /** What a dashboard stores of its widgets. */
  parse(inputs: readonly DashboardWidgetInput[], field: string): StoredWidget[] {
    if (inputs.length > maxWidgets)
      throw badInput(`has ${inputs.length} widgets; a dashboard may have ${maxWidgets}.`, field);
    const widgets = inputs.map((input, index) => this.#parse(input, `${field}.${index}`));
    for (const [index, { key }] of widgets.entries())
      if (widgets.findIndex((each) => each.key === key) < index)
        throw badInput(`${JSON.stringify(key)} is the key of another widget already.`, `${field}.${index}.key`);
    return widgets;
  }

  /** Of what news is news of these widgets. */
  looksAt(widgets: readonly StoredWidget[]): Pick<Dashboard, "twinIds" | "twinTypes" | "looksAtEvents"> {
    const looks = widgets.map(({ query }) => {
      const { source, asked } = this.#sourceOf(query, "query");
      return source.looksAt(asked);
    });
    return {
      twinIds: [...new Set(looks.flatMap(({ twinIds = [] }) => twinIds))],
      twinTypes: [...new Set(looks.flatMap(({ twinTypes = [] }) => twinTypes))],
      looksAtEvents: looks.some(({ events }) => events),
    };
  }

  /** Widgets whose data are read for this actor when they are asked for, side by side. */
  shownTo(actor: Actor, widgets: readonly StoredWidget[]): DashboardWidget[] {
    return widgets.map((widget) =>
      Object.assign(new DashboardWidget(), widget, { data: () => this.#read(actor, widget) }),
    );
  }

  #parse({ key, title, kind, place, query }: DashboardWidgetInput, field: string): StoredWidget {
    const { source, asked } = this.#sourceOf(query, `${field}.query`);
    if (needsLines.has(kind) && !source.givesLines)
      throw badInput(`${kind} draws values over time, and ${source.kind} gives none.`, `${field}.kind`);
    return {
      key: textOf(key, 50, `${field}.key`),
      title: textOf(title, 200, `${field}.title`),
      kind,
      place: placeOf(place, `${field}.place`),
      query: { [source.kind]: source.parse(asked, `${field}.query.${source.kind}`) },
    };
  }

  #sourceOf(query: WidgetQuery, field: string) {
    const given = Object.entries(query).filter(([, asked]) => asked != null);
    const [kind, asked] = given[0] ?? [];
    const source = this.#sources.get(kind ?? "");
    if (source === undefined || given.length > 1)
      throw badInput(
        `names ${given.length} queries: give exactly one of ${[...this.#sources.keys()].join(", ")}.`,
        field,
      );
    return { source, asked: asked as NonNullable<WidgetQuery[keyof WidgetQuery]> };
  }

  async #read(actor: Actor, { query }: StoredWidget): Promise<WidgetData> {
    const nothing = { lines: [], figures: [], isPartial: false, problem: null };
    try {
      const { source, asked } = this.#sourceOf(query, "query");
      if (!actor.permissions.has(source.permission))
        throw new DomainError("FORBIDDEN", `What it shows needs the permission ${source.permission}.`);
      return Object.assign(new WidgetData(), nothing, await source.read(actor, asked));
    } catch (error) {
      if (currentScope()?.signal?.aborted) throw error;
      return Object.assign(new WidgetData(), nothing, { problem: this.#problemOf(error, actor) });
    }
  }

  #problemOf(error: unknown, { requestId }: Actor) {
    if (error instanceof DomainError) return { code: error.code, message: error.message };
    this.logger.error({ err: error, requestId }, "a widget could not be read");
    return { code: "INTERNAL", message: `Something went wrong here; the request id is ${requestId}.` };
  }
}

const placeOf = ({ x, y, width, height }: WidgetPlace, field: string): WidgetPlace => {
  const bounds = [
    ["x", x, 0, gridColumns - 1],
    ["y", y, 0, 999],
    ["width", width, 1, gridColumns - Math.max(0, x)],
    ["height", height, 1, 100],
  ] as const;
  for (const [name, value, least, most] of bounds)
    if (value < least || value > most)
      throw badInput(`is ${value}, and must be ${least} to ${most}.`, `${field}.${name}`);
  return { x, y, width, height };
};
